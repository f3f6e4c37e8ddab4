"""The same step in place, block by block: the textbook's text at the speed of the cache.

A formula on whole arrays makes a temporary array for each of its operators, and for large
parameter vectors each of them travels to main memory and back. On a block of 400 KiB they stay
in the processor's caches. The update rules act on every coordinate by itself, so the result is
the same to the last bit.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from itertools import combinations
from typing import Any

import numpy as np

from firstorder._state import check_settings, check_state, check_vector, leaves, packer
from firstorder._threads import spread
from firstorder.checks import check_whole
from firstorder.optimizers import Optimizer
from firstorder.optimizers.base import check_optimizer

# Large enough that Python's overhead does not count, that NumPy reuses the temporary arrays of a
# formula in place (it does from 256 KiB on) and that two threads seldom wait for each other;
# small enough that the few arrays of one step stay in the second and third level of cache.
BLOCK_BYTES = 400 * 1024


def init(optimizer: Optimizer, theta: np.ndarray) -> Any:
    """Return the state before the first step, made block by block: no temporary of theta's size.

    Parameters
    ----------
    optimizer : Optimizer
        The update rule.
    theta : contiguous float array
        The parameters; they are not changed.

    Returns
    -------
    named tuple
        What ``optimizer.init(theta)`` gives, bit for bit, in arrays of their own.

    Raises
    ------
    ValueError
        As ``step``.
    """
    check_optimizer(optimizer)
    check_settings(optimizer, 0)
    check_vector("theta", theta, theta, writeable=False)
    _keep_freed_memory()
    flat = theta.reshape(-1)
    blocks = _blocks(theta)
    first = optimizer.init(flat[blocks[0]])
    state = packer(first)(np.empty(theta.shape, leaf.dtype) for leaf in leaves(first))
    for block in blocks:
        part = optimizer.init(flat[block])
        for whole, leaf in zip(leaves(state), leaves(part), strict=True):
            whole.reshape(-1)[block] = leaf
    return state


def step(
    optimizer: Optimizer, theta: np.ndarray, gradient: np.ndarray, state: Any, *, threads: int = 1
) -> Any:
    r"""Take one step in place: ``theta`` and the arrays of ``state`` are overwritten.

    Bit for bit what ``theta, state = optimizer.step(theta, gradient, state)`` gives, and the
    same text of ``step``, applied to :math:`400\,\mathrm{KiB}` of the parameters at a time.
    Beyond ``theta``, ``gradient`` and ``state`` it takes the memory of a few blocks.

    Parameters
    ----------
    optimizer : Optimizer
        The update rule. Its hyper-parameters are numbers, or functions of t that return one.
    theta : contiguous float array
        The parameters, overwritten by the next ones.
    gradient : array like theta
        The gradient at theta, left as it is.
    state : named tuple
        From ``init`` or the step before; its arrays are overwritten by the next ones.
    threads : int, positive
        Over how many threads to spread the blocks, the caller's included. The result does not
        depend on it.

    Returns
    -------
    named tuple
        The same arrays with the new ``t``. The old tuple is worth nothing any more.

    Raises
    ------
    ValueError
        If ``optimizer`` is none, a hyper-parameter an array, or ``state`` of another method; if
        an array is not contiguous, not writeable, of the wrong type or shape, or shares its memory
        with another one. Nothing has been changed then.
    FloatingPointError
        If NumPy is told to raise, by ``np.errstate``, and does. Blocks that were done before
        have been overwritten then.

    Examples
    --------
    >>> from firstorder import GradientDescent, blockwise
    >>> theta = np.array([1.0, 2.0])
    >>> state = blockwise.init(GradientDescent(0.5), theta)
    >>> blockwise.step(GradientDescent(0.5), theta, np.array([2.0, 2.0]), state)
    GradientDescentState(t=1)
    >>> theta
    array([0., 1.])
    """
    check_optimizer(optimizer)
    check_state(optimizer, state)
    check_settings(optimizer, state.t)
    check_whole("threads", threads)
    old = leaves(state)
    check_vector("theta", theta, theta)
    check_vector("gradient", gradient, theta, writeable=False)
    for leaf in old:
        check_vector("state", leaf, theta, dtype=leaf.dtype)
    if any(np.may_share_memory(a, b) for a, b in combinations([theta, gradient, *old], 2)):
        raise ValueError(
            "theta, gradient and state must be arrays of their own, "
            "got some that share their memory"
        )
    _keep_freed_memory()

    theta, gradient = theta.reshape(-1), gradient.reshape(-1)
    flat = [leaf.reshape(-1) for leaf in old]
    whole = [theta, *flat]
    pack = packer(state)

    def compute(block: slice) -> tuple[Any, list[np.ndarray]]:
        part = pack(leaf[block] for leaf in flat)
        new_theta, new = optimizer.step(theta[block], gradient[block], part)
        # A rule may hand on what it was given, as "previous gradient" say: such a view must
        # be copied before the memory behind it is overwritten.
        values = [x if x.base is None else x.copy() for x in (new_theta, *leaves(new))]
        return new, values

    def store(block: slice, values: list[np.ndarray]) -> None:
        for array, value in zip(whole, values, strict=True):
            array[block] = value

    def walk(blocks: Sequence[slice]) -> None:
        for block in blocks:
            store(block, compute(block)[1])

    blocks = _blocks(theta)
    new, values = compute(blocks[0])  # checked before anything is overwritten
    for array, value in zip(whole, values, strict=True):
        if value.dtype != array.dtype or value.shape != array[blocks[0]].shape:
            raise ValueError(
                f"optimizer must keep the arrays' type {array.dtype} and shape in its step, "
                f"got {value.dtype} from {optimizer!r}"
            )
    store(blocks[0], values)
    put_back = packer(new)  # knows the new t; the arrays of the first block are let go
    del new, values, value
    spread(walk, blocks[1:], threads)
    return put_back(iter(old))


@cache
def _keep_freed_memory() -> None:
    """Let the allocator keep the memory of one block's temporary arrays for the next block.

    glibc maps an array of 128 KiB or more anew and gives it back when it is freed, until one of
    that size has been freed once: from then on it keeps as much. Without this the kernel would
    hand out, and fill with zeros, each page of each temporary array; that takes longer than the
    arithmetic. The array here is never written to, so it takes no memory itself.
    """
    np.empty(32 * BLOCK_BYTES, np.uint8)


def _blocks(theta: np.ndarray) -> list[slice]:
    """Return the blocks of a vector; an empty one has one block, for the sake of t."""
    size = BLOCK_BYTES // theta.itemsize
    return [slice(i, i + size) for i in range(0, max(theta.size, 1), size)]
