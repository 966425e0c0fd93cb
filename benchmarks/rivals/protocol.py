"""What is measured on what: panels, rivals, and the words that say so."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from mining.forecast import models


@dataclass(frozen=True)
class Panel:
    """Origins, and every how manieth sensor is scored.

    Attributes
    ----------
    cutoffs : DatetimeIndex
        Local midnights on which nothing was tuned. Development used others, up to 26 December
        2024.
    every : int
        1 scores all sensors; slow models only ever see those of the panel.
    apart : Timestamp or None
        An origin that is shown apart from the others too.
    """

    cutoffs: pd.DatetimeIndex
    every: int = 1
    apart: pd.Timestamp | None = None


CHRISTMAS = pd.Timestamp("2025-12-25")
PANELS = {
    "main": Panel(pd.date_range("2025-11-06", periods=8, freq="7D"), apart=CHRISTMAS),
    "spread": Panel(pd.date_range("2025-01-16", periods=8, freq="35D")),
    "slow": Panel(pd.DatetimeIndex(["2025-11-20", CHRISTMAS]), every=3),
}
#: name -> module of `peers` that knows it, and whether it is slow.
PEERS = {
    "statsforecast_seasonal_naive": ("statistical", False),
    "statsforecast_window": ("statistical", False),
    "statsforecast_mfles": ("statistical", True),
    "statsforecast_mstl": ("statistical", True),
    "statsforecast_autoets": ("statistical", True),
    "mlforecast_lightgbm": ("learned", False),
}
PROTOCOL = """\
Horizon 7 days of hours, at most 104 weeks before each origin, cutoffs at local midnight. Truth:
{score} cells, the same for all. WAPE, RMSE, pinball (mean over .1 ... .9) and cov80 (share inside
.1-.9) are pooled over all cells; WQL = 2 sum(pinball) / sum(y), averaged over the quantiles;
MASE168 (season one week, scale from the same history) is averaged over sensors and origins.
Each model runs in a process of its own with one thread, {jobs} at a time: CPU s is the median over
the origins of fit, intervals and forecast of {sensors} sensors, without imports; MB is the peak
of the process. Panel slow scores every third sensor; slow models (their CPU s is scaled to all
sensors) see only these, the others see all. Peers get the same history and the same holidays, with
holes filled from the weeks around them and 24 hours in every day, and nothing negative."""


def all_names() -> list[str]:
    """Return every model that can be asked for, ours first."""
    return [*models.names(), *PEERS]


def is_slow(name: str) -> bool:
    """Tell whether a model runs on the slow panel only; a recorded one is not slow."""
    if name in PEERS:
        return PEERS[name][1]
    return name in models.names() and models.get(name).slow


def cutoffs_of(name: str, panels: dict[str, Panel]) -> list[pd.Timestamp]:
    """Return the origins a model is run from, each once."""
    asked = [p.cutoffs for p in panels.values() if p.every > 1 or not is_slow(name)]
    return sorted({pd.Timestamp(c) for part in asked for c in part})


def shortened(panel: Panel) -> Panel:
    """Return the panel with its last two origins."""
    return Panel(panel.cutoffs[-2:], panel.every, panel.apart)
