"""Gradients by finite differences, to check the exact ones."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from firstorder.checks import check_points, check_real
from firstorder.objectives.base import Array, Objective


def central_differences(
    objective: Objective, theta: npt.ArrayLike, step: float | None = None
) -> Array:
    r"""Return the gradient of ``objective`` at ``theta`` by central differences.

    .. math::
        \frac{\partial f}{\partial \theta_i} \approx
        \frac{f(\theta + h e_i) - f(\theta - h e_i)}{2h}

    Taylor's formula leaves an error of :math:`h^2 |f'''| / 6`, and rounding the two values adds
    up to :math:`\mathtt{eps}\,|f| / h`. The sum is least where its derivative
    :math:`h\,|f'''|/3 - \mathtt{eps}\,|f|/h^2` vanishes, at
    :math:`h = (3\,\mathtt{eps}\,|f|/|f'''|)^{1/3}`; hence :math:`h = \mathtt{eps}^{1/3}`, times the
    size of the coordinate, where nothing is known of :math:`f`. The error is then about
    :math:`\mathtt{eps}^{2/3}`: ten digits of sixteen.

    Parameters
    ----------
    objective : Objective
        Its ``value`` is called on a batch of two points per coordinate.
    theta : array (*batch, *objective.shape)
        Where to differentiate.
    step : float, positive, optional
        The step :math:`h`; by default :math:`\mathtt{eps}^{1/3} \max(1, |\theta_i|)`, 6e-6 in
        double precision.

    Examples
    --------
    >>> from firstorder.objectives import quadratic
    >>> central_differences(quadratic([1.0, 4.0]), np.array([1.0, 2.0])).round(8)
    array([1., 8.])
    """
    theta = check_points("theta", theta, objective.shape, objective.name).astype(float)
    if step is not None:
        check_real("step", step, "positive and finite", lambda h: h > 0)
    batch = theta.shape[: theta.ndim - objective.ndim]
    flat = theta.reshape(*batch, -1)
    best = np.finfo(float).eps ** (1 / 3) * np.maximum(1, np.abs(flat))
    h = best if step is None else np.full_like(flat, step)
    units = np.eye(flat.shape[-1]).reshape(-1, *(1,) * len(batch), flat.shape[-1])
    up, down = flat + h * units, flat - h * units
    values = [objective.value(points.reshape(-1, *theta.shape)) for points in (up, down)]
    # Divide by the distance that rounding has left between the two points, not by 2h.
    distance = np.sum((up - down) * units, axis=-1)
    return np.moveaxis((values[0] - values[1]) / distance, 0, -1).reshape(theta.shape)


def gradient_error(objective: Objective, theta: npt.ArrayLike, step: float | None = None) -> float:
    """Return the largest difference between the exact gradient and central differences.

    Relative to the largest exact component, or absolute where that is below 1. A right gradient
    gives about 1e-10, a wrong one about 1. The arguments are those of `central_differences`.

    Examples
    --------
    >>> from firstorder.objectives import rosenbrock
    >>> gradient_error(rosenbrock(), np.array([-1.2, 1.0])) < 1e-8
    True
    """
    exact = np.asarray(objective.gradient(np.asarray(theta, dtype=float)))
    difference = np.abs(central_differences(objective, theta, step) - exact)
    return float(np.max(difference) / max(1.0, np.max(np.abs(exact))))
