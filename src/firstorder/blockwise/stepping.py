"""One step in place: what is checked before anything changes, and how the parts are walked."""

from __future__ import annotations

import warnings
from functools import cache
from typing import Any

import numpy as np

from firstorder.blockwise.contract import check_kept, check_numbers_agree, checked_arrays
from firstorder.blockwise.threads import share_out
from firstorder.checks import check_bool, check_numbers, check_vector, check_whole
from firstorder.optimizers import Optimizer
from firstorder.optimizers.base import arrays_of, at_step, check_optimizer
from firstorder.settings import bound, settings_of

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
    check_numbers(settings_of(optimizer), "blockwise stepping")
    check_vector("theta", theta, theta, writeable=False)
    _keep_freed_memory()
    source, parts = _parts(optimizer, theta)
    first = optimizer.init(source[parts[0]])
    whole = {name: np.empty(theta.shape, part.dtype) for name, part in arrays_of(first).items()}
    for part in parts:
        for name, values in arrays_of(optimizer.init(source[part])).items():
            whole[name].reshape(source.shape)[part] = values
    return first._replace(**whole)


def step(
    optimizer: Optimizer,
    theta: np.ndarray,
    gradient: np.ndarray,
    state: Any,
    *,
    threads: int = 1,
    compiled: bool = False,
) -> Any:
    r"""Take one step in place: ``theta`` and the arrays of ``state`` are overwritten.

    Bit for bit what ``theta, state = optimizer.step(theta, gradient, state)`` gives, and the
    same text of ``step``, applied to :math:`400\,\mathrm{KiB}` of the parameters at a time, or
    compiled; powers other than squares and roots may then differ in the last place. Beyond
    ``theta``, ``gradient`` and ``state`` it takes the memory of a few blocks; compiled, none. A
    rule that is not coordinate by coordinate is given whole arrays.

    Parameters
    ----------
    optimizer : Optimizer
        The update rule. Its settings are numbers; a learning rate that is a function of t is
        asked once, on the caller's thread.
    theta : contiguous float array
        The parameters, overwritten by the next ones.
    gradient : array like theta
        The gradient at theta, left as it is.
    state : named tuple
        From ``init`` or the step before; its arrays are overwritten by the next ones.
    threads : int, positive
        Over how many threads to spread the blocks, the caller's included. The result does not
        depend on it.
    compiled : bool
        Whether Numba is to compile the rule's ``step`` into one pass over memory. Where that
        cannot be, a RuntimeWarning says why, and NumPy steps in blocks. Compiled code does not
        warn of overflow or of a division by zero.

    Returns
    -------
    named tuple
        The same arrays with the new ``t``. Do not use the old tuple again: its arrays have been
        overwritten.

    Raises
    ------
    ValueError
        If an argument is not as above, arrays share memory, or the rule breaks the contract of
        ``Optimizer``. Nothing has been changed then.
    FloatingPointError
        If ``np.errstate`` asks for exceptions and a number overflows, say. Blocks that were done
        before have been overwritten then, as they have when the caller is interrupted.

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
    check_whole("threads", threads)
    check_bool("compiled", compiled)
    arrays = checked_arrays(optimizer, theta, gradient, state)
    optimizer = at_step(optimizer, state.t + 1, theta)
    check_numbers(settings_of(optimizer), "blockwise stepping")
    reason = obstacle(optimizer, theta) if compiled else None
    if reason:
        message = f"{type(optimizer).__name__} is stepped in blocks: {reason}"
        warnings.warn(message, RuntimeWarning, stacklevel=2)
    theta, parts = _parts(optimizer, theta)
    gradient = gradient.reshape(theta.shape)
    flat = {name: array.reshape(theta.shape) for name, array in arrays.items()}

    def compute(part: Any) -> tuple[Any, Any, Any]:
        old = state._replace(**{name: array[part] for name, array in flat.items()})
        return old, *optimizer.step(theta[part], gradient[part], old)

    def store(part: Any, after: np.ndarray, new: Any) -> None:
        # A rule may hand on what it was given, as the previous point, say: such a view must be
        # copied before the memory behind it is overwritten.
        values = [getattr(new, name) for name in flat]
        values = [x if x.base is None else x.copy() for x in values]
        theta[part] = after
        for array, value in zip(flat.values(), values, strict=True):
            array[part] = value

    if not optimizer.coordinatewise:
        old, after, new = compute(...)
        check_kept(optimizer, theta, old, after, new)
        store(..., after, new)
        return new._replace(**arrays)
    has_numbers = len(state) > 1 + len(arrays)
    new = state._replace(t=state.t + 1)
    if has_numbers or not compiled or reason:  # what is compiled has been tried
        with np.errstate(all="ignore"):  # its t and its numbers are those of all coordinates
            old, after, new = compute(slice(1))
            check_kept(optimizer, theta[:1], old, after, new)
            if has_numbers:
                for part in (parts[0], parts[-1]):
                    check_numbers_agree(optimizer, new, compute(part)[-1])
    if compiled and not reason:
        from firstorder.blockwise.compiling import walker

        # A few large parts for each thread: compiled, nothing has to stay in the caches.
        size = max(-(-theta.size // (4 * threads)), BLOCK_BYTES)
        parts = [slice(i, i + size) for i in range(0, theta.size, size)]
        share_out(walker(optimizer, theta, gradient, state._replace(**flat)), parts, threads)
    else:
        _keep_freed_memory()
        share_out(lambda part: store(part, *compute(part)[1:]), parts, threads)
    return new._replace(**arrays)


def obstacle(optimizer: Optimizer, theta: np.ndarray) -> str | None:
    """Return why this rule cannot be compiled for parameters like ``theta``, or None if it can.

    The first time it compiles, which takes about a second; then it knows.

    Examples
    --------
    >>> from firstorder import Adam
    >>> with np.errstate(over="raise"):
    ...     obstacle(Adam(), np.zeros(3))
    'np.errstate asks for exceptions, which only NumPy raises'
    """
    if not optimizer.coordinatewise:
        return "it is not a rule for each coordinate by itself"
    if "raise" in np.geterr().values():
        return "np.errstate asks for exceptions, which only NumPy raises"
    try:
        from firstorder.blockwise import compiling
    except ImportError:
        return "Numba is not installed; `pip install numba`"
    if callable(optimizer.learning_rate):  # which is asked only for steps that are taken
        optimizer = bound(optimizer, learning_rate=1.0)
    return compiling.obstacle(optimizer, theta.dtype)


def _parts(optimizer: Optimizer, theta: np.ndarray) -> tuple[np.ndarray, list[Any]]:
    """Return the parameters as a vector and its blocks, or as they are and all of them."""
    if not optimizer.coordinatewise:
        return theta, [...]
    size = BLOCK_BYTES // theta.itemsize
    # An empty vector has one block, for the sake of t.
    return theta.reshape(-1), [slice(i, i + size) for i in range(0, max(theta.size, 1), size)]


@cache
def _keep_freed_memory() -> None:
    """Let the allocator keep the memory of one block's temporary arrays for the next block.

    glibc maps an array of 128 KiB or more anew and gives it back when it is freed, until one of
    that size has been freed once: from then on it keeps as much. Without this the kernel would
    hand out, and fill with zeros, each page of each temporary array; that takes longer than the
    arithmetic. The array here is never written to, so it takes no memory itself.
    """
    np.empty(32 * BLOCK_BYTES, np.uint8)
