"""A reference optimizer as an Optax gradient transformation. Importing this imports JAX."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp
import optax

from firstorder.optimizers import Optimizer
from firstorder.optimizers.base import check_optimizer


def transformation(optimizer: Optimizer) -> optax.GradientTransformation:
    """Return the transformation that :func:`firstorder.frameworks.as_optax` describes."""
    check_optimizer(optimizer)
    state_type = type(optimizer.init(0.0))

    def init(params: Any) -> Any:
        slots = range(1, len(state_type._fields))
        return state_type(
            jnp.zeros([], jnp.int32),
            *(jax.tree.map(lambda theta, i=i: optimizer.init(theta)[i], params) for i in slots),
        )

    def update(gradients: Any, state: Any, params: Any = None) -> tuple[Any, Any]:
        if params is None:
            raise ValueError(
                "params must be given to update: the reference step returns new parameters, of "
                "which Optax wants the difference"
            )
        thetas, tree = jax.tree.flatten(params)
        parts = [tree.flatten_up_to(part) for part in (gradients, *state[1:])]
        changes, states = [], []
        for theta, gradient, *slots in zip(thetas, *parts, strict=True):
            new_theta, new_state = optimizer.step(theta, gradient, state_type(state.t, *slots))
            # A compiled step of half-precision numbers may return single ones: powers of t are.
            changes.append(like(theta, new_theta - theta))
            states.append(
                [jax.tree.map(like, *pair) for pair in zip(slots, new_state[1:], strict=True)]
            )
        new_slots = zip(*states, strict=True) if states else ([] for _ in state[1:])
        return tree.unflatten(changes), state_type(
            state.t + 1, *(tree.unflatten(slot) for slot in new_slots)
        )

    return optax.GradientTransformation(init, update)


def like(old: Any, new: Any) -> Any:
    """Return the new numbers in the type of the old ones."""
    return new.astype(old.dtype) if hasattr(old, "dtype") else new
