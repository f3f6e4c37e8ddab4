"""Synthetic sets whose truth is known."""

from __future__ import annotations

import numpy as np

from firstorder.checks import check_real, check_whole


def linear_data(n: int = 100, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    r"""Return :math:`X` uniform on [0, 1] and :math:`y = 3X + u`, with :math:`u` uniform too.

    The noise has mean one half: the best line is :math:`3x + \tfrac12`, so a model without an
    intercept misses it.

    Returns
    -------
    X : array (n, 1)
    y : array (n,)

    Examples
    --------
    >>> X, y = linear_data()
    >>> X.shape, y.shape
    ((100, 1), (100,))
    """
    check_whole("n", n)
    random = np.random.default_rng(seed)
    X = random.uniform(size=(n, 1))
    return X, 3 * X[:, 0] + random.uniform(size=n)


def sparse_data(
    n: int = 2000, features: int = 200, exponent: float = 1.0, seed: int = 0
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    r"""Return a bag-of-words-like classification set: few features are common, most are rare.

    Feature :math:`j = 1, 2, \dots` is present, with value 1, with probability
    :math:`\tfrac12 j^{-a}`, as words are in texts. All features matter alike when present:
    labels are 1 with probability :math:`1/(1 + e^{-x^\top w})`, :math:`w_j` being 3 or −3.

    Parameters
    ----------
    n, features : int, positive
        Number of examples and of features.
    exponent : float, non-negative
        The power :math:`a`; with 0 all features are equally common.
    seed : int
        Seed of the random numbers.

    Returns
    -------
    X : array (n, features) of 0.0 and 1.0
    y : array (n,) of 0.0 and 1.0
    w : array (features,)
        The weights that made the labels.

    Examples
    --------
    >>> X, y, w = sparse_data()
    >>> X.shape, round(float(X[:, 0].mean()), 1), float(X[:, 99].mean()) < 0.02
    ((2000, 200), 0.5, True)
    """
    check_whole("n", n)
    check_whole("features", features)
    exponent = check_real("exponent", exponent, "non-negative and finite", lambda a: a >= 0)
    random = np.random.default_rng(seed)
    frequency = 0.5 * np.arange(1, features + 1) ** -exponent
    X = (random.uniform(size=(n, features)) < frequency).astype(float)
    w = random.choice([-3.0, 3.0], size=features)
    y = (random.uniform(size=n) < 1 / (1 + np.exp(-X @ w))).astype(float)
    return X, y, w
