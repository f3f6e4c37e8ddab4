"""Work spread over threads that wait for the next call: starting one takes longer than a step."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from contextvars import copy_context
from functools import cache
from typing import Any


def spread(work: Callable[[Sequence[Any]], None], items: Sequence[Any], threads: int) -> None:
    """Call ``work`` with a share of the items on each of so many threads, the caller's included.

    Returns when all shares are done, and raises what one of them raised.
    """
    count = max(1, min(threads, len(items)))  # a thread without an item is not woken
    # One share is done here, by a thread that is awake on a processor of its own. Two helpers
    # that wake each other while this one sleeps are likely to be put on the same processor.
    own, *shares = [items[i::count] for i in range(count)]
    # Each helper takes a copy of the caller's context, where np.errstate keeps its settings.
    helpers = [_pool(threads - 1).submit(copy_context().run, work, share) for share in shares]
    try:
        work(own)
    finally:
        wait(helpers)
    for helper in helpers:
        helper.result()  # raises what the helper raised


@cache
def _pool(helpers: int) -> ThreadPoolExecutor:
    """Return the pool of so many threads; it starts each when there is first work for it."""
    return ThreadPoolExecutor(helpers, thread_name_prefix="firstorder")


if hasattr(os, "register_at_fork"):  # a child process has none of its parent's threads
    os.register_at_fork(after_in_child=_pool.cache_clear)
