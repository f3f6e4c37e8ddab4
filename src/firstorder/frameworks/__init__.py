"""The reference optimizers inside Keras, and the frameworks' dialects of them.

Nothing here imports a framework until a function that needs it is called.
"""

from __future__ import annotations

from typing import Any

from firstorder.frameworks.quiet import quiet_tensorflow
from firstorder.optimizers import Optimizer

__all__ = ["as_keras", "quiet_tensorflow"]


def as_keras(optimizer: Optimizer, **keras_arguments: Any) -> Any:
    """Return a Keras optimizer whose update is the ``step`` of ``optimizer``.

    It compiles, fits, runs eagerly, in graphs and under XLA, clips, decays weights, averages and
    accumulates as every Keras optimizer does, and is saved and restored with its model. A process
    that loads such a model imports :mod:`firstorder.frameworks.keras` first.

    Parameters
    ----------
    optimizer : Optimizer
        The reference. Its settings are numbers; its learning rate may also be a function of
        t = 1, 2, ... or a Keras ``LearningRateSchedule``, which Keras calls with 0, 1, ...
    **keras_arguments
        Whatever ``keras.optimizers.Optimizer`` takes: ``clipnorm``, ``weight_decay``, ``name``,
        ... and ``learning_rate``, which then replaces the reference's.

    Returns
    -------
    keras.optimizers.Optimizer
        A ``ReferenceOptimizer``.

    Raises
    ------
    ValueError
        If a setting is an array.
    ImportError
        If Keras is not installed.

    Notes
    -----
    Keras keeps a learning rate in float32 and computes in each variable's own type.

    Examples
    --------
    >>> model.compile(as_keras(Adam(0.001), clipnorm=1.0), loss="mse")  # doctest: +SKIP
    """
    from firstorder.frameworks.keras import ReferenceOptimizer

    return ReferenceOptimizer(optimizer, **keras_arguments)
