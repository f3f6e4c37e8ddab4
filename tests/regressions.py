"""Five regressions on sixty examples: what the tests of objectives and of minibatches share."""

import numpy as np
import pytest

from firstorder import objectives as o

RANDOM = np.random.default_rng(0)
X = np.column_stack([np.ones(60), RANDOM.standard_normal((60, 2)) * [1.0, 3.0]])
Y = X @ [1.0, -2.0, 0.5] + RANDOM.standard_normal(60)
TWO = (X[:, 1] + RANDOM.standard_normal(60) > 0).astype(int)
THREE = np.digitize(X[:, 1] + RANDOM.standard_normal(60), [-0.5, 0.5])

REGRESSIONS = [
    o.linear_regression(X, Y),
    o.logistic_regression(X, TWO),
    o.logistic_regression(X, TWO, l2=0.1),
    o.softmax_regression(X, THREE),
    o.softmax_regression(X, THREE, l2=0.1),
]
every_regression = pytest.mark.parametrize(
    "regression", REGRESSIONS, ids=lambda f: f"{f.name}-{f.l2}"
)
