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
``zero_block``        the same, shorter: one hour is enough where a thousand are due; zeros between
                      two fair counts (below 1e-8), every other hour included
``low_level``         a day under 5 % of what is due
``outage_edge``       cells under half of the usual beside outages, or in the pauses between them
``stuck``             one positive value repeated beyond chance (below 1e-7)
``floor``             a positive value under which nothing falls for days, and where too many stop
``copy``              8 hours or more equal to those of any earlier time, some retouched or none
``scaled_copy``       the hours of 1 to 8 weeks before times one factor
``twin``              hours equal to those of another sensor at the same time
``filled``            counts on a slanting line, or broken numbers of a sensor of whole ones
``cumulative``        a total that only rises while the street empties
``multiple``          counts multiplied by two or three: all divisible, and so much too high
``spike``             one interval far above history, neighbours in time and a busy city; or any
                      number of them at four times the best of nearly all days
``late_counts``       after an outage, one interval with all that was due meanwhile
``ceiling``           a value that nothing exceeds for days, and where too many stop
``swap``              two channels of a site that count in each other's place for two days or more
``clock``             hours that fit the usual rhythm 1 to 3 hours earlier or later, for two days or
                      more
====================  ===========================================================================

The rules on exact values add up, in nats, how unlikely it is that free counts agree so, and mark
what one file in a million would show by chance (`mining.quality._chance`).

What the rules cannot tell: works or an event that closes a street look like a dead sensor unless
the journal knows; a sensor that counts 10 to 50 % of its usual is left to the analysis of
incidents; of two equal blocks the later is held to be the copy; of two twins that are both near
their rhythm both are suspect; a clock that is wrong for seasons is found in part, and one that was
never right not at all; channels exchanged for more than half of their time pass for the usual;
counts that are merely rounded are left alone.
"""

from mining.quality._clean import clean
from mining.quality._rules import DEFAULT_RULES
from mining.quality._summary import summary

__all__ = ["DEFAULT_RULES", "clean", "summary"]
