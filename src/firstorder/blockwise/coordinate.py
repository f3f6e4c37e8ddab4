"""A type for Numba: one coordinate, which calculates as an element of a NumPy array does.

What is combined with it, a setting, t or a plain number, is rounded to its type first, and powers
are taken as NumPy takes them. So what an update rule's text makes of coordinates is what it makes
of arrays, to the last bit. Importing this module imports Numba.
"""

from __future__ import annotations

import math
import operator
from collections.abc import Callable
from typing import Any

from numba import types
from numba.extending import (
    intrinsic,
    lower_builtin,
    models,
    overload,
    overload_method,
    register_model,
    type_callable,
)


class Coordinate(types.Type):
    """The compiler's type of one element of a parameter array; stored as the element is."""

    def __init__(self, dtype: types.Float) -> None:
        self.dtype = dtype
        super().__init__(name=f"Coordinate({dtype})")


@register_model(Coordinate)
class _CoordinateModel(models.PrimitiveModel):
    def __init__(self, manager: Any, kind: Coordinate) -> None:
        super().__init__(manager, kind, manager.lookup(kind.dtype).get_value_type())


@intrinsic
def coordinate(typing: Any, number: Any) -> Any:
    """Take an array's element as a coordinate."""
    return Coordinate(number)(number), lambda context, builder, signature, args: args[0]


@intrinsic
def element(typing: Any, number: Any) -> Any:
    """Take a coordinate as an array's element."""
    return number.dtype(number), lambda context, builder, signature, args: args[0]


def _declare(operation: Callable[[Any, Any], Any], in_place: Callable[[Any, Any], Any]) -> None:
    """Let coordinates be combined with each other and with plain numbers."""

    @type_callable(in_place)
    @type_callable(operation)
    def declare(context: Any) -> Any:
        def result(left: Any, right: Any) -> Any:
            kinds = {kind for kind in (left, right) if isinstance(kind, Coordinate)}
            others = [kind for kind in (left, right) if kind not in kinds]
            plain = all(isinstance(kind, types.Number | types.Boolean) for kind in others)
            return kinds.pop() if len(kinds) == 1 and plain else None

        return result

    def lower(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        dtype = signature.return_type.dtype
        numbers = [
            value if isinstance(kind, Coordinate) else context.cast(builder, value, kind, dtype)
            for kind, value in zip(signature.args, args, strict=True)
        ]
        return context.get_function(operation, dtype(dtype, dtype))(builder, numbers)

    for name in (operation, in_place):
        for plain in (types.Number, types.Boolean):
            lower_builtin(name, Coordinate, plain)(lower)
            lower_builtin(name, plain, Coordinate)(lower)
        lower_builtin(name, Coordinate, Coordinate)(lower)


_declare(operator.add, operator.iadd)
_declare(operator.sub, operator.isub)
_declare(operator.mul, operator.imul)
_declare(operator.truediv, operator.itruediv)


@overload(operator.pow)
def _power(base, exponent):
    if not (isinstance(base, Coordinate) and isinstance(exponent, types.Number)):
        return None
    dtype = base.dtype

    def power(base, exponent):
        x = element(base)
        if exponent == 2:
            return coordinate(x * x)
        if exponent == 0.5:
            return coordinate(math.sqrt(x))
        return coordinate(dtype(x ** dtype(exponent)))

    return power


@overload(operator.neg)
def _negative(number):
    if isinstance(number, Coordinate):
        return lambda number: coordinate(-element(number))
    return None


@overload(abs)
def _absolute(number):
    if isinstance(number, Coordinate):
        return lambda number: coordinate(abs(element(number)))
    return None


@overload_method(types.BaseNamedTuple, "rate")
def _rate(settings, t):
    if "learning_rate" in settings.fields:
        return lambda settings, t: settings.learning_rate  # bound to this step already
    return None
