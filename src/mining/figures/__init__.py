"""One seaborn figure for each analysis, for notebooks and experiments (reports have their own)."""

from mining.figures._backtest import accuracy, coverage, coverage_of_one, errors, fans
from mining.figures._incidents import incidents
from mining.figures._results import fan, rhythms

__all__ = [
    "accuracy",
    "coverage",
    "coverage_of_one",
    "errors",
    "fan",
    "fans",
    "incidents",
    "rhythms",
]
