"""Fair comparisons: the search finds what theory says is best, and treats all runs alike."""

import numpy as np
import pytest

from firstorder import AdaGrad, GradientDescent, Momentum, minimize, objectives
from firstorder.experiments import decades, race, report, sweep
from firstorder.schedules import InverseSqrt

BOWL = objectives.quadratic([1.0, 9.0])


def test_the_best_rate_on_a_quadratic_is_two_over_the_extreme_curvatures():
    rates = np.linspace(0.1, 0.3, 41)
    found = sweep(BOWL, [1.0, 1.0], GradientDescent, rates, steps=600)
    assert found.best == pytest.approx(2 / (1 + 9))
    assert not found.at_edge


def test_diverging_rates_score_infinity_and_lose():
    found = sweep(BOWL, [1.0, 1.0], GradientDescent, [0.1, 10.0], steps=2000)
    assert found.scores[:, 0].tolist() == [pytest.approx(0.0), np.inf]
    assert found.at_edge


def test_a_run_without_a_score_is_not_the_best():
    def score(values):
        return np.where(np.arange(3)[:, None] == 1, np.nan, values[-1])

    found = sweep(BOWL, [1.0, 1.0], GradientDescent, [0.05, 0.1, 0.15], steps=9, score=score)
    assert found.medians[1] == np.inf and found.best == 0.15


def test_the_runs_of_a_rate_may_have_one_score_together():
    found = sweep(BOWL, np.ones((3, 2)), GradientDescent, [0.05, 0.1], 9,
                  score=lambda values: values[-1].mean(axis=-1, keepdims=True))  # fmt: skip
    assert found.scores.shape == (2, 3) and found.best == 0.1


@pytest.mark.parametrize("method", [GradientDescent, Momentum, AdaGrad])
def test_every_run_of_a_sweep_is_the_run_that_minimize_makes(method):
    starts = np.array([[1.0, 1.0], [2.0, -1.0], [0.0, 3.0]])
    found = sweep(BOWL, starts, method, [0.01, 0.1], steps=7, score=lambda values: values[-1])
    assert found.values.shape == (8, 2, 3)
    for k, rate in enumerate([0.01, 0.1]):
        path = minimize(BOWL, starts, method(rate), steps=7)
        assert found.values[:, k] == pytest.approx(path.values, rel=1e-12)
        assert found.ends[k] == pytest.approx(path.points[-1], rel=1e-12)
        assert found.scores[k] == pytest.approx(path.values[-1], rel=1e-12)


def test_a_sweep_in_single_precision_stays_single():
    found = sweep(BOWL, np.ones((3, 2), np.float32), Momentum, [0.01, 0.1], steps=7)
    assert found.ends.dtype == np.float32


def test_functions_of_one_variable_and_schedules_can_be_swept():
    found = sweep(
        objectives.linear(1.0),
        np.zeros(3),
        lambda a: GradientDescent(InverseSqrt(a)),
        [1.0, 2.0],
        4,
    )
    travelled = sum(t**-0.5 for t in range(1, 5))
    assert found.ends == pytest.approx(-travelled * np.outer([1.0, 2.0], np.ones(3)))


def test_a_race_repeats_with_its_seed_and_reports_every_method(capsys):
    noisy = objectives.noisy(BOWL, 1.0)
    methods = {"SGD": GradientDescent, "AdaGrad": AdaGrad}
    grid = decades(-5, 1, per_decade=1)
    first, second = (race(noisy, np.ones((4, 2)), methods, grid, 50, seed=3) for _ in range(2))
    for name in methods:
        assert (first[name].scores == second[name].scores).all()
        assert first[name].curves.shape == (4, 51)
    assert len(set(first["SGD"].scores[first["SGD"].index])) == 4  # the runs differ in their noise
    report(first)
    assert [line.split()[0] for line in capsys.readouterr().out.splitlines()] == list(methods)


def test_a_best_rate_at_the_edge_of_the_grid_is_no_result():
    with pytest.raises(AssertionError, match="edge"):
        report({"SGD": sweep(BOWL, [1.0, 1.0], GradientDescent, [0.001, 0.01], steps=10)})


@pytest.mark.parametrize(
    "call, message",
    [
        *[
            (lambda rates=rates: sweep(BOWL, [1.0, 1.0], GradientDescent, rates, 5),
             f"rates must {allowed}")
            for rates, allowed in [
                (0.1, r"have the shape \(k,\), got \(\)"),
                ([[0.1]], r"have the shape \(k,\), got \(1, 1\)"),
                ([], "hold at least one number, got an empty array"),
                (["fast"], r"be an array of real numbers, got \['fast'\]"),
                (None, "be an array of real numbers, got None"),
                ([[0.1], [0.1, 0.2]], "be an array of real numbers, got"),
            ]
        ],
        (lambda: sweep(BOWL, [[1.0], [1.0, 1.0]], GradientDescent, [0.1], 5), "start must be an"),
        (lambda: sweep(BOWL, np.ones((3, 4, 2)), GradientDescent, [0.1], 5),
         r"start must have the shape \(runs, 2\) or be one point, got .* \(3, 4, 2\)"),
        (lambda: sweep(BOWL, [1.0, 1.0], GradientDescent, [0.1], 5, score=np.mean),
         r"score must return one number per run, .*or one per rate, .*got an array of shape \(\)"),
        (lambda: decades(1, 1), "low must be below high"),
        (lambda: decades(0, 0.3), "high must be a whole number, got 0.3"),
        (lambda: decades(None, 1), "low must be a whole number, got None"),
        (lambda: decades(0, 1, 0), "per_decade must be a positive whole number, got 0"),
        (lambda: decades(0, 1, 2.5), "per_decade must be a positive whole number, got 2.5"),
    ],
)  # fmt: skip
def test_bad_arguments_are_named(call, message):
    with pytest.raises(ValueError, match=message):
        call()
