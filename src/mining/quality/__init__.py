"""Quality: from a raw cube to a trusted one, by small pure rules that return codes.

A value is never changed, and a cell that was not counted never becomes a zero. Two looks decide
whether a count can be believed: the sensor's own history at the same hour of the week (six weeks on
each side), and how busy the other sensors are against theirs. A lockdown, a storm or Christmas
lowers what is due everywhere, so that only a sensor that falls alone is suspect. Public holidays
and the journal's works and closures excuse a silent sensor; its faults are taken at their word.

====================  ===========================================================================
rule                  what it finds
====================  ===========================================================================
``not_installed``     before the first value or the declared date; after the last, if for 28 days
``declared``          inside an entry of type fault of the journal
``negative``          counts or shares below zero
``absurd``            infinite values; decibels at or below 0 or above 150
``zero_run``          24 hours of zeros or more that are not nobody (probability below 1e-6)
``zero_block``        the same, shorter: one hour is enough where a thousand are due
``low_level``         a day under 5 % of what is due
``outage_edge``       cells under half of the usual beside outages, or in the pauses between them
``stuck``             one positive value repeated beyond chance (below 1e-7)
``copy``              12 hours or more that repeat the same hours 1 to 8 weeks before
``spike``             one interval far above history, neighbours in time and a busy city
``ceiling``           values that pile up at the highest one
====================  ===========================================================================

What the rules cannot tell: works or an event that closes a street look like a dead sensor unless
the journal knows; a sensor that counts 10 to 50 % of its usual is left to the analysis of
incidents; of two equal blocks the later is held to be the copy.
"""

from mining.quality._clean import clean
from mining.quality._rules import DEFAULT_RULES
from mining.quality._summary import summary

__all__ = ["DEFAULT_RULES", "clean", "summary"]
