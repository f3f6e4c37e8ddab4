"""A reference optimizer as a Keras optimizer. Importing this module imports Keras."""

from __future__ import annotations

from contextlib import AbstractContextManager, nullcontext, suppress
from dataclasses import is_dataclass, replace
from importlib import import_module
from typing import Any

import keras
import numpy as np

from firstorder.checks import check_floating, check_numbers
from firstorder.optimizers import Optimizer
from firstorder.optimizers.base import check_optimizer
from firstorder.settings import bound, settings_of


def as_keras(optimizer: Optimizer, **keras_arguments: Any) -> keras.optimizers.Optimizer:
    """Return a Keras optimizer whose update is the ``step`` of ``optimizer``.

    It compiles, fits, runs eagerly, in graphs and under XLA, clips, decays weights, averages and
    accumulates as every Keras optimizer does, and is saved and restored with its model. A process
    that loads such a model first imports this function.

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
        Its state has a variable for each of the model's variables and each field of the
        reference's state.

    Raises
    ------
    ValueError
        If ``optimizer`` is not an optimizer or has a setting that is an array; when it is built,
        if a variable does not hold real floating-point numbers; when it is saved, if a setting is
        a function or the reference a class that is not this package's.
    ImportError
        If Keras is not installed.

    Notes
    -----
    Keras keeps a learning rate in its ``floatx``, float32 unless it is told otherwise. The step is
    computed in each variable's own type, of half-precision variables in float32.

    Examples
    --------
    >>> import keras
    >>> from firstorder import Adam
    >>> optimizer = as_keras(Adam(0.5, epsilon=0.0), clipnorm=1.0)
    >>> theta = keras.Variable([1.0, -1.0])
    >>> optimizer.apply([keras.ops.convert_to_tensor([3.0, -4.0])], [theta])
    >>> keras.ops.convert_to_numpy(theta).round(4).tolist()
    [0.5, -0.5]
    """
    return ReferenceOptimizer(optimizer, **keras_arguments)


@keras.saving.register_keras_serializable(package="firstorder")
class ReferenceSchedule(keras.optimizers.schedules.LearningRateSchedule):
    """A function of t = 1, 2, ... as the schedule that Keras calls with 0, 1, ..."""

    def __init__(self, schedule: Any) -> None:
        self.schedule = from_config(schedule)

    def __call__(self, step: Any) -> Any:
        """Return the learning rate of the step after ``step`` steps."""
        return self.schedule(keras.ops.cast(step, keras.backend.floatx()) + 1)

    def get_config(self) -> dict[str, Any]:
        """Return the schedule as plain data."""
        return {"schedule": to_config(self.schedule)}


def keras_rate(rate: Any) -> Any:
    """Return a number or a Keras schedule as it is, another function of t as a Keras schedule."""
    if callable(rate) and not isinstance(rate, keras.optimizers.schedules.LearningRateSchedule):
        return ReferenceSchedule(rate)
    return rate


@keras.saving.register_keras_serializable(package="firstorder")
class ReferenceOptimizer(keras.optimizers.Optimizer):
    """A Keras optimizer whose update is the ``step`` of a reference optimizer."""

    def __init__(self, optimizer: Any, learning_rate: Any = None, **keras_arguments: Any) -> None:
        reference: Optimizer = from_config(optimizer)
        check_optimizer(reference)
        check_numbers(settings_of(reference), "Keras")
        # Keras keeps the rate from here on. It may become what the reference refuses: 0, say.
        rate = reference.learning_rate if learning_rate is None else learning_rate
        keras_arguments.setdefault("name", type(reference).__name__.lower())
        super().__init__(keras_rate(rate), **keras_arguments)
        self.reference = reference
        # The fields of the state after t, which Keras counts itself: a list of variables each.
        self.slots: list[list[keras.Variable]] = []

    def build(self, variables: list[keras.Variable]) -> None:
        """Create the state of each variable as the reference's ``init`` makes it."""
        if self.built:
            return
        for variable in variables:
            check_floating(variable.path, variable)
        super().build(variables)
        fields = self.reference.init(0.0)._fields[1:]
        with outside_of_graphs():
            self.slots = [[self._slot(variable, name) for variable in variables] for name in fields]

    def _slot(self, variable: keras.Variable, name: str) -> keras.Variable:
        """Create one field of one variable's state: an array like the variable, or a number."""
        sample = getattr(self.reference.init(np.array([0.7])), name)
        if np.ndim(sample) == 0:
            dtype = step_type(variable)
            slot = self.add_variable((), dtype=dtype, name=f"{variable.name}_{name}")
        else:
            slot = self.add_variable_from_reference(variable, name)
        if np.any(sample):  # TensorFlow would keep the memory in which zeros were computed
            slot.assign(getattr(self.reference.init(variable), name))
        return slot

    def update_step(self, gradient: Any, variable: Any, learning_rate: Any) -> None:
        """Assign what the reference's ``step`` returns."""
        dtype = step_type(variable)
        if type(gradient).__name__ == "IndexedSlices":
            # TensorFlow's gradient of an embedding has only the rows that were looked up; the
            # reference moves all rows, as a dense gradient does.
            gradient = keras.ops.add(gradient, keras.ops.zeros_like(variable))
        index = self._get_variable_index(variable)
        slots = [slot[index] for slot in self.slots]
        parts = (self.iterations, *slots, learning_rate, variable, gradient)
        given = [keras.ops.cast(part, dtype) for part in parts]
        *state, rate, theta, gradient = given
        optimizer = bound(self.reference, learning_rate=rate)
        theta, new = optimizer.step(theta, gradient, type(self.reference.init(0.0))(*state))
        # A rule may keep what it was given, the last parameters say, which are overwritten here.
        values = [
            keras.ops.copy(value) if any(value is part for part in given) else value
            for value in (theta, *new[1:])
        ]
        for old, value in zip((variable, *slots), values, strict=True):
            self.assign(old, keras.ops.cast(value, old.dtype))

    def get_config(self) -> dict[str, Any]:
        """Return Keras's configuration, with the learning rate, and the reference's settings."""
        reference = replace(self.reference, learning_rate=1.0)
        return {**super().get_config(), "optimizer": to_config(reference)}


def outside_of_graphs() -> AbstractContextManager[Any]:
    """Return where variables have values even while TensorFlow traces what builds the optimizer."""
    if keras.backend.backend() != "tensorflow":
        return nullcontext()
    import tensorflow as tf

    return tf.init_scope()


def step_type(variable: Any) -> str:
    """Return the type to compute in; half precision is too coarse: 0.999 in bfloat16 is 1."""
    return keras.backend.result_type(variable.dtype, "float32")


def to_config(value: Any) -> Any:
    """Return an optimizer or a schedule of this package as plain data, ready for JSON."""
    if is_dataclass(value) and type(value).__module__.startswith("firstorder."):
        settings = {name: to_config(setting) for name, setting in settings_of(value).items()}
        return {"class": f"{type(value).__module__}:{type(value).__qualname__}", **settings}
    if value is None or isinstance(value, (bool, int, float, str)):
        return value
    raise ValueError(
        f"what is saved must be a number, or an optimizer or schedule of firstorder, got {value!r}"
    )


def from_config(config: Any) -> Any:
    """Return what ``to_config`` was given.

    A class must be a dataclass of this package: its name comes from a file, which must not choose
    what is called.
    """
    if not isinstance(config, dict):
        return config
    module, _, name = str(config.get("class")).partition(":")
    if module.startswith("firstorder."):
        with suppress(ImportError):
            kind = getattr(import_module(module), name, None)
            own = is_dataclass(kind) and kind.__module__.startswith("firstorder.")
            if own and isinstance(kind, type):
                return kind(**{k: from_config(v) for k, v in config.items() if k != "class"})
    raise ValueError(f"class must be one of firstorder's, got {config.get('class')!r}")
