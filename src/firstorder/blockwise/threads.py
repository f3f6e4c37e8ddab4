"""Work shared out among threads that are kept for the next call: starting one takes long.

When a call returns or raises, no thread is at work on its items any more.
"""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from contextvars import copy_context
from functools import cache
from threading import Condition
from typing import Any

MOST_HELPERS = 64


def share_out(work: Callable[[Any], None], items: Sequence[Any], threads: int) -> None:
    """Call ``work`` with each item, on so many threads at once, the caller's included.

    Returns when all items are done. After an exception, an interruption of the caller included,
    no further item is begun; it is raised when the items that had been begun have ended.
    """
    if min(threads, len(items)) == 1:
        for item in items:
            work(item)
        return
    left = deque(items)
    busy = 0  # helpers at work on an item
    errors: list[BaseException] = []
    change = Condition()

    def help_out() -> None:
        nonlocal busy
        while True:
            with change:
                if not left:
                    return
                item = left.popleft()
                busy += 1
            try:
                work(item)
            except BaseException as error:
                errors.append(error)
                left.clear()
            finally:
                with change:
                    busy -= 1
                    change.notify()

    try:
        # The caller works too: it is awake, on a processor of its own. Two helpers that wake each
        # other while it sleeps are likely to be put on the same processor.
        for _ in range(min(threads, len(left)) - 1):
            # Each takes a copy of the caller's context, where np.errstate keeps its settings. Where
            # no thread can be had, at the end of the program, say, the others do the work.
            with suppress(RuntimeError):
                _pool().submit(copy_context().run, help_out)
        while left:
            try:
                item = left.popleft()
            except IndexError:  # a helper was quicker
                break
            work(item)
    except BaseException:
        left.clear()
        raise
    finally:
        while True:
            try:
                with change:
                    change.wait_for(lambda: busy == 0)
                break
            except BaseException as error:  # Ctrl-C must not leave a helper behind that writes
                errors.append(error)
                left.clear()
    if errors:
        raise errors[0]


@cache
def _pool() -> ThreadPoolExecutor:
    """Return the pool of helpers; it starts one when there is work and none is idle."""
    return ThreadPoolExecutor(MOST_HELPERS, thread_name_prefix="firstorder")


if hasattr(os, "register_at_fork"):  # a child process has none of its parent's threads
    os.register_at_fork(after_in_child=_pool.cache_clear)
