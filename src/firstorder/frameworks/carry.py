"""Carry a reference optimizer into a framework: its own class, the book's step."""

from __future__ import annotations

from typing import Any

from firstorder.optimizers import Optimizer


def as_keras(optimizer: Optimizer, **keras_arguments: Any) -> Any:
    """Return a Keras optimizer whose update is the ``step`` of ``optimizer``.

    It compiles, fits, runs eagerly, in graphs and under XLA, clips, decays weights, averages and
    accumulates as every Keras optimizer does, and is saved and restored with its model. A process
    that loads such a model imports ``firstorder.frameworks.keras`` first.

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
        If a setting is an array, or the first state depends on the parameters.
    ImportError
        If Keras is not installed.

    Notes
    -----
    Keras keeps a learning rate in its ``floatx``, float32 unless it is told otherwise. The step is
    computed in each variable's own type, of half-precision variables in float32.

    Examples
    --------
    .. code-block:: python

        model.compile(as_keras(Adam(0.001), clipnorm=1.0), loss="mse")
    """
    from firstorder.frameworks.keras import ReferenceOptimizer

    return ReferenceOptimizer(optimizer, **keras_arguments)


def as_optax(optimizer: Optimizer) -> Any:
    """Return an Optax gradient transformation whose update is the ``step`` of ``optimizer``.

    Parameters
    ----------
    optimizer : Optimizer
        The reference. A learning rate that is a function is called with t = 1, 2, ...

    Returns
    -------
    optax.GradientTransformation
        For any tree of parameters, also under ``jax.jit``. Its ``update`` needs the parameters;
        its state is the reference's named tuple with trees for arrays.

    Raises
    ------
    ImportError
        If JAX or Optax is not installed.

    Notes
    -----
    An update is the difference of new and old parameters, so what ``optax.apply_updates`` returns
    equals the step up to the last bit of the larger of the two.

    Examples
    --------
    .. code-block:: python

        transformation = as_optax(Adam(0.001))
        state = transformation.init(params)
        updates, state = transformation.update(gradients, state, params)
    """
    from firstorder.frameworks.optax import transformation

    return transformation(optimizer)


def as_torch(optimizer: Optimizer, params: Any) -> Any:
    """Return a PyTorch optimizer whose update is the ``step`` of ``optimizer``.

    Parameters
    ----------
    optimizer : Optimizer
        The reference. Its settings are numbers, its learning rate perhaps a function of t.
    params : iterable of tensors or of parameter groups
        What to optimize. A group may have an ``lr`` and other settings of its own, under the
        names of the reference.

    Returns
    -------
    torch.optim.Optimizer
        With ``state_dict`` and ``load_state_dict``, and ``lr`` in its groups, where PyTorch's
        schedulers change it. A learning rate that is a function overrides them.

    Raises
    ------
    ValueError
        If a setting is an array or outside its range, or a group has a setting that is unknown.
    ImportError
        If PyTorch is not installed.

    Examples
    --------
    .. code-block:: python

        optimizer = as_torch(Adam(0.001), model.parameters())
    """
    from firstorder.frameworks.torch import ReferenceOptimizer

    return ReferenceOptimizer(optimizer, params)
