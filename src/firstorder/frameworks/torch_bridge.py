"""A reference optimizer as a PyTorch optimizer. Importing this module imports PyTorch."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import torch

from firstorder.checks import check_floating, check_numbers
from firstorder.optimizers import Optimizer
from firstorder.optimizers.base import check_optimizer
from firstorder.settings import bound, settings_of


def as_torch(optimizer: Optimizer, params: Any) -> torch.optim.Optimizer:
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
        If ``optimizer`` is not an optimizer or has a setting that is an array; if a parameter
        does not hold real floating-point numbers; if a group has a setting that is unknown or
        outside its range.
    ImportError
        If PyTorch is not installed.

    Examples
    --------
    >>> import torch
    >>> from firstorder import Adam
    >>> theta = torch.tensor([1.0, -1.0], requires_grad=True)
    >>> optimizer = as_torch(Adam(0.5, epsilon=0.0), [theta])
    >>> (theta @ torch.tensor([3.0, -4.0])).backward()
    >>> optimizer.step()
    >>> theta.tolist()
    [0.5, -0.5]
    """
    return ReferenceOptimizer(optimizer, params)


class ReferenceOptimizer(torch.optim.Optimizer):
    """A PyTorch optimizer whose update is the ``step`` of a reference optimizer."""

    def __init__(self, optimizer: Optimizer, params: Any) -> None:
        check_optimizer(optimizer)
        check_numbers(settings_of(optimizer), "PyTorch")
        self.reference = optimizer
        settings = settings_of(optimizer)
        rate = settings.pop("learning_rate")
        # A schedule stays in the reference, and its rate of the moment is shown in the groups.
        super().__init__(params, {"lr": rate(1) if callable(rate) else rate, **settings})

    @property
    def _names(self) -> list[str]:
        """The settings that a parameter group has under the names of the reference: all but one."""
        return [name for name in settings_of(self.reference) if name != "learning_rate"]

    def __getstate__(self) -> dict[str, Any]:
        """Return what a copy needs: PyTorch's part and the reference."""
        return {**super().__getstate__(), "reference": self.reference}

    def add_param_group(self, param_group: dict[str, Any]) -> None:
        """Add parameters with settings of their own, which are checked as the reference's are."""
        settings = {name: value for name, value in param_group.items() if name in self._names}
        if "lr" in param_group:
            settings["learning_rate"] = param_group["lr"]
        # A scheduler that goes on with an earlier run finds the first rate as initial_lr.
        unknown = set(param_group) - {"lr", "initial_lr", "params", "param_names", *self._names}
        if unknown:
            raise ValueError(
                f"a parameter group takes {', '.join(['lr', *self._names])}, got {sorted(unknown)}"
            )
        replace(self.reference, **settings)
        super().add_param_group(param_group)
        params = self.param_groups[-1]["params"]
        names = self.param_groups[-1].get(
            "param_names", [f"params[{i}]" for i in range(len(params))]
        )
        try:
            for name, theta in zip(names, params, strict=True):
                check_floating(name, theta)
        except ValueError:
            self.param_groups.pop()
            raise

    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        """Take over the state of another run, if its groups have the settings of this method."""
        for group in state_dict["param_groups"]:
            if missing := sorted({"lr", *self._names} - set(group)):
                raise ValueError(
                    f"state_dict must come from as_torch({type(self.reference).__name__}(...)), "
                    f"got a parameter group without {', '.join(missing)}"
                )
        super().load_state_dict(state_dict)

    @torch.no_grad()
    def step(self, closure: Any = None) -> Any:
        """Move every parameter that has a gradient, and return the closure's loss if given."""
        loss = None
        if closure is not None:
            with torch.enable_grad():
                loss = closure()
        for group in self.param_groups:
            settings = {name: group[name] for name in self._names}
            for theta in group["params"]:
                if theta.grad is not None:
                    self._step_one(theta, group, settings)
        return loss

    def _step_one(self, theta: Any, group: dict[str, Any], settings: dict[str, Any]) -> None:
        """Replace one parameter and its state by what the reference's step returns."""
        slots = self.state[theta]
        state_type = type(self.reference.init(0.0))
        state = state_type(**slots) if slots else self.reference.init(theta)
        if callable(self.reference.learning_rate):
            group["lr"] = self.reference.rate(state.t + 1)
        optimizer = bound(self.reference, learning_rate=group["lr"], **settings)
        gradient = theta.grad.to_dense() if theta.grad.is_sparse else theta.grad
        new_theta, state = optimizer.step(theta, gradient, state)
        # A rule may keep what it was given, the last gradient say, and both are overwritten.
        given = (theta.data_ptr(), gradient.data_ptr())
        for name, value in state._asdict().items():
            tensor = isinstance(value, torch.Tensor)
            slots[name] = value.clone() if tensor and value.data_ptr() in given else value
        theta.copy_(new_theta)
