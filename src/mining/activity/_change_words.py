"""What changed, in sentences with their uncertainty."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from mining.activity._band import Band, from_logit
from mining.activity._moves import Moves
from mining.activity._weeks import FloatArray, IntArray
from mining.activity._words import say
from mining.language import Language


def sentences(
    label: IntArray,
    names: Sequence[str],
    found: Moves,
    *,
    weekend: FloatArray,
    interval: FloatArray,
    band: Band,
    words: Language,
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
    words : Language
    """
    out = []
    usual_low, usual_high = from_logit(band.low), from_logit(band.high)
    for row in range(len(label)):
        moved = weekend_left = ""
        if found.moved[row]:
            moved = say(
                "moved",
                words,
                before=names[found.label_before[row]],
                now=names[label[row]],
                share=words.percent(found.probability[row]),
            )
        if band.left[row]:
            shares = (weekend[row], *interval[:, row], usual_low[row], usual_high[row])
            keys = ("share", "low", "high", "usual_low", "usual_high")
            told = {k: words.percent(v, 1) for k, v in zip(keys, shares, strict=True)}
            weekend_left = say("weekend", words, count=None, **told)
        both = moved and weekend_left
        out.append(
            say("both", words, moved=moved, weekend=weekend_left) if both else moved or weekend_left
        )
    return out


def summary(said: Sequence[str], compared: int, words: Language) -> str:
    """Return how many rows changed, in one sentence."""
    if not compared:
        return say("no_year", words)
    changed, all_ = sum(bool(s) for s in said), words.number(compared)
    if not changed:
        return say("unchanged", words, compared=all_)
    return say("changed", words, count=changed, compared=all_)


def bounds(draws: FloatArray) -> FloatArray:
    """Return the bounds of 80 % of the draws, ``(2, ...)``."""
    return np.asarray(np.quantile(draws, [0.1, 0.9], axis=0))
