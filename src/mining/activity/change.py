"""Places that changed: another group, or a weekend that left its usual share of the week."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
import xarray as xr

from mining import cube as cubes
from mining.activity import _placing
from mining.activity._band import Band, usual_band
from mining.activity._change_words import sentences, summary
from mining.activity._dataset import check_positive
from mining.activity._known import Known, known
from mining.activity._masks import MASKED_TYPES, calendar_of, hidden
from mining.activity._moves import Moves, moves
from mining.activity._names import parts_of
from mining.activity._ward import shares
from mining.activity._weeks import FloatArray, fold
from mining.activity._windows import Window, windows
from mining.activity.clusters import cluster
from mining.activity.rhythm import MIN_WEEKS
from mining.calendars import Calendar
