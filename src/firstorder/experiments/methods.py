"""What is compared: methods with their spaces, and their settings under a schedule."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from firstorder.optimizers import Optimizer
from firstorder.schedules import Cosine, InverseSqrt, Linear
from firstorder.settings import bound

# Makes a learning rate of its first value (a number or an array) and the number of steps.
Schedule = Callable[[Any, int], Any]
SCHEDULES: dict[str, Schedule] = {
    "constant": lambda rate, steps: rate,
    "linear": lambda rate, steps: Linear(rate, steps),
    "cosine": lambda rate, steps: Cosine(rate, steps),
    "1/√t": lambda rate, steps: InverseSqrt(rate),
}


@dataclass(frozen=True, eq=False)
class Method:
    """A method and the space in which its settings are searched.

    Parameters
    ----------
    make : function of the hyper-parameters in ``space``, by name
        Returns the optimizer: ``Adam`` itself, ``partial(Adam, beta_1=0.0)``, a function.
    space : mapping from names to ranges
        ``learning_rate`` among them. ``epsilon`` means the number added outside the root; for a
        rule that has it inside, its square is used.
    control_of, without : str
        For a control: the name of the method it belongs to, and the ingredient that it lacks.

    Raises
    ------
    ValueError
        If ``learning_rate`` is not in the space, or only one of the last two is given.

    Examples
    --------
    >>> from functools import partial
    >>> from firstorder import Adam
    >>> from firstorder.experiments import LogUniform
    >>> space = {"learning_rate": LogUniform(1e-4, 1.0)}
    >>> control = Method(partial(Adam, beta_1=0.0), space, "Adam", without="averaged gradients")
    >>> control.epsilon_outside
    1e-08
    """

    make: Callable[..., Optimizer]
    space: Mapping[str, Any]
    control_of: str = ""
    without: str = ""

    def __post_init__(self) -> None:
        if "learning_rate" not in self.space:
            raise ValueError(f"space must hold learning_rate, got {list(self.space)}")
        if bool(self.control_of) != bool(self.without):
            raise ValueError(
                "control_of and without must be given together, "
                f"got {self.control_of!r} and {self.without!r}"
            )

    @property
    def example(self) -> Optimizer:
        """The optimizer with every hyper-parameter in the middle of its range."""
        return self.make(**{name: float(values.at(0.5)) for name, values in self.space.items()})

    @property
    def epsilon_inside(self) -> bool:
        """Whether the rule adds its epsilon inside the root, found out by taking a step."""
        return epsilon_inside(self.example)

    @property
    def epsilon_outside(self) -> Any:
        """The range of epsilon, or its fixed value measured outside the root; None without one."""
        epsilon = getattr(self.example, "epsilon", None)
        if epsilon is None or "epsilon" in self.space:
            return self.space.get("epsilon")
        return float(f"{epsilon**0.5 if self.epsilon_inside else epsilon:.3g}")

    @property
    def own_schedule(self) -> bool:
        """Whether it makes a schedule of a constant learning rate."""
        return callable(self.example.learning_rate)


@dataclass(frozen=True, eq=False)
class Trials:
    """Settings of one method, under one schedule, that are to be run.

    Attributes
    ----------
    method : Method
        The method.
    settings : dict from names to arrays (k,)
        The settings; epsilon outside the root.
    schedule : function of a learning rate and the number of steps
        Returns the learning rate or a schedule.
    steps : int
        The number of steps of each run.
    """

    method: Method
    settings: dict[str, np.ndarray]
    schedule: Schedule
    steps: int

    def __len__(self) -> int:
        return len(self.settings["learning_rate"])

    def __iter__(self) -> Iterator[Optimizer]:
        """Make an optimizer of each setting."""
        for k in range(len(self)):
            yield self._optimizer({name: float(x[k]) for name, x in self.settings.items()})

    def batch(self, axes: int = 0) -> Optimizer:
        """Return one optimizer of all settings, arrays of shape (k, 1, ..., 1).

        ``axes`` is the number of ones: the axes of runs and parameters that follow that of the
        settings.
        """
        shape = (-1,) + (1,) * axes
        return self._optimizer({name: x.reshape(shape) for name, x in self.settings.items()})

    def _optimizer(self, settings: dict[str, Any]) -> Optimizer:
        settings = dict(settings)
        if "epsilon" in settings and self.method.epsilon_inside:
            settings["epsilon"] = inside_root(settings["epsilon"])
        optimizer = self.method.make(**settings)
        if not self.method.own_schedule:
            # The rate that the method made of its hyper-parameters is the first of the schedule.
            rate = self.schedule(optimizer.learning_rate, self.steps)
            optimizer = bound(optimizer, learning_rate=rate)
        return optimizer


def inside_root(epsilon: Any) -> Any:
    r"""Return the epsilon inside the root that damps as this one does outside.

    A gradient is damped where its size is below :math:`\epsilon` in :math:`\sqrt v + \epsilon`,
    and below :math:`\sqrt{\epsilon'}` in :math:`\sqrt{v + \epsilon'}`. So
    :math:`\epsilon' = \epsilon^2`.

    Examples
    --------
    >>> inside_root(0.5)
    0.25
    """
    return epsilon**2


def epsilon_inside(optimizer: Optimizer) -> bool:
    """Return whether a rule adds its epsilon inside the root, found out by taking a step.

    Beyond a large epsilon all else vanishes: four times as much of it makes the step four times
    shorter outside the root, and two times shorter inside.

    Examples
    --------
    >>> from firstorder import AdaGrad, Adam, GradientDescent
    >>> epsilon_inside(AdaGrad(0.1)), epsilon_inside(Adam(0.1)), epsilon_inside(GradientDescent(1))
    (True, False, False)
    """
    if not hasattr(optimizer, "epsilon"):
        return False
    theta = np.zeros(1)
    moves = []
    for epsilon in (1e12, 4e12):
        rule = bound(optimizer, epsilon=epsilon, learning_rate=1.0)
        moves.append(float(rule.step(theta, theta + 1, rule.init(theta))[0][0]))
    return moves[0] / moves[1] < 3
