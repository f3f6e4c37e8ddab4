"""Does AdaGrad beat SGD on sparse features? The question of the chapter on AdaGrad, varied.

Usage: ``python experiments/sparse_features.py [--only N] [--fresh] [--progress] [--out FILE]``.
Takes up where it was stopped; about three minutes on one core.
"""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from firstorder import AdaGrad, Adam, GradientDescent, Momentum, datasets, objectives
from firstorder.experiments import LogUniform, Method, TailMean, compare, share_below
from firstorder.experiments.multiverse import Study
from firstorder.experiments.runs import remembered, run_objective
from firstorder.experiments.studies import main
from firstorder.objectives import Objective

FEATURES, SEEDS, RATES = 50, 5, 19
SPACE = {"learning_rate": LogUniform(1e-3, 1e3)}  # three rates to each power of ten
METHODS = {
    "SGD": Method(GradientDescent, SPACE),
    "momentum": Method(Momentum, SPACE),
    "AdaGrad, 1e-8": Method(partial(AdaGrad, epsilon=1e-16), SPACE),  # under the root: its square
    "AdaGrad, 3e-4": Method(partial(AdaGrad, epsilon=1e-7), SPACE),  # as Keras and Optax have it
    "Adam, 1e-8": Method(partial(Adam, epsilon=1e-8), SPACE),
    "Adam, 3e-4": Method(partial(Adam, epsilon=1e-7**0.5), SPACE),
}
SCORES = {"last tenth": 0.1, "last half": 0.5}
GRIDS = {"10 rates": slice(None, None, 2), "19 rates": slice(None)}
SCHEDULES = {"constant": ["constant"], "all four": None}
ITERATES = {"the last": ["last"], "the last or their mean": None}
AXES = (len(SCORES), len(GRIDS), len(SCHEDULES), len(ITERATES))


def numbers(exponent: float, noise: str, seed: int) -> Objective:
    """Return the chapter's stream of sparse examples with a number to predict."""
    p = 0.5 * np.arange(1, FEATURES + 1) ** -exponent
    w = np.random.default_rng(seed).choice([-1.0, 1.0], FEATURES)
    sigma = {"low": 0.1, "high": 1.0}[noise]

    def sample(theta: np.ndarray, random: np.random.Generator) -> np.ndarray:
        shape = theta.shape[-2:]  # one example a seed, the same for all settings
        x = random.choice([-1.0, 1.0], shape) * (random.random(shape) < p)
        u = sigma * random.standard_normal(shape[0])
        return (np.sum((theta - w) * x, axis=-1) - u)[..., np.newaxis] * x

    return Objective(
        "stream", (FEATURES,), lambda theta: ((theta - w) ** 2 * p).sum(-1) / 2,
        lambda theta: (theta - w) * p, w[np.newaxis], 0.0, sample,
    )  # fmt: skip


def words(exponent: float, noise: str, seed: int) -> Objective:
    """Return logistic regression on features like words, with minibatches of 10 or of 2."""
    x, y, _ = datasets.sparse_data(n=100, features=FEATURES, exponent=exponent, seed=seed)
    model = objectives.logistic_regression(x, y, l2=1e-3)
    size = {"low": 10, "high": 2}[noise]

    def sample(theta: np.ndarray, random: np.random.Generator) -> np.ndarray:
        rows = random.integers(len(y), size=(theta.shape[-2], size))
        return model.batch_gradient(theta, x[rows], y[rows])

    return Objective(
        "words", model.shape, model.value, model.gradient, model.minimizers, model.minimum, sample
    )


def measure(data: str, exponent: float, noise: str, steps: int, seed: int) -> dict[str, Any]:
    """Return the scores of the seeds at each method's best rate, for every way to read the runs."""
    problem = {"numbers": numbers, "words": words}[data](exponent, noise, seed)
    run = remembered(run_objective(problem, np.zeros(FEATURES), average=True))
    seeds = range(SEEDS * seed, SEEDS * (seed + 1))
    found = [
        compare(run, METHODS, steps=steps, budget=RATES, how="even", seeds=seeds,
                score=TailMean(tail, above=problem.minimum))
        for tail in SCORES.values()
    ]  # fmt: skip
    parts = [
        results[name].only(schedules, iterates).thinned(grid)
        for results in found
        for grid in GRIDS.values()
        for schedules in SCHEDULES.values()
        for iterates in ITERATES.values()
        for name in METHODS
    ]
    # Scores at the best settings, and whether those lie at an end of the grid.
    runs = np.reshape([part.runs for part in parts], (*AXES, len(METHODS), SEEDS))
    ends = np.reshape([part.index[2] in (0, part.budget - 1) for part in parts], (*AXES, -1))
    rounded = np.vectorize(lambda x: float(f"{x:.3g}"))(runs)
    return {"runs": rounded.tolist(), "at_edge": ends.astype(int).tolist()}


def read(
    record: dict[str, Any], name: str, *, epsilon: str, score: str, grid: str, schedules: str,
    iterates: str,
) -> np.ndarray:  # fmt: skip
    """Return the scores (seeds,) of a method, as the readings have it."""
    name = f"{name}, {epsilon}" if name in ("AdaGrad", "Adam") else name
    place = [list(SCORES).index(score), list(GRIDS).index(grid)]
    place += [list(SCHEDULES).index(schedules), list(ITERATES).index(iterates)]
    return np.array(record["runs"])[*place, list(METHODS).index(name)]


def ahead(
    record: dict[str, Any], left: str, right: str, ratio: float = 1.0, **reading: str
) -> bool:
    """Return whether a median is below this share of the other, and nine tenths of the seeds."""
    a, b = (read(record, name, **reading) for name in (left, right))
    return bool(np.median(a) < ratio * np.median(b) and share_below(a, b, paired=True) >= 0.9)


STUDY = Study(
    name="sparse_features",
    question="Does AdaGrad beat SGD on sparse features?",
    choices={
        "data": ["numbers", "words"],
        "exponent": [0.5, 1.0, 1.5],
        "noise": ["low", "high"],
        "steps": [100, 400],
        "seed": [0, 1],
    },
    readings={
        "schedules": list(SCHEDULES),
        "iterates": list(ITERATES),
        "score": list(SCORES),
        "grid": list(GRIDS),
        "epsilon": ["1e-8", "3e-4"],
    },
    measure=measure,
    conclusions={
        "AdaGrad ends below SGD": partial(ahead, left="AdaGrad", right="SGD"),
        "SGD ends below AdaGrad": partial(ahead, left="SGD", right="AdaGrad"),
        "AdaGrad ends below half of SGD": partial(ahead, left="AdaGrad", right="SGD", ratio=0.5),
        "AdaGrad ends below Adam": partial(ahead, left="AdaGrad", right="Adam"),
    },
)

if __name__ == "__main__":
    main(STUDY, Path(__file__).parent / "results")
