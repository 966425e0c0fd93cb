"""How good the search for incidents is: faults and events of known truth, put into real series."""

from mining.trials._inject import DURATIONS, FAULTS, UNLISTED, Injection, inject
from mining.trials._ranking import vus_pr
from mining.trials._trial import COLUMNS, PROTOCOL, trial

__all__ = [
    "COLUMNS",
    "DURATIONS",
    "FAULTS",
    "PROTOCOL",
    "UNLISTED",
    "Injection",
    "inject",
    "trial",
    "vus_pr",
]
