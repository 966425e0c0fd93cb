"""What changed, in French sentences with their uncertainty."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from mining.activity._band import Band, from_logit
from mining.activity._moves import Moves
from mining.activity._weeks import FloatArray, IntArray


def percent(share: float) -> str:
    """Return a share in words.

    Examples
    --------
    >>> percent(0.3149)
    '31,5 %'
    """
    return f"{100 * share:.1f}".replace(".", ",") + " %"


def sentences(
    label: IntArray,
    names: Sequence[str],
    found: Moves,
    *,
    weekend: FloatArray,
    interval: FloatArray,
    band: Band,
) -> list[str]:
    """Return what changed in each row, "" where nothing did.

    Parameters
    ----------
    label : ndarray of int (row,)
    names : sequence of str
        Names of groups.
    found : Moves
    weekend : ndarray (row,)
    interval : ndarray (2, row)
        Bounds of 80 % of the draws of `weekend`.
    band : Band
    """
    out = []
    usual_low, usual_high = from_logit(band.low), from_logit(band.high)
    for row in range(len(label)):
        said = []
        if found.moved[row]:
            was, now = names[found.label_before[row]], names[label[row]]
            sure = f"{100 * found.probability[row]:.0f} % des tirages"
            said.append(f"passe de « {was} » à « {now} » ({sure})")
        if band.left[row]:
            low, high = (percent(v) for v in interval[:, row])
            usual = f"{percent(usual_low[row])} à {percent(usual_high[row])}"
            said.append(
                f"part du week-end : {percent(weekend[row])} ({low} à {high}), "
                f"hors de sa bande habituelle de {usual}"
            )
        out.append(" ; ".join(said))
    return out


def summary(said: Sequence[str], compared: int) -> str:
    """Return how many rows changed, in one sentence."""
    if not compared:
        return "Aucune comparaison : il faut deux années de données."
    changed = sum(bool(s) for s in said)
    if not changed:
        return f"Aucun changement net parmi {compared} comparés à l'année précédente."
    return f"{changed} changement(s) net(s) parmi {compared} comparés à l'année précédente."


def bounds(draws: FloatArray) -> FloatArray:
    """Return the bounds of 80 % of the draws, ``(2, ...)``."""
    return np.asarray(np.quantile(draws, [0.1, 0.9], axis=0))
