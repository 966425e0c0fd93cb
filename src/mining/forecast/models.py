"""The models by name. A model of your own is an instance that follows ``protocol.Model``."""

from __future__ import annotations

import difflib
import importlib
from collections.abc import Sequence

from mining.errors import ModelError
from mining.forecast.protocol import Model

#: name -> module and class; modules are imported when asked for, since some cost seconds.
#: From the simplest to the least simple: ties are settled in this order.
KNOWN: dict[str, tuple[str, str]] = {
    "seasonal_naive": ("simple", "SeasonalNaive"),
    "window_average": ("simple", "WindowAverage"),
    "statsmodels": ("structural", "Structural"),
    "boosting": ("boosting", "Boosting"),
    "prophet": ("prophets", "ProphetModel"),
}


def names() -> tuple[str, ...]:
    """Return the names of the known models, the simplest first."""
    return tuple(KNOWN)


def get(model: str | Model) -> Model:
    """Return a new model by name; an instance is returned as it is.

    Raises
    ------
    ModelError
        If the name is unknown, or the object does not follow the protocol.

    Examples
    --------
    >>> get("seasonal_naive").slow
    False
    """
    if not isinstance(model, str):
        if isinstance(model, Model):
            return model
        msg = f"{type(model).__name__} is no model: expected name, slow, served, fit and predict"
        raise ModelError(msg)
    if model not in KNOWN:
        close = difflib.get_close_matches(model, KNOWN, n=1)
        hint = f" (did you mean {close[0]!r}?)" if close else ""
        msg = f"unknown model {model!r}{hint}: expected one of {', '.join(KNOWN)}, or an instance"
        raise ModelError(msg)
    module, name = KNOWN[model]
    made: Model = getattr(importlib.import_module(f"mining.forecast.{module}"), name)()
    return made


def simplicity(name: str) -> int:
    """Return the rank of a model by simplicity, 0 the simplest; unknown ones come last."""
    return list(KNOWN).index(name) if name in KNOWN else len(KNOWN)


def resolve(models: Sequence[str | Model] | str | Model | None) -> list[Model]:
    """Return the models of a call, all known ones for None, and refuse equal names."""
    wanted = list(KNOWN) if models is None else models
    listed = [wanted] if isinstance(wanted, str) or not isinstance(wanted, Sequence) else wanted
    made = [get(m) for m in listed]
    twice = {m.name for m in made if sum(o.name == m.name for o in made) > 1}
    if twice or not made:
        found = f"{min(twice)!r} twice" if twice else "no model"
        msg = f"found {found}: expected models with different names"
        raise ModelError(msg)
    return made
