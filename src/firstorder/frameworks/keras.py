"""A reference optimizer as a Keras optimizer. Importing this module imports Keras."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import keras

from firstorder.frameworks.settings import bound, check_scalar, from_config, to_config
from firstorder.optimizers import Optimizer


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
    """A Keras optimizer whose update is the ``step`` of a reference optimizer.

    Made by :func:`firstorder.frameworks.as_keras`.
    """

    def __init__(self, optimizer: Any, learning_rate: Any = None, **keras_arguments: Any) -> None:
        reference: Optimizer = from_config(optimizer)
        check_scalar(reference, "Keras")
        if reference.init(0.0) != reference.init(1.0):
            raise ValueError(
                "optimizer must start from the same numbers in Keras whatever the parameters are, "
                f"got one that starts at 0 from {reference.init(0.0)} and at 1 from "
                f"{reference.init(1.0)}"
            )
        if learning_rate is not None:
            reference = replace(reference, learning_rate=learning_rate)
        keras_arguments.setdefault("name", type(reference).__name__.lower())
        super().__init__(keras_rate(reference.learning_rate), **keras_arguments)
        self.reference = reference
        # The fields of the state after t, as one list of variables each.
        self.slots: list[list[keras.Variable]] = []

    def build(self, variables: list[keras.Variable]) -> None:
        """Create the state of each variable, filled as the reference's ``init`` fills it."""
        if self.built:
            return
        super().build(variables)
        start = self.reference.init(0.0)._asdict()
        start.pop("t")  # Keras counts the steps itself
        constant = keras.initializers.Constant  # of a large variable it leaves one more behind
        self.slots = [
            self.add_optimizer_variables(variables, name, constant(value) if value else "zeros")
            for name, value in start.items()
        ]

    def update_step(self, gradient: Any, variable: Any, learning_rate: Any) -> None:
        """Assign what the reference's ``step`` returns."""
        # Half precision is too coarse for powers: 0.999 in bfloat16 is 1.
        dtype = keras.backend.result_type(variable.dtype, "float32")
        if type(gradient).__name__ == "IndexedSlices":
            # TensorFlow's gradient of an embedding has only the rows that were looked up; the
            # reference moves all rows, as a dense gradient does.
            gradient = keras.ops.add(gradient, keras.ops.zeros_like(variable))
        index = self._get_variable_index(variable)
        slots = [slot[index] for slot in self.slots]
        state_type = type(self.reference.init(0.0))
        t = keras.ops.cast(self.iterations, dtype)
        state = state_type(t, *(keras.ops.cast(slot, dtype) for slot in slots))
        optimizer = bound(self.reference, learning_rate=keras.ops.cast(learning_rate, dtype))
        theta, state = optimizer.step(
            keras.ops.cast(variable, dtype), keras.ops.cast(gradient, dtype), state
        )
        for old, new in zip((variable, *slots), (theta, *state[1:]), strict=True):
            self.assign(old, keras.ops.cast(new, variable.dtype))

    def get_config(self) -> dict[str, Any]:
        """Return Keras's configuration and the reference's settings."""
        rate = 1.0 if callable(self.reference.learning_rate) else self.reference.learning_rate
        # The learning rate stands in Keras's part, where a callback may have changed it.
        reference = replace(self.reference, learning_rate=rate)
        return {**super().get_config(), "optimizer": to_config(reference)}
