"""Map a function over independent items: serial or over processes, with identical results."""

from __future__ import annotations

import multiprocessing
import os
from collections.abc import Callable, Iterable
from concurrent.futures import ProcessPoolExecutor
from typing import TypeVar

Item = TypeVar("Item")
Result = TypeVar("Result")


def map_items(
    function: Callable[[Item], Result], items: Iterable[Item], *, workers: int = 1
) -> list[Result]:
    """Return ``[function(item) for item in items]``, in the order of the items.

    Parameters
    ----------
    function : callable
        A module-level function of one argument, without side effects.
    items : iterable
        What to apply it to.
    workers : int
        Number of processes; 1 stays in this one. 0 means one per processor.

    Notes
    -----
    Results do not depend on `workers`: every item is computed alone, by one thread.
    """
    todo = list(items)
    count = min(workers or os.cpu_count() or 1, len(todo))
    if count <= 1:
        return [function(item) for item in todo]
    # Not fork: LightGBM's and BLAS' thread pools do not survive it.
    context = multiprocessing.get_context("forkserver")
    with ProcessPoolExecutor(count, mp_context=context) as pool:
        return list(pool.map(function, todo))
