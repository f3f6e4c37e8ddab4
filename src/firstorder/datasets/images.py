"""Images of digits with their labels, and the set that every machine can have."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np


class Images(NamedTuple):
    """Labelled images, split for training and testing."""

    x_train: np.ndarray  # (n, 28, 28) uint8, 0 is background
    y_train: np.ndarray  # (n,) uint8, the digit
    x_test: np.ndarray
    y_test: np.ndarray


def load_digits() -> Images:
    """Return scikit-learn's 1,797 handwritten digits in MNIST's layout: the offline stand-in.

    The 8 × 8 images of 17 grey levels are magnified three times, put in the middle of 28 × 28
    pixels, and stretched to 0 to 255. The first 1,500 train, the others test.

    Returns
    -------
    Images
        As ``load_mnist``, with fewer and coarser digits.

    Raises
    ------
    ImportError
        If scikit-learn is not installed.

    References
    ----------
    Alpaydin & Kaynak (1998), *Optical recognition of handwritten digits*, UCI repository.
    """
    try:
        from sklearn import datasets
    except ImportError:
        raise ImportError(
            "these digits are scikit-learn's, which is missing: `pip install scikit-learn`"
        ) from None
    digits = datasets.load_digits()
    grey = np.round(digits.images * (255 / 16)).astype(np.uint8)
    x = np.pad(grey.repeat(3, axis=1).repeat(3, axis=2), ((0, 0), (2, 2), (2, 2)))
    y = digits.target.astype(np.uint8)
    return Images(x[:1500], y[:1500], x[1500:], y[1500:])
