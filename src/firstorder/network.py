"""A classifier in NumPy: dense layers, ReLU and dropout on one flat vector of parameters."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from firstorder.checks import check_floating, check_real, check_whole

Random = np.random.Generator


class BatchResult(NamedTuple):
    """What one pass over a minibatch gives."""

    loss: float  # mean over the examples
    correct: int  # how many were classified right
    gradient: np.ndarray  # of the loss, like theta


@dataclass(frozen=True)
class Network:
    r"""Dense layers with ReLU and dropout between them, read out by a softmax.

    .. math::
        h_0 = x, \qquad h_k = \operatorname{relu}(h_{k-1} W_k + b_k) \odot d_k, \qquad
        z = h_{K-1} W_K + b_K, \qquad
        \ell = \ln \textstyle\sum_j e^{z_j} - z_y

    Inverted dropout: in training, :math:`d_k` is 0 with probability :math:`q` and
    :math:`1/(1-q)` otherwise, so that its mean is 1; in use it is 1.

    Parameters
    ----------
    sizes : tuple of int, at least two
        Numbers of inputs, of hidden units layer by layer, and of classes.
    dropout : float in [0, 1)
        The share :math:`q` of hidden units dropped in training.

    Examples
    --------
    >>> network = Network(sizes=(784, 128, 10))
    >>> network.parameter_count           # 784 · 128 + 128 + 128 · 10 + 10
    101770
    >>> theta = network.init(np.random.default_rng(0))
    >>> [(W.shape, b.shape) for W, b in network.layers(theta)]
    [((784, 128), (128,)), ((128, 10), (10,))]
    """

    sizes: tuple[int, ...] = (784, 128, 10)
    dropout: float = 0.2

    def __post_init__(self) -> None:
        if not isinstance(self.sizes, tuple | list) or len(self.sizes) < 2:
            raise ValueError(f"sizes must be two or more numbers of units, got {self.sizes!r}")
        sizes = tuple(check_whole("each of sizes", size) for size in self.sizes)
        object.__setattr__(self, "sizes", sizes)
        dropout = check_real("dropout", self.dropout, "in [0, 1)", lambda q: 0 <= q < 1)
        object.__setattr__(self, "dropout", dropout)

    @property
    def parameter_count(self) -> int:
        """The length of theta."""
        return sum((n + 1) * m for n, m in zip(self.sizes, self.sizes[1:], strict=False))

    def layers(self, theta: np.ndarray) -> list[tuple[np.ndarray, np.ndarray]]:
        """Return the weights and biases of each layer, as views of the flat vector.

        Raises
        ------
        ValueError
            If ``theta`` is not a vector of all the parameters.
        """
        if np.shape(theta) != (self.parameter_count,):
            raise ValueError(
                f"theta, and a gradient, must be a vector of {self.parameter_count} parameters, "
                f"got an array of shape {np.shape(theta)}"
            )
        layers, start = [], 0
        for n, m in zip(self.sizes, self.sizes[1:], strict=False):
            W, b, start = start, start + n * m, start + (n + 1) * m
            layers.append((theta[W:b].reshape(n, m), theta[b:start]))
        return layers

    def init(self, random: Random, dtype: Any = np.float32) -> np.ndarray:
        r"""Return parameters as Keras draws them: Glorot's uniform weights and zero biases.

        .. math:: W_{ij} \sim \mathcal U(-a, a), \qquad a = \sqrt{6 / (n + m)}

        Raises
        ------
        ValueError
            If ``dtype`` is not a real floating-point type.

        References
        ----------
        Glorot & Bengio (2010), *Understanding the difficulty of training deep feedforward neural
        networks*, equation 16.
        """
        theta = np.zeros(self.parameter_count, dtype)
        check_floating("dtype", theta)
        for W, _ in self.layers(theta):
            limit = (6 / sum(W.shape)) ** 0.5
            W[:] = random.uniform(-limit, limit, W.shape)
        return theta

    def logits(self, theta: np.ndarray, x: np.ndarray) -> np.ndarray:
        """Return the scores (n, classes) of examples (n, inputs), without dropout."""
        return self.forward(theta, x)[-1]

    def evaluate(self, theta: np.ndarray, x: np.ndarray, y: np.ndarray) -> tuple[float, float]:
        """Return the mean loss and the accuracy, without dropout."""
        loss, hits, _ = cross_entropy(self.logits(theta, x), y)
        return loss, hits / len(y)

    def loss_and_gradient(
        self,
        theta: np.ndarray,
        x: np.ndarray,
        y: np.ndarray,
        random: Random | None = None,
        out: np.ndarray | None = None,
    ) -> BatchResult:
        """Return the mean loss of a minibatch and its gradient, by backpropagation.

        Parameters
        ----------
        theta : array (parameter_count,)
        x : array (n, inputs), y : int array (n,)
            Examples and their classes, which ``train`` checks once; here, in its innermost loop,
            a negative class would be taken for one counted from the end.
        random : Generator, optional
            Draws the dropout; without it nothing is dropped.
        out : array like theta, optional
            Where to put the gradient, to save its allocation.

        Returns
        -------
        BatchResult
            The loss, how many examples were classified right, and the gradient.

        Raises
        ------
        ValueError
            If ``theta`` or ``out`` is not a vector of all the parameters.

        Examples
        --------
        >>> network = Network(sizes=(2, 3))
        >>> x, y = np.array([[1.0, 2.0]]), np.array([2])
        >>> loss, correct, gradient = network.loss_and_gradient(np.zeros(9), x, y)
        >>> print(f"{loss:.4f}")           # log 3: nothing is known of the three classes
        1.0986
        >>> gradient[-3:].round(4)         # by the biases: their probabilities less the truth
        array([ 0.3333,  0.3333, -0.6667])
        """
        gradient = np.empty_like(theta) if out is None else out
        *hidden, z = self.forward(theta, x, random)
        loss, hits, delta = cross_entropy(z, y)
        layers = list(zip(hidden, self.layers(theta), self.layers(gradient), strict=True))
        for k, (h, (W, _), (dW, db)) in reversed(list(enumerate(layers))):
            np.matmul(h.T, delta, out=dW)
            np.sum(delta, axis=0, out=db)
            if k > 0:
                delta = delta @ W.T
                delta *= h > 0  # open where relu was, and not dropped
                if random is not None:
                    delta *= 1 / (1 - self.dropout)
        return BatchResult(loss, hits, gradient)

    def forward(
        self, theta: np.ndarray, x: np.ndarray, random: Random | None = None
    ) -> list[np.ndarray]:
        """Return the input, the hidden layers' outputs and the logits; ``random`` drops units."""
        *inner, (W_out, b_out) = self.layers(theta)
        outputs = [x]
        for W, b in inner:
            h = outputs[-1] @ W
            h += b
            np.maximum(h, 0, out=h)
            if random is not None and self.dropout:
                h *= random.random(h.shape, h.dtype) >= self.dropout
                h *= 1 / (1 - self.dropout)
            outputs.append(h)
        return [*outputs, outputs[-1] @ W_out + b_out]


def cross_entropy(z: np.ndarray, y: np.ndarray) -> tuple[float, int, np.ndarray]:
    """Return the mean cross-entropy of logits, the hits, and the derivative by the logits."""
    rows = np.arange(len(y))
    hits = int(np.count_nonzero(z.argmax(axis=1) == y))
    z = z - z.max(axis=1, keepdims=True)
    p = np.exp(z)
    total = p.sum(axis=1, keepdims=True)
    loss = float(np.mean(np.log(total[:, 0]) - z[rows, y]))
    p /= total
    p[rows, y] -= 1
    p /= len(y)
    return loss, hits, p
