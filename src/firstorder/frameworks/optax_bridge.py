"""A reference optimizer as an Optax gradient transformation. Importing this imports JAX."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp
import optax

from firstorder.checks import check_floating
from firstorder.optimizers import Optimizer
from firstorder.optimizers.base import check_optimizer
from firstorder.settings import bound


def as_optax(optimizer: Optimizer) -> optax.GradientTransformation:
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
    ValueError
        If ``optimizer`` is not an optimizer; from ``init``, if a leaf of the tree does not hold
        real floating-point numbers; from ``update``, if it is not given the parameters.
    ImportError
        If JAX or Optax is not installed.

    Notes
    -----
    An update is the difference of new and old parameters, so what ``optax.apply_updates`` returns
    equals the step up to the last bit of the larger of the two.

    Examples
    --------
    >>> import jax.numpy as jnp, optax
    >>> from firstorder import Adam
    >>> transformation = as_optax(Adam(0.5, epsilon=0.0))
    >>> params = {"weights": jnp.array([1.0, -1.0])}
    >>> state = transformation.init(params)
    >>> updates, state = transformation.update({"weights": jnp.array([3.0, -4.0])}, state, params)
    >>> optax.apply_updates(params, updates)["weights"].round(4).tolist()
    [0.5, -0.5]
    """
    check_optimizer(optimizer)
    state_type = type(optimizer.init(0.0))

    def init(params: Any) -> Any:
        for path, theta in jax.tree_util.tree_leaves_with_path(params):
            check_floating(f"params{jax.tree_util.keystr(path)}", theta)
        slots = (
            jax.tree.map(lambda theta, i=i: _slot(optimizer.init(jnp.asarray(theta))[i]), params)
            for i in range(1, len(state_type._fields))
        )
        return state_type(jnp.zeros([], jnp.int32), *slots)

    def update(gradients: Any, state: Any, params: Any = None) -> tuple[Any, Any]:
        if params is None:
            raise ValueError(
                "params must be given to update: the reference step returns new parameters, of "
                "which Optax wants the difference"
            )
        leaves, tree = jax.tree.flatten(params)
        thetas = map(jnp.asarray, leaves)
        parts = [tree.flatten_up_to(part) for part in (gradients, *state[1:])]
        now = bound(optimizer, learning_rate=optimizer.rate(state.t + 1))
        changes, states = [], []
        for theta, gradient, *slots in zip(thetas, *parts, strict=True):
            new_theta, new_state = now.step(theta, gradient, state_type(state.t, *slots))
            # A compiled step of half-precision numbers may return single ones: powers of t are.
            changes.append((new_theta - theta).astype(theta.dtype))
            states.append(
                [jnp.asarray(new, old.dtype) for old, new in zip(slots, new_state[1:], strict=True)]
            )
        new_slots = zip(*states, strict=True) if states else ([] for _ in state[1:])
        return tree.unflatten(changes), state_type(
            state.t + 1, *(tree.unflatten(slot) for slot in new_slots)
        )

    return optax.GradientTransformation(init, update)


def _slot(part: Any) -> Any:
    """Return a part of the first state as an array; a number is one of floats, even 0."""
    return part if isinstance(part, jax.Array) else jnp.asarray(part, float)
