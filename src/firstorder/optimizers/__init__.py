r"""The update rules, one file a method, in the order of the chapters.

One step of each from :math:`\theta = (1, 2, 3, 4)` along :math:`g = (1, 6, 7, 2)` with learning
rate 0.5, the same numbers that Keras, Optax and PyTorch give:

>>> import numpy as np
>>> theta, gradient = np.array([1.0, 2.0, 3.0, 4.0]), np.array([1.0, 6.0, 7.0, 2.0])
>>> for optimizer in [
...     GradientDescent(0.5),
...     Momentum(0.5, momentum=0.9),
...     Momentum(0.5, momentum=0.9, nesterov=True),
...     AdaGrad(0.5, epsilon=0.0),
...     RMSprop(0.5, rho=0.9, epsilon=0.0),
...     Adam(0.5, epsilon=0.0),
... ]:
...     after, _ = optimizer.step(theta, gradient, optimizer.init(theta))
...     print(f"{type(optimizer).__name__:16}", *(f"{x:7.4f}" for x in after))
GradientDescent   0.5000 -1.0000 -0.5000  3.0000
Momentum          0.5000 -1.0000 -0.5000  3.0000
Momentum          0.0500 -3.7000 -3.6500  2.1000
AdaGrad           0.5000  1.5000  2.5000  3.5000
RMSprop          -0.5811  0.4189  1.4189  2.4189
Adam              0.5000  1.5000  2.5000  3.5000
"""

from firstorder.optimizers.adagrad import AdaGrad, AdaGradState
from firstorder.optimizers.adam import Adam, AdamState
from firstorder.optimizers.base import Optimizer
from firstorder.optimizers.gradient_descent import GradientDescent, GradientDescentState
from firstorder.optimizers.momentum import Momentum, MomentumState
from firstorder.optimizers.rmsprop import RMSprop, RMSpropState

__all__ = [
    "AdaGrad",
    "AdaGradState",
    "Adam",
    "AdamState",
    "GradientDescent",
    "GradientDescentState",
    "Momentum",
    "MomentumState",
    "Optimizer",
    "RMSprop",
    "RMSpropState",
]
