"""Statistical secrecy: the one door through which figures on establishments leave.

No cell with fewer than three establishments, none where one makes up more than 85 % (law of
7 June 1951, rules of Insee), no name or point of a partially diffused establishment, and enough
other cells hidden that no total gives a hidden one back.
"""

from mining.secrecy._attack import bounds
from mining.secrecy._cells import DOMINANCE, LEAST, Relation
from mining.secrecy._points import NAMING, points
from mining.secrecy._protect import Protected, protect

__all__ = [
    "DOMINANCE",
    "LEAST",
    "NAMING",
    "Protected",
    "Relation",
    "bounds",
    "points",
    "protect",
]
