"""Blocks on several threads: shared out whole, under the caller's settings, after a fork too."""

import os
import signal
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from firstorder import Adam, blockwise
from firstorder.blockwise import threads

BLOCK = blockwise.BLOCK_BYTES // 4


@pytest.mark.parametrize("workers", [1, 2, 3])
def test_numpy_minds_overflow_as_the_caller_told_it_on_every_thread(workers, recwarn):
    """The block that overflows is a helper's; its thread is new, with nobody's settings."""
    threads._pool.cache_clear()
    gradient = np.ones(5 * BLOCK)
    gradient[BLOCK + 1] = 1e200  # the third block of float64
    theta, state = np.ones(gradient.size), Adam().init(gradient)
    with np.errstate(over="ignore"):
        blockwise.step(Adam(), theta, gradient, state, threads=workers)
    assert not recwarn.list
    with np.errstate(over="raise"), pytest.raises(FloatingPointError):
        blockwise.step(Adam(), theta, gradient, Adam().init(theta), threads=workers)
    assert not recwarn.list


@pytest.mark.parametrize("items, workers", [(0, 3), (1, 1), (1, 10**9), (2, 10**9), (70, 3)])
def test_every_item_is_worked_on_once(items, workers):
    done = []
    threads.share_out(done.append, range(items), workers)
    assert sorted(done) == list(range(items))


def test_a_thread_without_an_item_is_not_woken():
    threads._pool.cache_clear()
    threads.share_out(lambda item: None, range(1), 5)
    assert threads._pool.cache_info().currsize == 0


def halves_of_a_race(on_caller, on_helper):
    """Work for two items: one for the caller and one for its helper, who start together."""
    both = threading.Barrier(2)

    def work(item):
        both.wait()
        (on_caller if threading.current_thread() is threading.main_thread() else on_helper)()

    return work


def fail():
    raise ZeroDivisionError


@pytest.mark.parametrize("failing", ["caller", "helper"])
def test_what_one_item_raises_is_raised_when_those_begun_have_ended(failing):
    done = []

    def slow():
        time.sleep(0.1)
        done.append(1)

    work = halves_of_a_race(*((fail, slow) if failing == "caller" else (slow, fail)))
    with pytest.raises(ZeroDivisionError):
        threads.share_out(work, range(2), 2)
    assert done == [1]


@pytest.mark.parametrize("failing", ["caller", "helper"])
def test_after_a_failure_no_further_item_is_begun(failing):
    begun = []
    first = halves_of_a_race(
        *((fail, lambda: time.sleep(0.05))[:: 1 if failing == "caller" else -1])
    )

    def work(item):
        begun.append(item)
        first(item)

    with pytest.raises(ZeroDivisionError):
        threads.share_out(work, range(100), 2)
    assert len(begun) == 2


@pytest.fixture
def ctrl_c():
    """Interrupts the main thread, also in a process that was started to ignore Ctrl-C."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield lambda: signal.pthread_kill(threading.main_thread().ident, signal.SIGINT)
    signal.signal(signal.SIGINT, before)


@pytest.mark.skipif(not hasattr(signal, "pthread_kill"), reason="this system has no pthread_kill")
@pytest.mark.parametrize("interruptions", [1, 3])
def test_an_interrupted_call_leaves_no_thread_that_writes(interruptions, ctrl_c):
    """Ctrl-C, once or more, while the caller waits for a helper in the midst of an item."""
    ended = []

    def helped():
        for _ in range(interruptions):
            time.sleep(0.1)
            ctrl_c()
        time.sleep(0.1)
        ended.append(True)

    with pytest.raises(KeyboardInterrupt):
        threads.share_out(halves_of_a_race(lambda: None, helped), range(2), 2)
    assert ended == [True]


def test_after_an_interruption_no_further_item_is_begun(ctrl_c):
    """The helper is in the midst of its first item when the caller, done with its own, waits."""
    begun = []

    def work(item):
        begun.append(item)
        if threading.current_thread() is threading.main_thread():
            return time.sleep(0.01)
        if item < 2:
            time.sleep(0.1)
            ctrl_c()
        time.sleep(0.1)

    with pytest.raises(KeyboardInterrupt):
        threads.share_out(work, range(10**6), 2)
    known = len(begun)
    time.sleep(0.15)
    assert len(begun) == known < 1000


def test_where_no_thread_can_be_had_the_caller_does_the_work(monkeypatch):
    class Exhausted:
        def submit(self, *_):
            raise RuntimeError("can't start new thread")

    monkeypatch.setattr(threads, "_pool", Exhausted)
    done = []
    threads.share_out(done.append, range(5), 3)
    assert done == [0, 1, 2, 3, 4]


def test_as_many_threads_work_at_once_as_are_asked_for():
    all_here = threading.Barrier(4, timeout=20)
    threads.share_out(lambda item: all_here.wait(), range(4), 4)


def test_helpers_are_kept_for_the_next_call():
    """Calls with ever more threads start no more of them than the largest needs."""
    code = """
import threading
from firstorder.blockwise.threads import share_out
for count in range(2, 9):
    together = threading.Barrier(count, timeout=20)
    share_out(lambda item: together.wait(), range(count), count)
print(threading.active_count())
"""
    assert int(subprocess.check_output([sys.executable, "-c", code])) == 8


def test_callers_on_several_threads_share_the_helpers():
    gradient = np.linspace(-1, 1, 5 * BLOCK, dtype=np.float32)
    expected, _ = Adam().step(gradient**3, gradient, Adam().init(gradient))

    def step(_):
        theta = gradient**3
        blockwise.step(Adam(), theta, gradient, blockwise.init(Adam(), theta), threads=3)
        return theta.tobytes()

    with ThreadPoolExecutor(4) as callers:
        assert set(callers.map(step, range(12))) == {expected.tobytes()}


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system has no fork")
def test_a_forked_process_starts_threads_of_its_own():
    """The child's copy of the pool has no threads: whoever waited for them would wait for ever."""
    code = """
import os, signal, numpy as np
from firstorder import Adam, blockwise
def step():
    theta = np.ones(1_000_000)
    blockwise.step(Adam(), theta, theta.copy(), blockwise.init(Adam(), theta), threads=3)
    assert np.all(theta == theta[0]) and theta[0] < 1
step()
child = os.fork()
signal.alarm(20)  # whoever hangs is ended
step()
if child:
    raise SystemExit(os.waitpid(child, 0)[1] != 0)
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
