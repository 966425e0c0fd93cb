"""Map a function over independent items: here, over processes, or over a Dask cluster.

The results are the same in each case, bit for bit: every item is computed alone, with one thread,
and a worker of a cluster that would compute otherwise is refused.
"""

from mining.compute._cluster import SCHEDULER
from mining.compute._map import map_items

__all__ = ["SCHEDULER", "map_items"]
