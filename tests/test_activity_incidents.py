"""Incidents are left out of the typical week."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from _rhythms import town
from mining import cube as cubes
from mining.activity import rhythms
from mining.errors import ConfigError


def incident(**fields: object) -> dict[str, object]:
    """Return an incident of sensor a on Tuesday 9 January 2024."""
    day = {"start": "2024-01-09T00:00:00+00:00", "end": "2024-01-10T00:00:00+00:00"}
    return {"sensor": "a", "place": "", "label": "event", **day, **fields}


def tuesdays(*rows: dict[str, object]) -> list[int]:
    """Return the weeks that count on Tuesday 5:00 at a, b and c, of three."""
    cube = town({name: np.ones(168) for name in "abc"}, weeks=3, noise=0)
    found = rhythms(cube, calendar=None, min_weeks=1, incidents=pd.DataFrame(list(rows)))
    return found["valid_weeks"][:, 24 + 5].to_numpy().tolist()


def test_cells_of_the_sensor_are_left_out() -> None:
    assert tuesdays(incident()) == [2, 3, 3]


def test_the_median_forgets_them() -> None:
    cube = town({"a": np.ones(168)}, weeks=2, noise=0)
    cube["value"][0, 168 + 24 : 168 + 48] = 101
    plain = rhythms(cube, calendar=None, min_weeks=1)
    masked = rhythms(cube, calendar=None, min_weeks=1, incidents=pd.DataFrame([incident()]))
    assert (plain["rhythm"][0, 29], masked["rhythm"][0, 29]) == (51, 1)


def test_several_sensors_and_the_whole_territory() -> None:
    assert tuesdays(incident(sensors="a;c")) == [2, 3, 2]
    assert tuesdays(incident(sensor="")) == [2, 2, 2]
    assert tuesdays(incident(sensor=np.nan)) == [2, 2, 2]


def test_the_end_is_excluded_and_local_times_are_read() -> None:
    assert tuesdays(incident(start="2024-01-09 00:00", end="2024-01-09 05:00")) == [3, 3, 3]
    assert tuesdays(incident(start="2024-01-09 05:00", end="2024-01-09 06:00")) == [2, 3, 3]


def test_holidays_works_and_what_lasts_are_no_incidents() -> None:
    for label in ("calendar", "works"):
        assert tuesdays(incident(label=label)) == [3, 3, 3]
    assert tuesdays(incident(start="2024-01-09", end="2024-01-23")) == [1, 3, 3]  # two weeks
    assert tuesdays(incident(start="2024-01-09", end="2024-01-23 01:00")) == [3, 3, 3]


def test_a_place_is_found_by_its_name() -> None:
    cube = town({"a": np.ones(168), "b": np.ones(168)}, weeks=3, noise=0)
    cube = cube.assign_coords(place=("sensor", ["Gare", "Gare"]))
    table = pd.DataFrame([incident(place="Gare")])
    found = rhythms(cubes.by_place(cube), calendar=None, min_weeks=1, incidents=table)
    assert int(found["valid_weeks"][0, 29]) == 2


def test_tables_that_are_none() -> None:
    with pytest.raises(ConfigError, match="expected columns 'start', 'end' and 'sensor'"):
        tuesdays({"start": "2024-01-09", "end": "2024-01-10"})
    for bad in ("soon", None):
        with pytest.raises(ConfigError, match="each one needs a start and an end; found"):
            tuesdays(incident(end=bad))
