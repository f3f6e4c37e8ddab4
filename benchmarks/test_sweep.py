"""Ten thousand settings at once, as one more axis, against a loop over settings."""

import subprocess
import sys

import numpy as np

from firstorder import Adam

SETTINGS, STEPS, SAMPLE = 10_000, 1_000, 5
CURVATURE = np.array([[1.0], [25.0]])


def descend(optimizer, settings):
    """A thousand steps from (1, 1); the settings are the last axis, which NumPy runs along."""
    theta = np.ones((2, settings))
    state = optimizer.init(theta)
    for _ in range(STEPS):
        theta, state = optimizer.step(theta, CURVATURE * theta, state)
    return theta


def test_broadcasting(race):
    grid = np.meshgrid(np.geomspace(1e-4, 1.0, 100), 1 - np.geomspace(0.01, 0.5, 100))
    rates, betas = (axis.ravel() for axis in grid)
    picked = np.linspace(0, SETTINGS - 1, SAMPLE).astype(int)

    def together():
        return descend(Adam(rates, beta_1=betas), SETTINGS)

    def loop():
        return np.hstack([descend(Adam(rates[i], beta_1=betas[i]), 1) for i in picked])

    np.testing.assert_allclose(together()[:, picked], loop(), rtol=1e-9, atol=1e-12)
    both = f"the book, {SETTINGS:,} pairs of rate and beta_1 as one axis"
    extrapolated = f"a loop, extrapolated from {SAMPLE} settings"
    race(
        f"Adam on a two-dimensional quadratic: {SETTINGS:,} settings, {STEPS:,} steps",
        "seconds",
        [both],
        {
            both: together,
            "the book, only the rates differ": lambda: descend(Adam(rates), SETTINGS),
            extrapolated: loop,
        },
        per=1.0,
        rounds=5,
        warm=1,
        scale={extrapolated: SETTINGS / SAMPLE},
        limits={both: {extrapolated: 1 / 150}},
        note="A beta_1 for each setting costs 10,000 powers a step.",
    )


def test_import(race):
    """In processes of their own, as the first thing that they do."""

    def imported(module):
        code = (
            f"import time; t = time.perf_counter(); import {module}; print(time.perf_counter()-t)"
        )
        return lambda: float(subprocess.check_output([sys.executable, "-c", code]))

    ours, limit = "import firstorder", "limit: 0.3 s"
    race(
        "Import, NumPy included",
        "seconds",
        [ours],
        {ours: imported("firstorder"), "of which NumPy": imported("numpy"), limit: lambda: 0.3},
        per=1.0,
        rounds=7,
        warm=1,
        own_clock=True,
        limits={ours: {limit: 1.0}},
    )
