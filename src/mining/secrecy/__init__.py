"""Statistical secrecy: the one door through which figures on establishments and counts leave.

Counts of passages: no number below a minimum, and enough others hidden that no total gives one back
(:func:`hide`, :func:`week`, :func:`whole`, :class:`Record`).

Establishments: no cell with fewer than three, none where one makes up more than 85 % (law of 7 June
1951, rules of Insee), no name or point of a partially diffused one, and enough other cells hidden
that no total gives a hidden one back (:func:`protect`, :func:`points`).
"""

from mining.secrecy._attack import bounds
from mining.secrecy._cells import DOMINANCE, LEAST, Relation
from mining.secrecy._counts import ALONE, Cell, Hidden, States, hide, week, whole
from mining.secrecy._editions import Record, Told, told_of
from mining.secrecy._points import NAMING, points
from mining.secrecy._protect import Protected, protect

__all__ = [
    "ALONE",
    "DOMINANCE",
    "LEAST",
    "NAMING",
    "Cell",
    "Hidden",
    "Protected",
    "Record",
    "Relation",
    "States",
    "Told",
    "bounds",
    "hide",
    "points",
    "protect",
    "told_of",
    "week",
    "whole",
]
