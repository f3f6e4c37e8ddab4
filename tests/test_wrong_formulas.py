"""Wrong formulas, the misprints among them, are told from the frameworks' own steps."""

import pytest

from firstorder import AdaGrad, Adam, GradientDescent, Momentum, RMSprop
from firstorder.frameworks import KerasAdam, TorchAdaGrad, TorchRMSprop
from firstorder.misprints import (
    SLIPS,
    FirstOnly,
    FrozenTime,
    MisplacedEpsilon,
    Uncorrected,
    misprinted,
)
from harness import TOLERANCE, disagreement, drawn, gradients, itself, own, walks

# Where each method's own formula is looked up.
OWN = {
    GradientDescent: ("torch", "gradient descent"),
    Momentum: ("torch", "momentum"),
    AdaGrad: ("optax", "adagrad"),
    RMSprop: ("optax", "rmsprop"),
    Adam: ("torch", "adam"),
}
WRONG = [
    *[pytest.param(*OWN[Adam], m, id=m.__name__)
      for m in (Uncorrected, FirstOnly, FrozenTime, MisplacedEpsilon)],
    *[pytest.param(*(("torch", "nesterov") if "Nesterov" in slip else OWN[method]),
                   misprinted(method, *passages), id=f"{method.__name__}: {slip}")
      for slip, method, *passages in SLIPS],
    # A right formula of another dialect is a wrong one here.
    pytest.param("torch", "adam", KerasAdam, id="epsilon hat"),
    pytest.param("keras", "adam", Adam, id="no epsilon hat"),
    pytest.param("optax", "adagrad", TorchAdaGrad, id="epsilon beside the root"),
    pytest.param("torch", "adagrad", AdaGrad, id="epsilon under the root"),
    pytest.param("optax", "rmsprop", TorchRMSprop, id="epsilon beside the root"),
    pytest.param("torch", "rmsprop", RMSprop, id="epsilon under the root"),
]  # fmt: skip


@pytest.mark.parametrize("framework, method, wrong", WRONG)
def test_a_wrong_formula_is_caught(framework, method, wrong):
    """For every setting in float64, and for some by a margin that float32 shows too."""
    optimizers, rows = drawn(framework, method, count=8), gradients(8).astype(float)
    rows[0][rows[0] == 0] = 1e-3  # so that no formula is caught merely for dividing zero by zero
    theirs = walks(framework, own, optimizers, rows)
    ours = walks("numpy", itself, [wrong(**vars(optimizer)) for optimizer in optimizers], rows)
    apart = [disagreement(ours[:, [i]], theirs[:, [i]]) for i in range(8)]
    assert min(apart) > 10 * TOLERANCE["float64"]
    assert max(apart) > 10 * TOLERANCE["float32"]
