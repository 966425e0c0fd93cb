"""The rules of :func:`mining.clean`: a name, the reason it gives, and what it looks at."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from mining.cube import Reason
from mining.errors import ConfigError
from mining.quality import (
    _copies,
    _gaps,
    _levels,
    _piles,
    _scaled,
    _shifts,
    _swaps,
    _transmission,
    _twins,
    _zeros,
)
from mining.quality._evidence import LONG_HOURS, Evidence
from mining.stretches import Bools, Floats, long_runs

#: Hours for which a sound level must repeat before it is stuck.
STUCK_HOURS = 6.0
#: Hours on each side of an outage in which a sensor may have counted in part.
EDGE_HOURS = 6.0
#: Hours on each side over which short blocks of zeros add up.
BESIDE_HOURS = 12.0
#: Hours from one outage to the next within which a sensor that counts little still fails.
PAUSE_HOURS = 24.0


@dataclass(frozen=True)
class Rule:
    """One rule.

    Attributes
    ----------
    reason : Reason
        What the cells it finds are marked with.
    find : callable
        From the evidence to a mask (sensor, time).
    """

    reason: Reason
    find: Callable[[Evidence], Bools]


def _zero_run(evidence: Evidence) -> Bools:
    return long_runs(evidence.dead_zeros, evidence.clock.steps(LONG_HOURS))


def _zero_block(evidence: Evidence) -> Bools:
    side = evidence.clock.steps(BESIDE_HOURS)
    flanked = _zeros.flanked_zeros(evidence.counted, evidence.usual, side)
    return np.asarray((evidence.dead_zeros | flanked) & ~_zero_run(evidence))


def _outage_edge(evidence: Evidence) -> Bools:
    reach, pause = evidence.clock.steps(EDGE_HOURS), evidence.clock.steps(PAUSE_HOURS)
    # Beside a sure outage the usual value is a fair measure; elsewhere it would be too bold.
    likely = evidence.usual * evidence.open * evidence.calm**2
    return _zeros.outage_edges(evidence.counted, likely, evidence.outages, reach=reach, pause=pause)


def _stuck(evidence: Evidence) -> Bools:
    least = evidence.clock.steps(STUCK_HOURS, least=4)
    counts = _levels.stuck_counts(evidence.counted)
    return np.asarray(counts | _levels.stuck_levels(evidence.sounds, least))


def _copy(evidence: Evidence) -> Bools:
    counts = _copies.copies(evidence.counted, evidence.clock)
    return np.asarray(counts | _copies.copies(evidence.sounds, evidence.clock, sounds=True))


def _twin(evidence: Evidence) -> Bools:
    return _twins.twins(evidence.counted, evidence.lively, evidence.clock, evidence.rank)


def _swap(evidence: Evidence) -> Bools:
    return _swaps.swapped(
        evidence.alive, evidence.history, evidence.sites, evidence.holiday, evidence.clock
    )


def _clock(evidence: Evidence) -> Bools:
    return _shifts.shifted_clocks(
        evidence.alive,
        (evidence.usual, evidence.overall),
        evidence.lively,
        alone=evidence.alone,
        idle=evidence.holiday,
        clock=evidence.clock,
    )


def _filled(evidence: Evidence) -> Bools:
    lines = _transmission.straight_lines(evidence.counted)
    return np.asarray(lines | _transmission.fractions(evidence.counted))


def _busy(evidence: Evidence) -> Floats:
    return np.asarray(evidence.usual * np.maximum(evidence.activity, 1.0))


def _spike(evidence: Evidence) -> Bools:
    busy = _busy(evidence)
    day = evidence.clock.week * 7 + evidence.clock.slot * 7 // evidence.clock.slots
    alone = _levels.spikes(evidence.counted, busy)
    return np.asarray(alone | _levels.jumps(evidence.counted, busy, day))


def _late_counts(evidence: Evidence) -> Bools:
    silent = evidence.missing | evidence.dead_zeros
    return _transmission.late_counts(evidence.counted, _busy(evidence), silent, evidence.clock)


def _negative(evidence: Evidence) -> Bools:
    below = np.nan_to_num(evidence.values, nan=0.0) < 0
    return np.asarray(below & ~evidence.decibels[:, None])


def _absurd(evidence: Evidence) -> Bools:
    noise = evidence.decibels[:, None]
    wrong = _levels.impossible_levels(evidence.values, decibels=False)
    loud = _levels.impossible_levels(evidence.values, decibels=True)
    return np.where(noise, loud, wrong)


#: All rules, in the order in which they speak: the first reason of a cell stands.
RULES: dict[str, Rule] = {
    "not_installed": Rule(
        Reason.NOT_INSTALLED, lambda e: _gaps.not_installed(e.missing, e.before, e.clock)
    ),
    "declared": Rule(Reason.DECLARED, lambda e: e.declared),
    "negative": Rule(Reason.NEGATIVE, _negative),
    "absurd": Rule(Reason.ABSURD, _absurd),
    "zero_run": Rule(Reason.ZERO_RUN, _zero_run),
    "zero_block": Rule(Reason.ZERO_BLOCK, _zero_block),
    "low_level": Rule(Reason.LOW_LEVEL, lambda e: e.half_dead),
    "outage_edge": Rule(Reason.OUTAGE_EDGE, _outage_edge),
    "stuck": Rule(Reason.STUCK, _stuck),
    "floor": Rule(Reason.STUCK, lambda e: _piles.floors(e.counted, e.clock)),
    "copy": Rule(Reason.COPY, _copy),
    "scaled_copy": Rule(Reason.COPY, lambda e: _scaled.scaled_copies(e.counted, e.clock)),
    "twin": Rule(Reason.TWIN, _twin),
    "filled": Rule(Reason.FILLED, _filled),
    "cumulative": Rule(
        Reason.CUMULATIVE,
        lambda e: _transmission.running_totals(e.counted, e.usual * e.lively),
    ),
    "multiple": Rule(
        Reason.MULTIPLE,
        lambda e: _transmission.multiples(e.counted, e.overall * e.lively),
    ),
    "spike": Rule(Reason.SPIKE, _spike),
    "late_counts": Rule(Reason.SPIKE, _late_counts),
    "ceiling": Rule(Reason.CEILING, lambda e: _piles.ceilings(e.counted, e.clock)),
    "swap": Rule(Reason.SWAP, _swap),
    "clock": Rule(Reason.CLOCK, _clock),
}

#: The rules applied unless others are asked for.
DEFAULT_RULES: tuple[str, ...] = tuple(RULES)


def chosen(rules: Sequence[str]) -> list[Rule]:
    """Return the rules of these names, in the order of `RULES`.

    Raises
    ------
    ConfigError
        Naming the unknown rule and the known ones.
    """
    names = (rules,) if isinstance(rules, str) else tuple(rules)
    for name in names:
        if name not in RULES:
            msg = f"unknown quality rule {name!r}: expected one of {', '.join(RULES)}"
            raise ConfigError(msg)
    return [rule for name, rule in RULES.items() if name in names]
