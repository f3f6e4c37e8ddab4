"""Data to train on: MNIST, verified and cached, a stand-in for it, and synthetic sets."""

from firstorder.datasets.images import Images, load_digits
from firstorder.datasets.mnist import DatasetError, load_mnist
from firstorder.datasets.synthetic import linear_data, sparse_data

__all__ = ["DatasetError", "Images", "linear_data", "load_digits", "load_mnist", "sparse_data"]
