"""Wrong formulas, the misprints among them, are told from the frameworks' own steps."""

from dataclasses import dataclass

import pytest

from firstorder import AdaGrad, Adam, Momentum, RMSprop
from firstorder.frameworks import (
    KerasAdam,
    TorchAdaGrad,
    TorchRMSprop,
)
from firstorder.misprints import FirstOnly, FrozenTime, MisplacedEpsilon, Uncorrected
from firstorder.optimizers import AdamState, RMSpropState
from harness import TOLERANCE, disagreement, drawn, gradients, itself, own, walks

# More wrong formulas. Each stands for the method that it is given out for.


@dataclass(frozen=True)
class NoRoot(Adam):
    def step(self, theta, gradient, state):
        _, (t, m, v) = super().step(theta, gradient, state)
        m_hat, v_hat = m / (1 - self.beta_1**t), v / (1 - self.beta_2**t)
        return theta - self.rate(t) * m_hat / (v_hat + self.epsilon), AdamState(t, m, v)


@dataclass(frozen=True)
class EpsilonHatWithoutRoot(KerasAdam):
    def step(self, theta, gradient, state):
        _, (t, m, v) = super().step(theta, gradient, state)
        m_hat, v_hat = m / (1 - self.beta_1**t), v / (1 - self.beta_2**t)
        epsilon = self.epsilon / (1 - self.beta_2**t)
        return theta - self.rate(t) * m_hat / (v_hat**0.5 + epsilon), AdamState(t, m, v)


@dataclass(frozen=True)
class SecondMomentDecaysByBeta1(Adam):
    def step(self, theta, gradient, state):
        _, (t, m, _) = super().step(theta, gradient, state)
        v = self.beta_1 * state.v + (1 - self.beta_1) * gradient**2
        m_hat, v_hat = m / (1 - self.beta_1**t), v / (1 - self.beta_1**t)
        return theta - self.rate(t) * m_hat / (v_hat**0.5 + self.epsilon), AdamState(t, m, v)


@dataclass(frozen=True)
class AveragedMomentum(Momentum):
    def step(self, theta, gradient, state):
        return super().step(theta, (1 - self.momentum) * gradient, state)


@dataclass(frozen=True)
class LooksBack(Momentum):
    def step(self, theta, gradient, state):
        _, new = super().step(theta, gradient, state)
        return theta - self.rate(new.t) * (gradient + self.momentum * state.m), new


@dataclass(frozen=True)
class PlusOneUnderTheRoot(AdaGrad):
    def step(self, theta, gradient, state):
        _, new = super().step(theta, gradient, state)
        return theta - self.rate(new.t) * gradient / (new.G + 1.0) ** 0.5, new


@dataclass(frozen=True)
class AverageOfGradients(RMSprop):
    def step(self, theta, gradient, state):
        v = self.rho * state.v + (1 - self.rho) * gradient
        step = self.rate(state.t + 1) * gradient / (v**2 + self.epsilon) ** 0.5
        return theta - step, RMSpropState(state.t + 1, v)


@dataclass(frozen=True)
class OldMeanSquare(RMSprop):
    def step(self, theta, gradient, state):
        _, new = super().step(theta, gradient, state)
        return theta - self.rate(new.t) * gradient / (state.v + self.epsilon) ** 0.5, new


MUTANTS = [
    ("torch", "adam", Uncorrected),
    ("torch", "adam", FirstOnly),
    ("torch", "adam", FrozenTime),
    ("torch", "adam", MisplacedEpsilon),
    ("torch", "adam", NoRoot),
    ("torch", "adam", SecondMomentDecaysByBeta1),
    ("torch", "adam", KerasAdam),
    ("keras", "adam", Adam),
    ("keras", "adam", EpsilonHatWithoutRoot),
    ("torch", "momentum", AveragedMomentum),
    ("torch", "nesterov", LooksBack),
    ("optax", "adagrad", PlusOneUnderTheRoot),
    ("optax", "adagrad", TorchAdaGrad),
    ("torch", "adagrad", AdaGrad),
    ("optax", "rmsprop", AverageOfGradients),
    ("optax", "rmsprop", OldMeanSquare),
    ("optax", "rmsprop", TorchRMSprop),
    ("torch", "rmsprop", RMSprop),
]


@pytest.mark.parametrize("framework, method, mutant", MUTANTS)
def test_a_wrong_formula_is_caught(framework, method, mutant):
    """For every setting in float64, and for some by a margin that float32 shows too."""
    optimizers, rows = drawn(framework, method, count=8), gradients(8).astype(float)
    rows[0][rows[0] == 0] = 1e-3  # so that no formula is caught merely for dividing zero by zero
    theirs = walks(framework, own, optimizers, rows)
    wrong = walks("numpy", itself, [mutant(**vars(optimizer)) for optimizer in optimizers], rows)
    apart = [disagreement(wrong[:, [i]], theirs[:, [i]]) for i in range(8)]
    assert min(apart) > 10 * TOLERANCE["float64"]
    assert max(apart) > 10 * TOLERANCE["float32"]
