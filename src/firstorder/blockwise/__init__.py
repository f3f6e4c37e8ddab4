"""The same step in place: in blocks, on threads, or compiled into one pass over memory.

A formula on whole arrays makes a temporary array for each of its operators, and for large
parameter vectors each of them travels to main memory and back. In blocks of 400 KiB they stay in
the processor's caches; compiled by Numba there are none. The update rules act on every coordinate
by itself, so the result is the same to the last bit.
"""

from firstorder.blockwise.stepping import BLOCK_BYTES, init, obstacle, step

__all__ = ["BLOCK_BYTES", "init", "obstacle", "step"]
