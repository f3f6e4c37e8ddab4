"""What the tests of every framework share: optimizers, three steps of gradients, and their end."""

import numpy as np

from firstorder import AdaGrad, Adam, GradientDescent, Momentum, RMSprop
from firstorder.schedules import InverseSqrt

OPTIMIZERS = [
    GradientDescent(0.125),
    Momentum(0.125, momentum=0.875),
    Momentum(0.125, momentum=0.875, nesterov=True),
    AdaGrad(0.125, initial_accumulator_value=0.125),
    RMSprop(0.125, rho=0.875),
    Adam(0.125, beta_1=0.875, beta_2=1 - 2**-7),
    Adam(InverseSqrt(0.125)),
]
THETAS = [np.array([[1.0, -2.0], [0.5, 3.0]]), np.array([0.25])]
GRADIENTS = [
    [np.array([[0.5, -8.0], [1.0, 0.001]]), np.array([64.0])],
    [np.array([[0.25, 8.0], [-1.0, 0.002]]), np.array([-16.0])],
    [np.array([[-2.0, 4.0], [3.0, -0.004]]), np.array([1.0])],
]


def expected(optimizer, thetas=THETAS, gradients=GRADIENTS):
    thetas, states = list(thetas), [optimizer.init(theta) for theta in thetas]
    for step in gradients:
        for i, gradient in enumerate(step):
            thetas[i], states[i] = optimizer.step(thetas[i], gradient, states[i])
    return thetas


def close(found, wanted, rtol=1e-13):
    for one, other in zip(found, wanted, strict=True):
        np.testing.assert_allclose(np.asarray(one), other, rtol=rtol)
