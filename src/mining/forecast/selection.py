"""Which model serves which sensor: the champion, or a simple model that it does not beat there."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, Self

import numpy as np
import numpy.typing as npt
import pandas as pd
import xarray as xr

from mining import cube as cubes
from mining.calendars import Calendar
from mining.errors import ModelError
from mining.forecast import models
from mining.forecast._drivers import Drivers
from mining.forecast._training import PastErrors
from mining.forecast.protocol import Model
from mining.forecast.summary import TIE, champion

Floats = npt.NDArray[np.floating[Any]]
#: Models that a sensor falls back on, the simplest first.
SIMPLE = ("seasonal_naive", "window_average")


def choice(scores: pd.DataFrame) -> pd.Series:
    """Return the model that serves each sensor.

    Parameters
    ----------
    scores : DataFrame
        As returned by :func:`mining.forecast.backtest`.

    Returns
    -------
    Series
        `model` by `sensor`: the champion of all sensors together (:func:`champion`), or the best
        simple model where the champion does not beat it.

    Raises
    ------
    ModelError
        If the table is empty or the models share no cutoff.

    Notes
    -----
    A sensor's models are compared by absolute error, summed over the origins that the champion
    and the simple models all have there. The champion does not beat a simpler model whose error
    is lower, equal or higher by at most `TIE`; and this must still be so whichever one origin is
    left out, since the champion has the errors of all sensors to speak for it, and one freak week
    of one sensor has not. So a simple model needs more than one good week to take a sensor, and
    keeps it for more than one bad one.

    On Auckland, chosen by four of eight origins and judged by the other four (all 70 ways), this
    costs 0.04 % of error against the champion everywhere; without leaving origins out 0.5 %; and
    with a standard error in favour of the simpler one (Breiman et al., *Classification and
    Regression Trees*, 1984) 1.2 %. Of the weaker ``statsmodels``: 0.4, 0.8 and 3.6 %.

    Examples
    --------
    >>> import pandas as pd
    >>> rows = [("window_average", "a", 9), ("window_average", "b", 9)]
    >>> rows += [("boosting", "a", 4), ("boosting", "b", 10)]
    >>> scores = pd.DataFrame(rows, columns=["model", "sensor", "abs_error"]).assign(
    ...     cutoff=pd.Timestamp("2026-03-02"),
    ...     day_ahead=1,
    ...     n=24,
    ...     actual=100.0,
    ...     squared_error=9.0,
    ...     scale=1.0,
    ...     pinball=1.0,
    ...     covered=19,
    ... )
    >>> choice(scores).to_dict()
    {'a': 'boosting', 'b': 'window_average'}
    """
    best = champion(scores)
    wanted = [best, *(m for m in SIMPLE if m != best and m in set(scores["model"]))]
    errors = (
        scores[scores["model"].isin(wanted)]
        .pivot_table(index=["sensor", "cutoff"], columns="model", values="abs_error", aggfunc="sum")
        .reindex(columns=wanted)
    )
    chosen = {str(s): _serves(best, rows) for s, rows in errors.groupby("sensor", sort=True)}
    sensors = pd.Index(sorted(set(scores["sensor"].astype(str))), name=cubes.SENSOR)
    return pd.Series({s: chosen.get(s, best) for s in sensors}, index=sensors, name="model")


def _serves(best: str, errors: pd.DataFrame) -> str:
    """Return the model of one sensor, from errors by origin (rows) and model (columns)."""
    errors = errors.dropna(axis=1, how="all").dropna()
    simple = [m for m in SIMPLE if m in errors and m != best]
    if not simple or best not in errors or errors.empty:
        return best
    total = errors[simple].sum()
    # Of tied simple models the simpler one.
    rival = next(m for m in simple if total[m] * (1 - TIE) <= total.min())
    table = errors[[best, rival]].to_numpy()
    without = [np.delete(table, k, axis=0) for k in range(len(table) if len(table) > 1 else 0)]
    mine, other = np.array([part.sum(axis=0) for part in (table, *without)]).T
    if models.simplicity(rival) < models.simplicity(best):
        beaten = mine < other * (1 - TIE)
    else:
        beaten = mine * (1 - TIE) <= other
    return best if beaten.any() else rival


def serving(scores: pd.DataFrame, known: Sequence[Model] = ()) -> Model:
    """Return one model that serves each sensor by the model of :func:`choice`.

    Parameters
    ----------
    scores : DataFrame
        As returned by :func:`mining.forecast.backtest`.
    known : sequence of Model
        Instances, for names in the table that are none of ours.
    """
    named = {m.name: m for m in known}
    sensors = {str(sensor): str(name) for sensor, name in choice(scores).items()}
    best = champion(scores)
    rivals = {n: models.get(named.get(n, n)) for n in sorted({*sensors.values()} - {best})}
    first = models.get(named.get(best, best))
    return Chosen(first, rivals, sensors) if rivals else first


def load(folder: Path | str) -> Model:
    """Return the champion that the pipeline saved in ``models/<territory>``.

    A boosting model is read as it was trained: forecasting with it takes newer data in without
    training again. Simpler models have nothing worth saving and are fitted to the data anew.
    Sensors that a simpler model was chosen for are served by it.

    Parameters
    ----------
    folder : path
        With ``champion.json``, or what :meth:`Boosting.save` wrote.

    Raises
    ------
    ModelError
        If the folder does not hold a saved model, or a damaged one.
    """
    from mining.forecast.boosting import Boosting

    folder = Path(folder)
    path = folder / "champion.json"
    if not path.is_file():
        return Boosting.load(folder)
    try:
        card = json.loads(path.read_text(encoding="utf-8"))
        name, chosen = str(card["model"]), dict(card.get("chosen", {}))
    except (OSError, ValueError, KeyError, TypeError) as error:
        msg = f"{path}: not a readable description of a model"
        raise ModelError(msg) from error
    # With too little data nothing was learnt, and nothing saved.
    learnt = name == Boosting.name and any(folder.glob("boosting*"))
    best = Boosting.load(folder) if learnt else models.get(name)
    rivals = {n: models.get(n) for n in sorted({str(v) for v in chosen.values()} - {name})}
    return Chosen(best, rivals, chosen) if rivals else best


class Chosen:
    """Several models as one: each sensor is served by the model chosen for it.

    Parameters
    ----------
    champion : Model
        Serves every sensor that nothing is said of; gives its name.
    rivals : mapping of str to Model
        The other models, by name.
    sensors : mapping of str to str
        Sensor to name of a model.

    Notes
    -----
    Every model learns from all sensors: what the champion borrows from a sensor does not depend
    on who serves it.
    """

    slow = False

    def __init__(
        self, champion: Model, rivals: Mapping[str, Model], sensors: Mapping[str, str]
    ) -> None:
        self.champion = champion
        self.rivals = dict(rivals)
        self.sensors = dict(sensors)
        self.name = champion.name
        self.served: tuple[str, ...] = ()

    @property
    def against(self) -> dict[str, str]:
        """Return the sensors that the champion does not serve, and the model of each."""
        return {sensor: name for sensor, name in self.sensors.items() if name != self.name}

    def fit(self, cube: xr.Dataset, calendar: Calendar) -> Self:
        """Fit every model on the same cube."""
        for model in (self.champion, *self.rivals.values()):
            model.fit(cube, calendar)
        ids = cube[cubes.SENSOR].to_numpy().astype(str)
        self._who = np.array([self.sensors.get(s, self.name) for s in ids], dtype=object)
        return self

    def predict(self, steps: int, quantiles: Sequence[float]) -> Floats:
        """Return the next `steps` steps, each sensor's by its own model."""
        made = np.array(self.champion.predict(steps, quantiles), dtype="float64")
        served = np.array(self.champion.served or (self.name,) * len(made), dtype=object)
        for name, model in self.rivals.items():
            here = self._who == name
            made[here] = np.asarray(model.predict(steps, quantiles))[here]
            served[here] = np.array(model.served or (name,) * len(made), dtype=object)[here]
        self.served = tuple(map(str, served))
        return made

    def past_errors(self) -> PastErrors | None:
        """Return the champion's errors, which say what moves together."""
        kept: Callable[[], PastErrors | None] = getattr(self.champion, "past_errors", _nothing)
        return kept()

    def drivers(self, steps: int) -> Drivers:
        """Return what drives the champion's forecast; that of a simple model is not told."""
        told: Callable[[int], Drivers] | None = getattr(self.champion, "drivers", None)
        return told(steps) if told else Drivers.nothing((len(self._who), steps))


def _nothing() -> None:
    return None
