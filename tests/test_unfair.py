"""Unfair comparisons, planted: each is reported by name, and a fair one is not."""

from dataclasses import replace
from functools import partial

import numpy as np
import pytest

from firstorder import AdaGrad, Adam, GradientDescent, Momentum, RMSprop, objectives
from firstorder.experiments import (
    SCHEDULES,
    LogUniform,
    Method,
    NearOne,
    StaysBelow,
    TailMean,
    UnfairComparison,
    compare,
    report,
    unfair,
)
from firstorder.schedules import InverseSqrt

BOWL = objectives.noisy(objectives.quadratic([1.0, 9.0]), 0.5)
RATE = {"learning_rate": LogUniform(1e-3, 1.0)}
BOTH = {**RATE, "epsilon": LogUniform(1e-8, 1.0)}


def run(methods, **changes):
    arguments = {"start": [1.0, 1.0], "steps": 60, "budget": 12, "seeds": range(6), "how": "even"}
    return compare(BOWL, methods, **{**arguments, **changes})


def searched(name, make, space=RATE, *control, **changes):
    return run({name: Method(make, space, *control)}, **changes)


SGD = searched("SGD", GradientDescent)
FALLING = {"linear": SCHEDULES["linear"]}
PLANTED = {
    "a schedule that the others lack": (
        SGD | searched("Momentum", Momentum, schedules=FALLING),
        "different schedules: SGD constant, linear, cosine, 1/√t; Momentum linear",
    ),
    "a schedule hidden in the method": (
        SGD
        | searched("falling", lambda learning_rate: GradientDescent(InverseSqrt(learning_rate))),
        "falling: has a schedule of its own",
    ),
    "a grid cut short": (
        searched("SGD", GradientDescent, {"learning_rate": LogUniform(1e-4, 1e-3)}),
        "SGD: the best learning_rate 0.001 is at the high edge of its range",
    ),
    "a lucky last step": (
        run({"SGD": Method(GradientDescent, RATE)}, score=lambda losses: losses[-1]),
        "SGD: one lucky step can win the score (<lambda>)",
    ),
    "epsilon in two conventions": (
        searched("RMSprop", partial(RMSprop, epsilon=1e-7)) | searched("Adam", Adam),
        "different epsilon, measured outside the root: RMSprop 0.000316; Adam 1e-08",
    ),
    "epsilon searched for one alone": (
        searched("RMSprop", RMSprop, BOTH) | searched("Adam", Adam),
        "different epsilon, measured outside the root: RMSprop LogUniform(low=1e-08, high=1.0); "
        "Adam 1e-08",
    ),
    "another budget": (
        SGD | searched("Momentum", Momentum, budget=24),
        "different settings tried: SGD 12; Momentum 24",
    ),
    "more steps": (
        SGD | searched("Momentum", Momentum, steps=80),
        "different steps: SGD 60; Momentum 80",
    ),
    "averaging for one": (
        SGD | searched("Momentum", Momentum, average=False),
        "different iterates: SGD last, averaged; Momentum last",
    ),
    "other seeds": (
        SGD | searched("Momentum", Momentum, seeds=range(6, 12)),
        "different seeds: SGD 6; Momentum (6, 7, 8, 9, 10, 11)",
    ),
    "another score": (
        SGD | searched("Momentum", Momentum, score=TailMean(0.5)),
        "different score: SGD mean of the last 10% of the steps; "
        "Momentum mean of the last 50% of the steps",
    ),
    "too few seeds": (
        searched("SGD", GradientDescent, seeds=range(2)),
        "SGD: fewer than 5 seeds show no spread",
    ),
    "nothing that works": (
        searched("SGD", GradientDescent, {"learning_rate": LogUniform(1e3, 1e4)}, steps=400),
        "SGD: no setting has a finite median score",
    ),
    "a control in another space": (
        searched("Adam", Adam, RATE)
        | searched("control", Adam, {"learning_rate": LogUniform(1e-3, 0.5)}, "Adam", "it"),
        "control: searches learning_rate in another range than its method",
    ),
    "a control alone": (
        searched("control", GradientDescent, RATE, "momentum", "memory"),
        "control: a control of momentum, which is not here",
    ),
}


@pytest.mark.parametrize("results, sentence", PLANTED.values(), ids=PLANTED)
def test_what_is_not_fair_is_reported_and_refused(results, sentence, capsys):
    assert sentence in unfair(results)
    with pytest.raises(UnfairComparison) as refusal:
        report(results)
    assert sentence in str(refusal.value)
    report(results, strict=False)
    assert f"NOT FAIR: {sentence}" in capsys.readouterr().out.splitlines()


METHODS = {
    "SGD": Method(GradientDescent, RATE),
    "AdaGrad": Method(AdaGrad, BOTH),
    "Adam": Method(Adam, {**BOTH, "beta_1": NearOne(0.0, 0.95)}),
    "Adam, β₁ = 0": Method(partial(Adam, beta_1=0.0), BOTH, "Adam", "averaged gradients"),
}
FAIR = run(METHODS, budget=30)


def test_a_fair_comparison_is_told_in_full(capsys):
    claim = {"Adam": ["averaged gradients"]}
    assert unfair(FAIR, claim) == []
    report(FAIR, ingredients=claim)
    head, names, *rows = capsys.readouterr().out.splitlines()
    assert head == (
        "30 settings × 4 schedules, 6 seeds, 60 steps; score: mean of the last 10% of the steps"
    )
    assert "after 1, 5, 20 trials" in names
    order = sorted(FAIR, key=lambda name: FAIR[name].median)
    for name, row, settings in zip(order, rows[:8:2], rows[1:8:2], strict=True):
        result = FAIR[name]
        assert row.startswith(name)
        for number in (result.median, result.runs.min(), result.runs.max(), result.after(20)):
            assert f"{number:.2g}" in row
        assert result.best["schedule"] in settings and result.best["iterate"] in settings
        assert f"learning_rate {result.best['learning_rate']:.2g}" in settings
    # The best against every method, and every control against its own.
    pairs = [row.partition(" in ")[0] for row in rows[8:]]
    assert "Adam below Adam, β₁ = 0" in pairs and len(pairs) == 3
    assert all(row.endswith((": exceeds the spread", ": within the spread")) for row in rows[8:])


def test_a_claim_without_its_control_is_refused():
    assert unfair(FAIR, {"Adam": "corrected averages"}) == [
        "Adam: no control without corrected averages"
    ]
    with pytest.raises(ValueError, match=r"ingredients must name methods of \[.*\], got 'Lion'"):
        unfair(FAIR, {"Lion": ["signs"]})
    with pytest.raises(ValueError, match="SGD must be a result of compare, got 3"):
        unfair({"SGD": 3})


def test_an_edge_that_does_not_matter_is_none():
    """Where the second best is as good, the search was not cut short there."""
    results = searched("SGD", GradientDescent, {"learning_rate": LogUniform(1e-4, 1e-3)})
    level = np.zeros_like(results["SGD"].scores)
    assert unfair({"SGD": replace(results["SGD"], scores=level)}) == []


def test_steps_until_it_stays_below_are_a_fair_score():
    results = run({"SGD": Method(GradientDescent, RATE)}, score=StaysBelow(1.0), average=False)
    assert results["SGD"].lucky is False and np.isfinite(results["SGD"].median)


def test_a_touch_is_not():
    def touches(losses):
        return np.where((losses < 1.0).any(axis=0), (losses < 1.0).argmax(axis=0), np.inf)

    results = run({"SGD": Method(GradientDescent, RATE)}, score=touches, average=False)
    assert "SGD: one lucky step can win the score (touches)" in unfair(results)
