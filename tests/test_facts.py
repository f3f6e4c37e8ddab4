"""Numbers that each update rule must give, and proof that no wrong formula gives them all.

The facts are worked out by hand from the papers' definitions. Each takes a class, so that a
mutant, the same class with one wrong formula, can stand in; every mutant must fail a fact.
"""

import ast

import numpy as np
import pytest

from firstorder import AdaGrad, Adam, GradientDescent, Momentum, RMSprop
from firstorder.misprints import (
    SLIPS,
    FirstOnly,
    FrozenTime,
    MisplacedEpsilon,
    Uncorrected,
    misprinted,
    step_source,
    with_step,
)

METHODS = [GradientDescent, Momentum, AdaGrad, RMSprop, Adam]


def moves(optimizer, gradients, theta=0.0):
    """Return the steps that a history of gradients gives, from a start at ``theta``."""
    gradients = np.asarray(gradients, dtype=float)
    theta = theta + np.zeros_like(gradients[0])
    points, state = [theta], optimizer.init(theta)
    for gradient in gradients:
        theta, state = optimizer.step(theta, gradient, state)
        points.append(theta)
    assert state.t == len(gradients)
    return np.diff(points, axis=0)


def agree(measured, expected):
    np.testing.assert_allclose(measured, expected, rtol=1e-9, atol=1e-12)


def impulse(steps=6, size=2.0):
    """Return one gradient and then none: what it sets off is the method's memory, bare."""
    return np.array([size] + (steps - 1) * [0.0])


T = np.arange(1, 7)  # the numbers of six steps
PAST = T - 1  # how long ago the impulse was, at each of them
CONSTANT = np.full(6, -3.0)


def gradient_descent_steps_by_rate_times_gradient(method):
    agree(moves(method(0.5), [2.0, -4.0, 0.0]), [-1.0, 2.0, 0.0])


def heavy_ball_rolls_on_after_an_impulse(method):
    agree(moves(method(0.5, momentum=0.8), impulse()), -0.5 * 2 * 0.8**PAST)


def heavy_ball_gathers_speed_on_a_slope(method):
    geometric = [1, 1.8, 2.44, 2.952, 3.3616, 3.68928]  # 1 + 0.8 + 0.64 + ...
    agree(moves(method(0.5, momentum=0.8), CONSTANT), 0.5 * 3 * np.array(geometric))


def nesterov_is_one_step_of_decay_ahead_of_the_ball(method):
    nesterov = moves(method(0.5, momentum=0.8, nesterov=True), impulse())
    agree(nesterov, -0.5 * 2 * np.array([1.8, 0.64, 0.512, 0.4096, 0.32768, 0.262144]))


def adagrad_on_a_slope_steps_by_one_over_the_root_of_t(method):
    agree(moves(method(0.5, epsilon=0.0), CONSTANT), 0.5 / np.sqrt(T))


def adagrad_knows_pythagoras(method):
    agree(moves(method(0.5, epsilon=0.0), [3.0, 4.0, 12.0]), [-0.5, -0.5 * 4 / 5, -0.5 * 12 / 13])


def adagrad_adds_epsilon_and_first_accumulator_to_the_squares(method):
    agree(moves(method(1.0, epsilon=9.0, initial_accumulator_value=0.0), [4.0]), [-0.8])
    agree(moves(method(1.0, epsilon=0.0, initial_accumulator_value=9.0), [4.0]), [-0.8])
    agree(moves(method(1.0, epsilon=4.0, initial_accumulator_value=5.0), [4.0]), [-0.8])


def rmsprop_starts_too_long_and_settles_at_the_rate(method):
    agree(moves(method(0.5, rho=0.75, epsilon=0.0), CONSTANT), 0.5 / np.sqrt(1 - 0.75**T))


def rmsprop_averages_squares(method):
    # 0.75 * 16 + 0.25 * 36 = 21 after v = 0.25 * 64 = 16
    agree(moves(method(0.5, rho=0.75, epsilon=0.0), [8.0, 6.0]), [-0.5 * 8 / 4, -3 / 21**0.5])


def rmsprop_adds_epsilon_under_the_root(method):
    agree(moves(method(1.0, rho=0.75, epsilon=9.0), [8.0]), [-8 / 5])


def adam_on_a_slope_steps_by_the_rate_from_the_first_step(method):
    agree(moves(method(0.5, epsilon=0.0), CONSTANT), 6 * [0.5])
    agree(moves(method(0.5, beta_1=0.5, beta_2=0.75, epsilon=0.0), CONSTANT), 6 * [0.5])


def adam_adds_epsilon_to_the_root(method):
    agree(moves(method(0.5, epsilon=1.0), CONSTANT), 6 * [0.5 * 3 / 4])


def adam_forgets_an_impulse_at_two_speeds(method):
    m_hat = [2.0, 2 / 3, 2 / 7, 2 / 15]  # 2 * 0.5**t / (1 - 0.5**t)
    v_hat = [4.0, 12 / 7, 36 / 37, 108 / 175]  # 4 * 0.25 * 0.75**(t - 1) / (1 - 0.75**t)
    expected = -np.array(m_hat) / (np.sqrt(v_hat) + 0.1)
    agree(moves(method(1.0, beta_1=0.5, beta_2=0.75, epsilon=0.1), impulse(4)), expected)


def the_rate_is_called_with_the_number_of_the_step(method):
    neutral = {Momentum: {"momentum": 0.0}, AdaGrad: {"epsilon": 0.0}}.get(method.__base__, {})
    steps = moves(method(lambda t: 0.5 * t, **neutral), CONSTANT)
    agree(steps / moves(method(0.5, **neutral), CONSTANT), T)


FACTS = {
    GradientDescent: [gradient_descent_steps_by_rate_times_gradient],
    Momentum: [
        heavy_ball_rolls_on_after_an_impulse,
        heavy_ball_gathers_speed_on_a_slope,
        nesterov_is_one_step_of_decay_ahead_of_the_ball,
    ],
    AdaGrad: [
        adagrad_on_a_slope_steps_by_one_over_the_root_of_t,
        adagrad_knows_pythagoras,
        adagrad_adds_epsilon_and_first_accumulator_to_the_squares,
    ],
    RMSprop: [
        rmsprop_starts_too_long_and_settles_at_the_rate,
        rmsprop_averages_squares,
        rmsprop_adds_epsilon_under_the_root,
    ],
    Adam: [
        adam_on_a_slope_steps_by_the_rate_from_the_first_step,
        adam_adds_epsilon_to_the_root,
        adam_forgets_an_impulse_at_two_speeds,
    ],
}
for facts in FACTS.values():
    facts.append(the_rate_is_called_with_the_number_of_the_step)


@pytest.mark.parametrize("method, fact", [(m, fact) for m in METHODS for fact in FACTS[m]])
def test_fact(method, fact):
    fact(method)


def failed_facts(changed, method):
    """Return the facts that a mutant of ``method`` fails."""
    failed = []
    with np.errstate(all="ignore"):
        for fact in FACTS[method]:
            try:
                fact(changed)
            except (AssertionError, ArithmeticError, TypeError):
                failed.append(fact.__name__)
    return failed


@pytest.mark.reads_source
@pytest.mark.parametrize(
    "method, right, wrong",
    [pytest.param(*case[1:], id=f"{case[1].__name__}: {case[0]}") for case in SLIPS],
)
def test_a_slip_from_the_wild_is_caught(method, right, wrong):
    assert failed_facts(misprinted(method, right, wrong), method)


@pytest.mark.parametrize("misprint", [Uncorrected, FirstOnly, FrozenTime, MisplacedEpsilon])
def test_a_misprint_of_adam_is_caught(misprint):
    assert failed_facts(misprint, Adam)


def test_a_passage_that_is_not_there_cannot_be_misprinted():
    with pytest.raises(ValueError, match="right must occur once in the step of Adam, got 'theta'"):
        misprinted(Adam, "theta", "phi")


def all_mutations(method):
    """Yield every single change of an operator, a constant or a setting in ``step``."""
    swaps = {
        ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.Div, ast.Div: ast.Mult, ast.Pow: ast.Mult,
    }  # fmt: skip
    betas = {"beta_1": "beta_2", "beta_2": "beta_1"}
    tree = ast.parse(step_source(method))
    for node in ast.walk(tree):
        before = dict(vars(node))
        if isinstance(node, ast.BinOp):
            node.op = swaps[type(node.op)]()
        elif isinstance(node, ast.Constant) and isinstance(node.value, int | float):
            node.value = node.value + 1
        elif isinstance(node, ast.Attribute) and node.attr in betas:
            node.attr = betas[node.attr]
        else:
            continue
        yield ast.unparse(tree)
        vars(node).update(before)


@pytest.mark.reads_source
@pytest.mark.parametrize("method", METHODS)
def test_every_single_change_to_a_formula_is_caught(method):
    sources = list(all_mutations(method))
    assert len(sources) >= 3
    survivors = [
        source for source in sources if not failed_facts(with_step(method, source), method)
    ]
    assert not survivors, "\n".join(survivors)


@pytest.mark.reads_source
def test_the_unchanged_source_passes_as_a_mutant():
    for method in METHODS:
        assert failed_facts(with_step(method, step_source(method)), method) == []


@pytest.mark.reads_source
def test_adam_whose_t_stands_still_runs_away_as_reported():
    """The steps of a published TensorFlow Adam on a slope: 1, 1.34, 1.83, 2.06, then 0.34."""
    steps = moves(FrozenTime(1.0), -np.ones(2000))
    assert steps[[0, 1, 4, 9, 1999]] == pytest.approx([1, 1.34, 1.83, 2.06, 0.34], abs=0.005)
