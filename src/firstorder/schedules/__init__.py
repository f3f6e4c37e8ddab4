"""Learning rates as functions of the step number t = 1, 2, ...

A schedule is a frozen dataclass with a ``__call__``, and goes wherever a learning rate does:
``GradientDescent(InverseSqrt(0.1))``. The rate of a number is a Python float; of an array or
tensor, one of the same kind, so that a compiled step may count its t on the device. Only
operators are used, and where a cosine or a minimum is needed, those of the library that made t. A
TensorFlow t must be a floating-point tensor, as the update rules need it too.
"""

from firstorder.schedules.endless import Constant, Exponential, InverseSqrt, InverseTime
from firstorder.schedules.planned import Cosine, Linear, Warmup

__all__ = ["Constant", "Cosine", "Exponential", "InverseSqrt", "InverseTime", "Linear", "Warmup"]
