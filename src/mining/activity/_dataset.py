"""What is known of groups, as a Dataset: names, evidence, stability in words."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import xarray as xr

from mining.activity import _placing
from mining.activity._groups import FEWEST, LIMITS, Groups
from mining.activity._names import Naming, name_groups
from mining.activity._ward import OUTLIER, UNUSABLE
from mining.activity._words import say
from mining.errors import ConfigError
from mining.language import Language

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.intp]

#: A row sits between two groups below this silhouette, if it stayed with its group in fewer draws
#: than this, or if another group has a large share in it (see :func:`mining.activity._placing`).
BETWEEN_SILHOUETTE, BETWEEN_KEPT = 0.05, 0.75


def group_variables(
    groups: Groups, at: IntArray, share: FloatArray, row: str, slot: str, *, words: Language
) -> xr.Dataset:
    """Return what is known of rows and groups as a Dataset.

    Parameters
    ----------
    groups : Groups
        Of the usable rows, in canonical order.
    at : ndarray of int
        Position in `share` of each row of `groups`.
    share : ndarray (row, slot)
        Shares of all rows, NaN where not usable.
    row, slot : str
        Names of the two dimensions.
    words : Language
    """
    number = len(share)
    labels = np.full(number, UNUSABLE, dtype="int16")
    labels[at] = groups.labels
    some = bool((labels >= 0).any())
    members = [labels == g for g in range(groups.k)] if some else []
    centres = np.array([share[m].mean(axis=0) for m in members]).reshape(-1, share.shape[1])
    mean = share[at].mean(axis=0) if len(at) else np.zeros(share.shape[1])
    naming = name_groups(centres, mean, words)
    silhouette, kept = _spread(groups.silhouette, at, number), _spread(groups.kept, at, number)
    other = np.full(number, -1, dtype="int16")
    other[at] = groups.other
    unsure = (silhouette < BETWEEN_SILHOUETTE) | (kept < BETWEEN_KEPT)
    between = np.where((labels >= 0) & unsure, other, -1).astype("int16")
    shared = np.full(number, -1, dtype="int16")
    shared[at] = _placing.between(groups.labels, groups.membership)
    between = np.where(shared >= 0, shared, between).astype("int16")
    membership = np.full((number, len(members)), np.nan)
    membership[at] = groups.membership[:, : len(members)]
    return xr.Dataset(
        {
            "label": (row, labels, _label_attrs(words)),
            "outlier": (row, labels == OUTLIER),
            "silhouette": (row, silhouette),
            "kept": (row, kept, {"long_name": "share of resamples in which it kept its group"}),
            "between": (row, between, {"long_name": "the other group it is close to, or -1"}),
            "nearest": (row, other, {"long_name": "nearest other group, or -1"}),
            "membership": ((row, "group"), membership, {"long_name": "share of each group"}),
            "group_share": (("group", slot), centres),
            "stability": ("group", groups.stability[: len(members)], _jaccard_attrs()),
            "stability_sensors": ("group", groups.stability_sensors[: len(members)]),
            "stability_years": ("group", groups.stability_years[: len(members)]),
            "part_index": (("group", "part"), naming.index),
            **{
                f"check_{name}": ("k", values, {"long_name": "adjusted Rand index"})
                for name, values in groups.checks.items()
            },
            "holds": ("k", np.array(groups.holds, dtype=bool)),
        },
        coords={
            "group": np.arange(len(members), dtype="int16"),
            **_group_names(naming, members),
            "k": np.array(groups.candidates, dtype="int16"),
            "part": np.array([p.key for p in naming.parts], dtype=str),
            "part_phrase": ("part", np.array(naming.phrases, dtype=str)),
        },
    )


def standing(stability: float) -> str:
    """Return the key of what the weakest Jaccard stability of a group means.

    References
    ----------
    Hennig, C. (2007), who reads .85 as highly stable, .75 as valid and below .6 as not to be
    trusted.

    Examples
    --------
    >>> standing(0.9), standing(0.7)
    ('high', 'low')
    """
    if not np.isfinite(stability):
        return "unknown"
    for limit, key in ((0.85, "high"), (0.75, "fair"), (0.6, "low")):
        if stability >= limit:
            return key
    return "poor"


def _spread(values: FloatArray, at: IntArray, number: int) -> FloatArray:
    out = np.full(number, np.nan)
    out[at] = values
    return out


def _group_names(
    naming: Naming, members: list[npt.NDArray[np.bool_]]
) -> dict[str, tuple[str, npt.NDArray[np.generic]]]:
    return {
        "group_name": ("group", np.array(naming.names, dtype=str)),
        "group_evidence": ("group", np.array(naming.evidence, dtype=str)),
        "group_not": ("group", np.array(naming.contrast, dtype=str)),
        "group_size": ("group", np.array([int(m.sum()) for m in members], dtype="int32")),
    }


def _label_attrs(words: Language) -> dict[str, str]:
    return {
        "long_name": "group of the typical week",
        "comment": say("labels", words, unusable=str(UNUSABLE), outlier=str(OUTLIER)),
    }


def _jaccard_attrs() -> dict[str, str]:
    return {"long_name": "mean Jaccard similarity under resampling", "references": "Hennig 2007"}


def finish(
    out: xr.Dataset,
    groups: Groups,
    usable: int,
    seed: int,
    normalisation: str,
    *,
    words: Language,
) -> xr.Dataset:
    """Add the stability in words, the earlier years and the statement."""
    out["year_rand"] = ("earlier", np.array(groups.years, dtype="float64"), {"units": "1"})
    out = out.assign_coords(earlier=np.arange(1, len(groups.years) + 1, dtype="int16"))
    one_year = "sensor" in out.dims and not groups.years
    three = [out[name].to_numpy() for name in ("stability", "stability_sensors", "stability_years")]
    weakest = np.fmin.reduce(three)  # fmin leaves NaN aside
    told = [say(f"stability.{standing(float(s))}", words) for s in weakest]
    out = out.assign_coords(stability_words=("group", np.array(told, dtype=str)))
    out.attrs |= {
        "k": int(out.sizes["group"]),
        "agreed": int(groups.agreed),
        "method": "Ward, settled by k-means",
        "normalisation": normalisation,
        "seed": seed,
        "limits": ", ".join(f"{name} {limit:g}" for name, limit in LIMITS.items()),
        "statement": _statement(groups, usable, words, one_year=one_year),
    }
    return out


def _statement(groups: Groups, usable: int, words: Language, *, one_year: bool) -> str:
    if usable < FEWEST:
        return say("groups.too_few", words, count=usable, least=words.number(FEWEST))
    if usable < 4:
        return say("groups.three", words, count=usable)
    if groups.k == 1:
        return say("groups.none_holds" if groups.candidates else "groups.single", words)
    alone = int((groups.labels < 0).sum())
    return say(
        "groups.agreed" if groups.agreed else "groups.asked",
        words,
        count=groups.k,
        alone=say("groups.alone", words, count=alone) if alone else "",
        one_year=say("groups.one_year", words) if one_year else "",
    )


def check_positive(**numbers: int) -> None:
    """Raise :class:`ConfigError` for the first number that is not 1 or more."""
    for name, number in numbers.items():
        if number < 1:
            msg = f"{name}: found {number}, expected 1 or more"
            raise ConfigError(msg)
