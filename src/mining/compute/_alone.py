"""One item at a time in a process, with one thread, wherever it is computed."""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextvars import ContextVar
from typing import TypeVar

from threadpoolctl import threadpool_limits

from mining.compute import _alike
from mining.errors import ConfigError

Item = TypeVar("Item")
Result = TypeVar("Result")

#: Whether this is already the computation of an item: what it maps stays where it is.
inside: ContextVar[bool] = ContextVar("inside", default=False)
# A worker of Dask has as many threads as processors unless told otherwise; items side by side in
# one process would share limits of threads, and hold the memory of all of them.
_turn = threading.Lock()


def alone(function: Callable[[Item], Result], item: Item) -> Result:
    """Return ``function(item)``, computed by one thread of BLAS."""
    mark = inside.set(True)
    try:
        with threadpool_limits(limits=1):
            return function(item)
    finally:
        inside.reset(mark)


def alone_there(traits: dict[str, str], function: Callable[[Item], Result], item: Item) -> Result:
    """Return ``function(item)`` on a worker, one after the other.

    Raises
    ------
    ConfigError
        If this worker, perhaps a late comer, does not compute like the process that asks.
    """
    if (why := _alike.difference(traits)) is not None:
        raise ConfigError(f"a worker of the cluster would not give the same results: {why}")
    with _turn:
        return alone(function, item)
