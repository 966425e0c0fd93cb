"""Commercial activity: the typical week of each place, and groups of places that live alike."""

from mining.activity._masks import MASKED_TYPES
from mining.activity._ward import OUTLIER, UNUSABLE
from mining.activity.apart import rhythms_apart
from mining.activity.assign import assign
from mining.activity.change import change
from mining.activity.clusters import cluster
from mining.activity.profiles import cluster_profiles
from mining.activity.rhythm import rhythms

__all__ = [
    "MASKED_TYPES",
    "OUTLIER",
    "UNUSABLE",
    "assign",
    "change",
    "cluster",
    "cluster_profiles",
    "rhythms",
    "rhythms_apart",
]
