"""TensorFlow imported without the notes that it writes to the process's standard error."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from types import ModuleType

from firstorder.checks import check_whole


def import_tensorflow(threads: int | None = None, *, hide_gpus: bool = False) -> ModuleType:
    """Import and return TensorFlow, silently, for Keras to compute with.

    TensorFlow's libraries write notes about the processor to file descriptor 2 while they load,
    whatever the log level; a notebook would store them, and they name a process and a time.

    Keras computes with TensorFlow from then on, unless the environment variable ``KERAS_BACKEND``
    names another library or Keras has been imported before.

    Parameters
    ----------
    threads : int, optional
        Threads within an operation and between operations; TensorFlow's choice by default.
        TensorFlow takes the number only before its first operation.
    hide_gpus : bool
        Whether to compute on the processor alone. Then results are the same to the last bit from
        run to run on one machine; a GPU sums in an order that changes.

    Returns
    -------
    module
        ``tensorflow``.

    Raises
    ------
    ValueError
        If ``threads`` is not a positive whole number.
    RuntimeError
        If TensorFlow has already started, with another number of ``threads`` or with a GPU that
        is to be hidden.
    """
    if threads is not None:
        check_whole("threads", threads)
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    os.environ.setdefault("KERAS_BACKEND", "tensorflow")
    with _descriptor_2_to_nowhere():
        import tensorflow as tf

        tf.get_logger().setLevel("ERROR")
        if threads is not None:
            tf.config.threading.set_intra_op_parallelism_threads(threads)
            tf.config.threading.set_inter_op_parallelism_threads(threads)
        if hide_gpus:
            _hide_gpus(tf)
        tf.config.list_logical_devices()  # looks for accelerators, and complains, only once
    return tf


def _hide_gpus(tf: ModuleType) -> None:
    """Make the processor TensorFlow's only device."""
    try:
        tf.config.set_visible_devices([], "GPU")
    except RuntimeError:
        raise RuntimeError(
            "hide_gpus must be False here: TensorFlow has already started, with a GPU"
        ) from None


@contextmanager
def _descriptor_2_to_nowhere() -> Iterator[None]:
    """Send what compiled code writes to descriptor 2 to the null device for a while."""
    with suppress(AttributeError, ValueError, OSError):
        sys.stderr.flush()
    try:
        kept = os.dup(2)
    except OSError:  # closed, as in a process without a terminal
        yield
        return
    nowhere = os.open(os.devnull, os.O_WRONLY)
    try:
        os.dup2(nowhere, 2)
        yield
    finally:
        os.dup2(kept, 2)
        os.close(nowhere)
        os.close(kept)
