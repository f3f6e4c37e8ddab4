"""The same step in place, block by block: the textbook's text at the speed of the cache.

A formula on whole arrays makes a temporary array for each of its operators, and for large
parameter vectors each of them travels to main memory and back. On a block of 96 KiB they all
stay in the processor's cache. The update rules act on every coordinate by itself, so the result
is the same to the last bit.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import fields
from functools import cache
from itertools import combinations
from typing import Any

import numpy as np

from firstorder._checks import is_count
from firstorder.optimizers import Optimizer

# From 128 KiB on, common allocators map and unmap every temporary array, which costs more than
# the arithmetic; below, every halving makes Python's overhead weigh more.
BLOCK_BYTES = 96 * 1024


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
    _check_settings(optimizer, 0)
    _check_vector("theta", theta, theta, writeable=False)
    flat = theta.reshape(-1)
    blocks = _blocks(theta)
    first = optimizer.init(flat[blocks[0]])
    state = _packer(first)(np.empty(theta.shape, leaf.dtype) for leaf in _leaves(first))
    for block in blocks:
        leaves = _leaves(optimizer.init(flat[block]))
        for whole, leaf in zip(_leaves(state), leaves, strict=True):
            whole.reshape(-1)[block] = leaf
    return state


def step(
    optimizer: Optimizer, theta: np.ndarray, gradient: np.ndarray, state: Any, *, threads: int = 1
) -> Any:
    r"""Take one step in place: ``theta`` and the arrays of ``state`` are overwritten.

    Bit for bit what ``theta, state = optimizer.step(theta, gradient, state)`` gives, and the
    same text of ``step``, applied to :math:`96\,\mathrm{KiB}` of the parameters at a time.
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
        Over how many threads to spread the blocks. The result does not depend on it.

    Returns
    -------
    named tuple
        The same arrays with the new ``t``. The old tuple is worth nothing any more.

    Raises
    ------
    ValueError
        If a hyper-parameter is an array, an array is not contiguous, not writeable, of the wrong
        type or shape, or shares its memory with another one. Nothing has been changed then.

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
    _check_settings(optimizer, state.t)
    if not is_count(threads):
        raise ValueError(f"threads must be a positive whole number, got {threads!r}")
    old = _leaves(state)
    _check_vector("theta", theta, theta)
    _check_vector("gradient", gradient, theta, writeable=False)
    for leaf in old:
        _check_vector("state", leaf, theta, dtype=leaf.dtype)
    if any(np.may_share_memory(a, b) for a, b in combinations([theta, gradient, *old], 2)):
        raise ValueError(
            "theta, gradient and state must be arrays of their own, "
            "got some that share their memory"
        )

    theta, gradient = theta.reshape(-1), gradient.reshape(-1)
    flat = [leaf.reshape(-1) for leaf in old]
    whole = [theta, *flat]
    pack = _packer(state)

    def compute(block: slice) -> tuple[Any, list[np.ndarray]]:
        part = pack(leaf[block] for leaf in flat)
        new_theta, new = optimizer.step(theta[block], gradient[block], part)
        # A rule may hand on what it was given, as "previous gradient" say: such a view must
        # be copied before the memory behind it is overwritten.
        values = [x if x.base is None else x.copy() for x in (new_theta, *_leaves(new))]
        return new, values

    def store(block: slice, values: list[np.ndarray]) -> None:
        for array, value in zip(whole, values, strict=True):
            array[block] = value

    def walk(blocks: list[slice]) -> None:
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
    if threads == 1:
        walk(blocks[1:])
    else:
        shares = [blocks[1 + i :: threads] for i in range(threads)]
        list(_pool(threads).map(walk, shares))
    return _packer(new)(iter(old))


@cache
def _pool(threads: int) -> ThreadPoolExecutor:
    """Return the pool of so many threads, kept for the next step: starting one takes longer."""
    return ThreadPoolExecutor(threads, thread_name_prefix="blockwise")


def _blocks(theta: np.ndarray) -> list[slice]:
    """Return the blocks of a vector; an empty one has one block, for the sake of t."""
    size = BLOCK_BYTES // theta.itemsize
    return [slice(i, i + size) for i in range(0, max(theta.size, 1), size)]


def _leaves(state: Any) -> list[np.ndarray]:
    """Return the arrays of a state in order, however deeply its tuples are nested."""
    leaves = []
    for part in state:
        if isinstance(part, np.ndarray):
            leaves.append(part)
        elif isinstance(part, tuple):
            leaves += _leaves(part)
    return leaves


def _packer(state: Any) -> Callable[[Iterator[np.ndarray]], Any]:
    """Return the function that puts arrays, in order, in the places of those of ``state``."""
    make = getattr(type(state), "_make", tuple)

    def place(part: Any) -> Callable[[Iterator[np.ndarray]], Any]:
        if isinstance(part, np.ndarray):
            return next
        return _packer(part) if isinstance(part, tuple) else lambda arrays: part

    places = [place(part) for part in state]
    return lambda arrays: make([take(arrays) for take in places])


def _check_settings(optimizer: Optimizer, t: int) -> None:
    """Raise where a hyper-parameter is an array: it would not know the block it meets."""
    settings = {f.name: getattr(optimizer, f.name) for f in fields(optimizer)}
    settings["learning_rate"] = optimizer.rate(t + 1)
    for name, value in settings.items():
        if np.ndim(value) > 0:
            raise ValueError(
                f"{name} must be one number for all parameters in blockwise stepping, "
                f"got an array of shape {np.shape(value)}; use the plain step for such sweeps"
            )


def _check_vector(
    name: str, array: Any, theta: np.ndarray, *, dtype: Any = None, writeable: bool = True
) -> None:
    """Raise unless ``array`` can be stepped with ``theta`` in place, without copies."""
    if not isinstance(array, np.ndarray) or array.dtype.kind != "f" or array.ndim == 0:
        allowed = "an array of floats"
    elif array.dtype != (dtype or theta.dtype) or array.shape != theta.shape:
        allowed = f"like theta, {theta.dtype} of shape {theta.shape}"
    elif not array.flags.c_contiguous:
        allowed = "contiguous"
    elif writeable and not array.flags.writeable:
        allowed = "writeable"
    else:
        return
    kind = getattr(array, "dtype", type(array).__name__)
    raise ValueError(f"{name} must be {allowed}, got {kind} of shape {np.shape(array)}")
