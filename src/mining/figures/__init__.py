"""One seaborn figure for each analysis, for notebooks and experiments (reports have their own)."""

from mining.figures._backtest import accuracy, coverage, coverage_of_one, errors, fans
from mining.figures._incidents import incidents
from mining.figures._results import fan, rhythms
from mining.figures._trial import detection

__all__ = [
    "accuracy",
    "coverage",
    "coverage_of_one",
    "detection",
    "errors",
    "fan",
    "fans",
    "incidents",
    "rhythms",
]
