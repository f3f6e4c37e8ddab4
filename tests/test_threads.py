"""Blocks on several threads: shared out whole, under the caller's settings, after a fork too."""

import os
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from firstorder import Adam, _threads, blockwise

BLOCK = blockwise.BLOCK_BYTES // 4


@pytest.mark.parametrize("threads", [1, 2, 3])
def test_numpy_minds_overflow_as_the_caller_told_it_on_every_thread(threads, recwarn):
    """The block that overflows is a helper's; its thread is new, with nobody's settings."""
    _threads._pool.cache_clear()
    gradient = np.ones(5 * BLOCK)
    gradient[BLOCK + 1] = 1e200  # the third block of float64
    theta, state = np.ones(gradient.size), Adam().init(gradient)
    with np.errstate(over="ignore"):
        blockwise.step(Adam(), theta, gradient, state, threads=threads)
    assert not recwarn.list
    with np.errstate(over="raise"), pytest.raises(FloatingPointError):
        blockwise.step(Adam(), theta, gradient, Adam().init(theta), threads=threads)
    assert not recwarn.list


@pytest.mark.parametrize("items, threads", [(0, 3), (1, 1), (1, 10**9), (2, 10**9), (7, 3)])
def test_every_item_is_in_one_share_and_no_share_is_empty(items, threads):
    shares = []
    _threads.spread(shares.append, range(items), threads)
    assert sorted(item for share in shares for item in share) == list(range(items))
    assert len(shares) == max(1, min(items, threads))


@pytest.mark.parametrize("failing", [0, 1])
def test_what_a_share_raises_is_raised_when_all_have_ended(failing):
    """Item 0 is the caller's, item 1 the helper's; the other one takes longer."""
    done = []

    def work(share):
        if failing in share:
            raise ZeroDivisionError
        time.sleep(0.1)
        done.append(share)

    with pytest.raises(ZeroDivisionError):
        _threads.spread(work, range(2), 2)
    assert len(done) == 1


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
