"""A comparison searches every method alike, over the same noise, with scores no moment wins."""

from dataclasses import replace
from functools import partial

import numpy as np
import pytest

from firstorder import AdaGrad, Adam, GradientDescent, Momentum, RMSprop, minimize, objectives
from firstorder.experiments import (
    SCHEDULES,
    Choice,
    LogUniform,
    Method,
    NearOne,
    StaysBelow,
    TailMean,
    Trials,
    Uniform,
    compare,
    draw,
    epsilon_inside,
    exceeds_spread,
    lucky,
    share_below,
)
from firstorder.experiments.runs import remembered, run_objective
from firstorder.schedules import Linear

BOWL = objectives.quadratic([1.0, 9.0])
NOISY = objectives.noisy(BOWL, 0.5)
RATE = {"learning_rate": LogUniform(1e-3, 1.0)}
RANGES = [Uniform(-1.0, 3.0), LogUniform(1e-5, 10.0), NearOne(0.0, 0.999), NearOne(0.5, 0.9)]


@pytest.mark.parametrize("values", RANGES, ids=str)
def test_a_range_reaches_from_low_to_high_and_place_undoes_at(values):
    places = np.linspace(0, 1, 11)
    assert values.at([0, 1]) == pytest.approx([values.low, values.high])
    assert values.place(values.at(places)) == pytest.approx(places)


def test_draws_fill_their_range_as_its_name_says():
    space = {"a": Uniform(0, 4), "b": LogUniform(1e-4, 1), "c": NearOne(0, 0.99), "d": Choice(1, 2)}
    drawn = draw(space, 4000)
    assert {name: len(x) for name, x in drawn.items()} == dict.fromkeys("abcd", 4000)
    medians = {name: np.median(drawn[name]) for name in "abc"}
    assert medians == pytest.approx({"a": 2, "b": 1e-2, "c": 0.9}, rel=0.2)
    assert np.mean(drawn["d"] == 1) == pytest.approx(0.5, abs=0.03)
    assert abs(np.corrcoef(drawn["a"], np.log(drawn["b"]))[0, 1]) < 0.05


def test_draws_depend_on_the_name_alone_and_a_larger_budget_holds_the_smaller():
    both = draw({"momentum": NearOne(0, 0.9), **RATE}, 10)
    np.testing.assert_array_equal(both["learning_rate"], draw(RATE, 10)["learning_rate"])
    np.testing.assert_array_equal(both["learning_rate"], draw(RATE, 20)["learning_rate"][:10])
    assert (draw(RATE, 10, seed=1)["learning_rate"] != both["learning_rate"]).all()
    # An even draw tries every place of every range once, in another order for each.
    even = draw({"momentum": Uniform(0, 1), "epsilon": Uniform(0, 1)}, 5, how="even")
    assert all(sorted(x) == pytest.approx([0, 0.25, 0.5, 0.75, 1]) for x in even.values())
    assert list(even["momentum"]) != list(even["epsilon"])


@pytest.mark.parametrize(
    "value, tried, values, edge",
    [
        (0.5, [0.1, 0.5, 0.9], Uniform(0, 1), ""),
        (0.1, [0.1, 0.5, 0.9], Uniform(0, 1), "low"),  # nothing lower was tried
        (0.9, [0.1, 0.5, 0.9], Uniform(0, 1), "high"),
        (0.02, [0.01, 0.02, 0.9], Uniform(0, 1), "low"),
        (0.98, [0.1, 0.98, 0.99], Uniform(0, 1), "high"),
        (0.0, [0.0, 0.5, 0.9], NearOne(0, 0.99), ""),  # there is nothing below 0
        (0.5, [0.5, 0.7, 0.9], NearOne(0.5, 0.99), "low"),
        (0.99, [0.0, 0.5, 0.99], NearOne(0, 0.99), "high"),
        (1.0, [1.0, 2.0], Choice(1.0, 2.0), ""),
    ],
)
def test_an_edge_is_where_the_search_was_cut_short(value, tried, values, edge):
    assert values.edge(value, np.array(tried)) == edge


def column(losses):
    return np.array(losses, dtype=float)[:, None, None]


@pytest.mark.parametrize(
    "score, losses, expected",
    [
        (TailMean(), np.arange(20.0), 18.5),
        (TailMean(0.25, above=1.0), np.arange(20.0), 16.0),
        (TailMean(), [3.0, 2.0], 2.0),
        (StaysBelow(1.0), [5, 1, 5, 1, 1, 1, 1, 1, 1, 1], 3),
        (StaysBelow(1.0), 10 * [1.0], 0),
        (StaysBelow(1.0), 10 * [2.0], np.inf),
        (StaysBelow(1.0), 9 * [5.0] + [1.0], np.inf),  # a last step below is luck
        (StaysBelow(1.0), 8 * [5.0] + 2 * [1.0], 8),
        (StaysBelow(1.0), 9 * [1.0] + [np.inf], np.inf),
    ],
)
def test_scores(score, losses, expected):
    assert score(column(losses)).shape == (1, 1)
    assert float(score(column(losses))[0, 0]) == expected


@pytest.mark.parametrize(
    "score, steps, wins",
    [
        (TailMean(), 100, False),
        (TailMean(), 10, True),  # a tail of one step
        (StaysBelow(0.5), 100, False),
        (StaysBelow(0.5), 7, False),
        (lambda losses: losses[-1], 1000, True),
        (lambda losses: losses[150], 300, True),
        (lambda losses: 0.7 * losses[-1] + 0.3 * losses[-2], 100, True),
        (TailMean(), 20, False),  # of two steps, one gains half
        (lambda losses: losses[-20:].min(axis=0), 100, True),
        (lambda losses: losses[-20:].max(axis=0), 100, False),
        (lambda losses: np.where((losses < 0.5).any(axis=0), (losses < 0.5).argmax(axis=0), np.inf),
         100, True),  # the first touch
    ],
)  # fmt: skip
def test_a_score_that_one_step_can_win_is_found_out(score, steps, wins):
    assert lucky(score, 1.0, 0.0, steps) == wins


@pytest.mark.parametrize("paired, expected", [(True, 0.5), (False, 0.375)])
def test_a_tie_counts_half(paired, expected):
    assert share_below(np.array([1.0, 2.0]), np.array([1.0, 2.0]), paired) == 0.5
    assert share_below(np.array([1.0, 3.0]), np.array([2.0, 1.0]), paired) == expected


@pytest.mark.parametrize(
    "optimizer, inside",
    [
        (AdaGrad(0.1), True),
        (RMSprop(0.1), True),
        (Adam(0.1), False),
        (Adam(0.1, beta_1=0.0), False),
        (Momentum(0.1), False),
    ],
)
def test_the_place_of_epsilon_is_read_from_the_rule(optimizer, inside):
    assert epsilon_inside(optimizer) == inside


def test_epsilon_is_stated_outside_the_root_for_all():
    space = {**RATE, "epsilon": LogUniform(1e-8, 1e-2)}
    for make, power in [(AdaGrad, 2), (Adam, 1)]:
        trials = Trials(Method(make, space), draw(space, 3), SCHEDULES["constant"], 10)
        assert [rule.epsilon for rule in trials] == pytest.approx(
            trials.settings["epsilon"] ** power
        )
    assert Method(partial(RMSprop, epsilon=1e-6), RATE).epsilon_outside == 1e-3
    assert Method(GradientDescent, RATE).epsilon_outside is None


def test_trials_are_one_batch_or_one_by_one():
    trials = Trials(Method(Momentum, RATE), draw(RATE, 3), SCHEDULES["linear"], 10)
    batch = trials.batch(axes=2)
    assert batch.rate(1).shape == (3, 1, 1) and len(trials) == 3
    for rate, rule in zip(batch.rate(4).ravel(), trials, strict=True):
        assert rule.learning_rate == Linear(rule.rate(1), 10)
        assert rule.rate(4) == pytest.approx(rate)


@pytest.mark.parametrize("make", [GradientDescent, Adam])
@pytest.mark.parametrize("schedule", SCHEDULES)
def test_every_run_is_the_run_that_minimize_makes_alone(make, schedule):
    """The noise of a seed is the same whatever else is tried beside it."""
    space, seeds = {"learning_rate": LogUniform(0.01, 0.1)}, (3, 5)
    start = np.array([[1.0, 1.0], [2.0, -1.0]])
    found = compare(NOISY, {"it": Method(make, space)}, start=start, steps=12, budget=3,
                    seeds=seeds, score=TailMean(0.25))["it"]  # fmt: skip
    s = found.schedules.index(schedule)
    seed = int(np.random.SeedSequence(seeds).generate_state(1)[0])
    for k, rate in enumerate(found.settings["learning_rate"]):
        path = minimize(NOISY, start, make(SCHEDULES[schedule](float(rate), 12)), 12, seed=seed)
        assert found.scores[s, 0, k] == pytest.approx(path.values[-3:].mean(axis=0), rel=1e-12)
        averaged = BOWL.value(path.points[-3:].mean(axis=0))
        assert found.scores[s, 1, k] == pytest.approx(averaged, rel=1e-12)


def test_noise_that_all_settings_share_already_is_drawn_at_once():
    calls = []

    def sample(theta, random):
        calls.append(theta.ndim)
        return theta + random.standard_normal(theta.shape[-2:])

    shared = replace(BOWL, sample=sample)
    run = run_objective(shared, [1.0, 1.0], average=False)
    calls.clear()
    run(Trials(Method(GradientDescent, RATE), draw(RATE, 4), SCHEDULES["constant"], 9), (0, 1, 2))
    assert calls == 9 * [3]


def test_the_best_is_the_least_median_and_divergence_is_infinite():
    space = {"learning_rate": LogUniform(1e-3, 1e3)}
    methods = {"GD": Method(GradientDescent, space)}
    starts = np.random.default_rng(0).standard_normal((5, 2))
    found = compare(BOWL, methods, start=starts, steps=600, budget=61, seeds=range(5),
                    how="even")["GD"]  # fmt: skip
    assert np.isinf(found.scores[..., -1, :]).all()
    assert found.median < 1e-20
    assert found.median == found.medians.min() == np.median(found.runs)
    assert found.after(1) > found.after(5) >= found.after(100) >= found.median
    assert found.curves.shape == (4, 5, 601)
    constant = found.only(["constant"], ["last"])
    assert constant.best["schedule"] == "constant" and constant.scores.shape == (1, 1, 61, 5)
    assert constant.best["learning_rate"] == pytest.approx(0.2, rel=0.2)
    assert constant.median == pytest.approx(constant.curves[0, :, -61:].mean(axis=1).min(), rel=9)
    assert found.thinned(slice(None, None, 2)).budget == 31


@pytest.mark.parametrize("trials, expected", [(1, 2), (2, 1), (3, 1), (4, 0), (100, 0)])
def test_what_a_few_trials_find_is_the_median_of_the_best(trials, expected):
    """Five trials that score 0 to 4: brute force over many draws says the same."""
    scores = np.arange(5.0)[None, None, :, None]
    method = Method(GradientDescent, RATE)
    found = compare(lambda trials, seeds: np.ones((10, 5, 1)), {"it": method}, steps=10, budget=5,
                    seeds=[0], schedules={"constant": SCHEDULES["constant"]})  # fmt: skip
    result = replace(found["it"], scores=scores)
    best = np.random.default_rng(0).integers(5, size=(9999, trials)).min(axis=1)
    assert result.after(trials) == expected == np.median(best)


def test_a_function_may_run_the_trials():
    """One that trains a network, say: it gives the losses, of several iterates if it likes."""

    def run(trials, seeds):
        rates = trials.batch(axes=1).rate(1)
        assert trials.steps == 20 and rates.shape == (8, 1)
        losses = np.log10(rates / 0.03) ** 2 + np.zeros((20, 1, 1)) + 0.01 * np.array(seeds)
        return {"last": losses + 0.1, "averaged": losses}

    found = compare(run, {"it": Method(GradientDescent, RATE)}, steps=20, budget=8, seeds=(0, 1))
    assert found["it"].iterates == ("last", "averaged")
    assert found["it"].best["iterate"] == "averaged"
    assert found["it"].best["learning_rate"] == pytest.approx(0.03, rel=0.5)


def test_a_run_without_a_loss_or_a_score_is_the_worst():
    """Medians are of scores that count nan as infinite; a trial has its better iterate's."""

    def run(trials, seeds):
        losses = np.ones((10, 3, 3)) * [[[1.0], [2.0], [3.0]]]
        losses[-1, 0, :2] = np.nan
        losses[1:, 1, 2] = np.nan  # the median of 2, 2, inf is 2
        return {"averaged": 40 - 10 * losses, "last": losses}

    def score(losses):
        return np.where(losses[0] == 3.0, np.nan, losses.mean(axis=0))

    methods, constant = {"it": Method(GradientDescent, RATE)}, {"constant": SCHEDULES["constant"]}
    arguments = {"steps": 10, "budget": 3, "seeds": range(3), "schedules": constant}
    found = compare(run, methods, **arguments)["it"]
    assert found.medians.tolist() == [[[np.inf, 20.0, 10.0], [np.inf, 2.0, 3.0]]]
    assert found.index == (0, 1, 1) and found.after(100) == 2.0
    assert found.curves[0, :, 0].tolist() == [2.0, 2.0, 2.0]
    assert found.curves[0, :, -1].tolist() == [2.0, 2.0, np.inf]
    medians = compare(run, methods, **arguments, score=score)["it"].medians
    assert medians.tolist() == [[[np.inf, 20.0, 10.0], [np.inf, 2.0, np.inf]]]


def test_remembered_runs_are_scored_again_and_not_run_again():
    calls = []

    def run(trials, seeds):
        calls.append(trials.method)
        return np.arange(20.0)[:, None, None] * np.ones((1, len(trials), len(seeds)))

    methods = {"a": Method(GradientDescent, RATE), "b": Method(Momentum, RATE)}
    memory = remembered(run)
    for tail, expected in [(0.1, 18.5), (0.5, 14.5), (1.0, 9.5)]:
        found = compare(memory, methods, steps=20, budget=2, score=TailMean(tail))
        assert found["b"].median == expected
    assert len(calls) == 2 * len(SCHEDULES)
    compare(memory, methods, steps=20, budget=2, seeds=range(3))
    assert len(calls) == 4 * len(SCHEDULES)


def test_a_difference_exceeds_the_spread_where_nine_tenths_agree():
    method, seeds = Method(GradientDescent, RATE), range(10)

    def result(runs, seeds=seeds):
        one = compare(lambda trials, s: np.ones((10, 1, 10)), {"it": method}, steps=10, budget=1,
                      seeds=seeds, schedules={"constant": SCHEDULES["constant"]})["it"]  # fmt: skip
        return replace(one, scores=np.array(runs, float)[None, None, None])

    low, high = np.arange(10), np.arange(10) + 0.5
    assert exceeds_spread(result(low), result(high))  # seed by seed, though the ranges overlap
    assert not exceeds_spread(result(low), result(high, range(10, 20)))
    assert exceeds_spread(result(low), result(low + 9.5, range(10, 20)))
    assert exceeds_spread(result(high), result(low))
    assert not exceeds_spread(result(np.where(low < 2, low + 1, low)), result(high))


METHODS = {"GD": Method(GradientDescent, RATE)}
ARGUMENTS = {"start": [1.0, 1.0], "steps": 5, "budget": 2, "seeds": range(2)}


@pytest.mark.parametrize(
    "call, message",
    [
        (lambda: LogUniform(0.0, 1.0), "low must be positive and finite, got 0.0"),
        (lambda: LogUniform(1.0, 1.0), "low must be below high, got 1.0 and 1.0"),
        (lambda: NearOne(0.5, 1.0), r"high must be in \[0, 1\), got 1.0"),
        (lambda: Uniform(0, np.inf), "high must be a finite number, got inf"),
        (lambda: Choice(), "values must be one number or more, got none"),
        (lambda: Choice("a"), "each of values must be a finite number, got 'a'"),
        (lambda: draw({"a": 0.1}, 3), r"a must be a range, such as LogUniform\(1e-3, 1\), got 0.1"),
        (lambda: draw(RATE, 0), "budget must be a positive whole number, got 0"),
        (lambda: draw(RATE, 3, how="grid"), "how must be 'random' or 'even', got 'grid'"),
        (lambda: TailMean(0.0), r"share must be in \(0, 1\], got 0.0"),
        (lambda: StaysBelow(None), "target must be a finite number, got None"),
        (lambda: Method(Adam, {}), r"space must hold learning_rate, got \[\]"),
        (lambda: Method(Adam, RATE, "Adam"), "control_of and without must be given together, got"),
        (lambda: compare(BOWL, {"GD": GradientDescent}, **ARGUMENTS),
         r"methods\['GD'\] must be a Method, got <class"),
        (lambda: compare(BOWL, {}, **ARGUMENTS), "methods, seeds and schedules must hold at least"),
        (lambda: compare(3, METHODS, **ARGUMENTS), "problem must be an Objective, or a function"),
        (lambda: compare(len, METHODS, **ARGUMENTS), "problem must be an Objective, or a function"),
        (lambda: compare(BOWL, METHODS, **{**ARGUMENTS, "start": np.ones((3, 2))}),
         r"start must have the shape \(2,\) or \(2, 2\), got \(3, 2\)"),
        (lambda: compare(BOWL, METHODS, **{**ARGUMENTS, "seeds": [-1]}),
         "each of seeds must be a non-negative whole number, got -1"),
        (lambda: compare(BOWL, METHODS, **ARGUMENTS, score=StaysBelow(1.0)),
         "average must be False where the score counts steps, got True"),
        (lambda: compare(BOWL, METHODS, **ARGUMENTS, score=lambda losses: losses),
         r"score must return the shape \(2, 2\), got \(6, 2, 2\)"),
        (lambda: compare(lambda trials, seeds: np.ones((3, 2)), METHODS, steps=5, budget=2),
         r"problem must return losses of shape \(steps, 2, 20\), got \(3, 2\)"),
        (lambda: compare(BOWL, METHODS, **ARGUMENTS)["GD"].only(["warm"]),
         r"schedules must be among \('constant', .*\), got \('warm',\)"),
        (lambda: compare(BOWL, METHODS, **ARGUMENTS)["GD"].only(iterates=[]),
         "iterates must be among"),
        (lambda: compare(BOWL, METHODS, **ARGUMENTS)["GD"].after(0),
         "trials must be a positive whole number, got 0"),
    ],
)  # fmt: skip
def test_bad_arguments_are_named(call, message):
    with pytest.raises(ValueError, match=message):
        call()
