"""A verdict, how sure it is, and what to do about it."""

from __future__ import annotations

from dataclasses import dataclass

#: How sure each rule is of its label when the score is far above the bar.
#:
#: A percentage is measured: how often the label was right on faults and events that were
#: injected into Auckland, seeds 100 to 109, and of how many cases. Injected works end after two
#: weeks and injected surges come alone; real ones are less orderly, so that a guess from the shape
#: of one sensor stays below `CERTAIN` however often it was right. The others are judgement: what is
#: written down is believed.
SURE = {
    # exact values and declared faults
    "coded": 0.95,
    "coded_silence": 0.95,
    "coded_declared": 0.99,
    "network": 0.95,
    # written down
    "journal_works": 0.9,
    "journal_event": 0.9,
    "journal_fault": 0.9,
    "holiday": 0.9,
    "season": 0.55,
    # the whole territory
    "town_surge": 0.7,
    "town_drop": 0.45,
    "town_level": 0.4,
    # values that no crowd produces
    "zeros": 0.9,
    "low": 0.7,
    "stuck": 0.9,
    "smooth": 0.7,
    "spike": 0.75,  # 100 % of 19
    "clock": 0.85,  # 100 % of 26
    "pattern": 0.55,
    # lasting
    "level": 0.55,  # 85 % of 33
    "drift": 0.58,  # 94 % of 17
    "works": 0.58,  # 92 % of 25
    "works_shared": 0.7,
    "level_shared": 0.4,
    # brief
    "closure": 0.55,  # 100 % of 25
    "surge": 0.58,  # 95 % of 20
    "surge_shared": 0.8,
    "diversion": 0.65,
    "unexplained": 0.4,
}
#: From this confidence on a label is sure.
CERTAIN = 0.6
#: What to do about an incident, by label, where neither the journal nor a person explains it.
ACTIONS = {
    "fault": "check_sensor",
    "works": "add_to_journal",
    "event": "add_to_journal",
    "weather": "confirm",
    "calendar": "none",
    "unexplained": "confirm",
}


@dataclass(frozen=True)
class Verdict:
    """Label, kind within it, and the rule that decided."""

    label: str
    kind: str
    rule: str


def confidence(rule: str, score: float, bar: float) -> float:
    """Return how sure the label is, between 0 and 1.

    Notes
    -----
    The rule's own sureness, times 0.6 at the bar up to 1 from twice the bar.
    """
    strength = min(1.0, max(0.0, score / bar - 1)) if bar > 0 else 1.0
    return round(SURE[rule] * (0.6 + 0.4 * strength), 3)


def certainty(sure: float) -> str:
    """Return "sure" or "unsure" from a confidence."""
    return "sure" if sure >= CERTAIN else "unsure"


def action(label: str, decided_by: str) -> str:
    """Return the key of what to do: check_sensor, add_to_journal, confirm or none."""
    return ACTIONS[label] if decided_by == "machine" else "none"
