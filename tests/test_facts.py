"""Numbers that each update rule must give, and proof that no wrong formula gives them all.

The facts are worked out by hand from the papers' definitions. Each takes a class, so that a
mutant, the same class with one wrong formula, can stand in; every mutant must fail a fact.
"""

import ast
import inspect
import textwrap

import numpy as np
import pytest

from firstorder import AdaGrad, Adam, GradientDescent, Momentum, RMSprop

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


def mutant(method, source):
    """Return a subclass of ``method`` with the ``step`` that ``source`` defines."""
    scope = dict(vars(inspect.getmodule(method)))
    exec(compile(source, "<mutant>", "exec"), scope)
    return type(f"Mutant{method.__name__}", (method,), {"step": scope["step"]})


def source_of(method):
    return textwrap.dedent(inspect.getsource(method.step))


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


WRONG_FORMULAS = [
    ("epsilon added to the whole step", Adam, "(v_hat**0.5 + self.epsilon)",
     "v_hat**0.5 + self.epsilon"),
    ("t never incremented", Adam, "t = state.t + 1", "t = 1"),
    ("divided by v, not its root", Adam, "v_hat**0.5", "v_hat"),
    ("only the first moment corrected", Adam, "v / (1 - self.beta_2**t)", "v"),
    ("only the second moment corrected", Adam, "m / (1 - self.beta_1**t)", "m"),
    ("epsilon under the root", Adam, "(v_hat**0.5 + self.epsilon)",
     "(v_hat + self.epsilon) ** 0.5"),
    ("epsilon on the root before its correction", Adam, "(v_hat**0.5 + self.epsilon)",
     "((v**0.5 + self.epsilon) / (1 - self.beta_2**t)**0.5)"),
    ("the second average with beta_1", Adam, "self.beta_2 * state.v + (1 - self.beta_2)",
     "self.beta_1 * state.v + (1 - self.beta_1)"),
    ("the average of gradients, not of squares", Adam, "gradient**2", "gradient"),
    ("a centred second moment", Adam, "gradient**2", "(gradient - m)**2"),
    ("the plain gradient on top", Adam, "* m_hat", "* gradient"),
    ("epsilon beside the root, as a docstring had it", RMSprop, "(v + self.epsilon) ** 0.5",
     "(v**0.5 + self.epsilon)"),
    ("the average of gradients, not of squares", RMSprop, "gradient**2", "gradient"),
    ("the sum, not the average", RMSprop, "(1 - self.rho) * gradient**2", "gradient**2"),
    ("the average one step late", RMSprop, "gradient / (v ", "gradient / (state.v "),
    ("a start corrected as Adam's", RMSprop, "(v + ", "(v / (1 - self.rho**t) + "),
    ("one under the root", AdaGrad, "self.epsilon", "1"),
    ("epsilon beside the root", AdaGrad, "(G + self.epsilon) ** 0.5", "(G**0.5 + self.epsilon)"),
    ("the accumulator one step late", AdaGrad, "(G + self", "(state.G + self"),
    ("the sum of gradients, not of squares", AdaGrad, "gradient**2", "gradient"),
    ("no root", AdaGrad, "** 0.5", "** 1"),
    ("the average, not the sum", Momentum, "+ gradient\n", "+ (1 - self.momentum) * gradient\n"),
    ("Nesterov's look-ahead with the old sum", Momentum, "self.momentum * m if",
     "self.momentum * state.m if"),
    ("Nesterov's look-ahead without the gradient", Momentum, "gradient + self.momentum * m if",
     "self.momentum * m if"),
    ("the old sum", Momentum, "else m\n", "else state.m\n"),
    ("uphill", GradientDescent, "theta - self", "theta + self"),
    ("no learning rate", GradientDescent, "self.rate(t) * gradient", "gradient"),
]  # fmt: skip


@pytest.mark.parametrize(
    "method, right, wrong",
    [pytest.param(*case[1:], id=f"{case[1].__name__}: {case[0]}") for case in WRONG_FORMULAS],
)
def test_a_wrong_formula_from_the_wild_is_caught(method, right, wrong):
    source = source_of(method)
    assert source.count(right) == 1
    assert failed_facts(mutant(method, source.replace(right, wrong)), method)


def all_mutations(method):
    """Yield every single change of an operator, a constant or a setting in ``step``."""
    swaps = {
        ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.Div, ast.Div: ast.Mult, ast.Pow: ast.Mult,
    }  # fmt: skip
    betas = {"beta_1": "beta_2", "beta_2": "beta_1"}
    tree = ast.parse(source_of(method))
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


@pytest.mark.parametrize("method", METHODS)
def test_every_single_change_to_a_formula_is_caught(method):
    sources = list(all_mutations(method))
    assert len(sources) >= 3
    survivors = [source for source in sources if not failed_facts(mutant(method, source), method)]
    assert not survivors, "\n".join(survivors)


def test_the_unchanged_source_passes_as_a_mutant():
    for method in METHODS:
        assert failed_facts(mutant(method, source_of(method)), method) == []


def test_adam_whose_t_stands_still_runs_away_as_reported():
    """The steps of a published TensorFlow Adam on a slope: 1, 1.34, 1.83, 2.06, then 0.34."""
    broken = mutant(Adam, source_of(Adam).replace("self.beta_1**t", "self.beta_1**1")
                    .replace("self.beta_2**t", "self.beta_2**1"))  # fmt: skip
    steps = moves(broken(1.0), -np.ones(2000))
    assert steps[[0, 1, 4, 9, 1999]] == pytest.approx([1, 1.34, 1.83, 2.06, 0.34], abs=0.005)
