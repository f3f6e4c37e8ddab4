"""The reference inside PyTorch: groups, closures, schedulers, saved and restored."""

import copy

import numpy as np
import pytest

from firstorder import AdaGrad, Adam, GradientDescent, Momentum, frameworks
from firstorder.schedules import InverseSqrt
from harness import GRADIENTS, OPTIMIZERS, THETAS


@pytest.fixture(scope="module")
def torch():
    return pytest.importorskip("torch", reason="PyTorch is not installed")


def torch_run(torch, optimizer, params, gradients=GRADIENTS):
    for step in gradients:
        for param, gradient in zip(params, step, strict=True):
            param.grad = torch.tensor(gradient)
        optimizer.step()
    return [param.detach().numpy() for param in params]


def parameters(torch):
    return [torch.nn.Parameter(torch.tensor(theta)) for theta in THETAS]


@pytest.mark.parametrize("optimizer", OPTIMIZERS, ids=str)
@pytest.mark.parametrize("how", ["state_dict", "file", "deepcopy"])
def test_torch_state_is_saved_and_restored(torch, optimizer, how, tmp_path):
    params = parameters(torch)
    first = frameworks.as_torch(optimizer, params)
    torch_run(torch, first, params)
    if how == "deepcopy":
        second, others = copy.deepcopy((first, params))
    else:
        others = [torch.nn.Parameter(param.detach().clone()) for param in params]
        second = frameworks.as_torch(optimizer, others)
        saved = first.state_dict()
        if how == "file":
            torch.save(saved, tmp_path / "state.pt")
            saved = torch.load(tmp_path / "state.pt", weights_only=True)
        second.load_state_dict(saved)
    for one, other in zip(
        torch_run(torch, first, params), torch_run(torch, second, others), strict=True
    ):
        np.testing.assert_array_equal(one, other)


def test_torch_groups_closures_and_schedulers(torch):
    slow, fast = parameters(torch)
    groups = [{"params": [slow], "lr": 0.25, "beta_1": 0.5}, {"params": [fast]}]
    optimizer = frameworks.as_torch(Adam(1.0), groups)
    scheduler = torch.optim.lr_scheduler.StepLR(optimizer, step_size=1, gamma=0.5)
    slow.grad, fast.grad = torch.ones_like(slow), torch.ones_like(fast)
    assert optimizer.step(lambda: torch.tensor(7.0)) == 7.0
    np.testing.assert_allclose(slow.detach(), THETAS[0] - 0.25, rtol=1e-7)
    np.testing.assert_allclose(fast.detach(), THETAS[1] - 1.0, rtol=1e-7)
    assert float(optimizer.state[slow]["m"][0, 0]) == 0.5
    scheduler.step()
    assert [group["lr"] for group in optimizer.param_groups] == [0.125, 0.5]
    with pytest.raises(ValueError, match=r"beta_1 must be .*in \[0, 1\), got 2.0"):
        frameworks.as_torch(Adam(), [{"params": [slow], "beta_1": 2.0}])
    with pytest.raises(ValueError, match=r"takes lr, beta_1, beta_2, epsilon, got \['betas'\]"):
        frameworks.as_torch(Adam(), [{"params": [slow], "betas": (0.9, 0.9)}])


def test_torch_leaves_parameters_without_gradient_and_shows_the_schedule(torch):
    params = parameters(torch)
    optimizer = frameworks.as_torch(GradientDescent(InverseSqrt(0.5)), params)
    params[1].grad = torch.ones(1, dtype=torch.float64).to_sparse()
    for rate in (0.5, 0.5 / 2**0.5):
        optimizer.step()
        assert optimizer.param_groups[0]["lr"] == pytest.approx(rate)
    np.testing.assert_array_equal(params[0].detach(), THETAS[0])
    assert params[1].item() == pytest.approx(0.25 - 0.5 - 0.5 / 2**0.5)
    with pytest.raises(ValueError, match=r"a parameter group takes lr, got \['momentum'\]"):
        frameworks.as_torch(GradientDescent(0.5), [{"params": params, "momentum": 0.9}])


def test_torch_refuses_the_state_of_another_method_and_keeps_its_own(torch):
    optimizer, others = frameworks.as_torch(Adam(0.25), parameters(torch)), parameters(torch)
    for other in (frameworks.as_torch(AdaGrad(0.5), others), torch.optim.Adam(others, 0.5)):
        with pytest.raises(
            ValueError, match=r"state_dict must come from as_torch\(Adam\(\.\.\.\)\), got"
        ):
            optimizer.load_state_dict(other.state_dict())
    assert optimizer.param_groups[0]["lr"] == 0.25


def test_torch_schedulers_go_on_and_turn_momentum(torch):
    params = parameters(torch)
    resumed = frameworks.as_torch(Adam(0.5), [{"params": params, "initial_lr": 1.0}])
    torch.optim.lr_scheduler.StepLR(resumed, step_size=1, gamma=0.5, last_epoch=1)
    assert resumed.param_groups[0]["lr"] == 0.25
    cycled = frameworks.as_torch(Momentum(0.5, momentum=0.75), params)
    torch.optim.lr_scheduler.OneCycleLR(cycled, max_lr=1.0, total_steps=4)
    assert cycled.param_groups[0]["momentum"] == 0.95
    torch_run(torch, cycled, params)


@pytest.mark.parametrize("dtype", ["int32", "complex64"])
@pytest.mark.parametrize("named", [False, True])
def test_torch_refuses_parameters_of_other_numbers_by_name(torch, named, dtype):
    good, bad = torch.ones(2), torch.ones(2, dtype=getattr(torch, dtype))
    params, name = ([("a", good), ("b", bad)], "b") if named else ([good, bad], r"params\[1\]")
    message = f"^{name} must hold real .* numbers, got torch.{dtype}$"
    with pytest.raises(ValueError, match=message):
        frameworks.as_torch(GradientDescent(0.5), params)
    optimizer = frameworks.as_torch(GradientDescent(0.5), [("c", good)] if named else [good])
    with pytest.raises(ValueError, match=message):
        optimizer.add_param_group({"params": [("b", bad)] if named else [0 * good, bad]})
    assert len(optimizer.param_groups) == 1
