"""The pictures of the chapter on momentum show what their captions say."""

import re
from functools import partial
from pathlib import Path

import numpy as np
import pytest
from matplotlib import colormaps
from matplotlib.colors import to_hex

from drawings import figure_of
from firstorder import Momentum, minimize, objectives
from firstorder.figures import momentum, spectral_radius


def radius(alpha_lambda, beta):
    """The spectral radius by NumPy's eigenvalues: the slow way."""
    alpha_lambda, beta = np.broadcast_arrays(alpha_lambda, beta)
    matrix = np.zeros((*alpha_lambda.shape, 2, 2))
    matrix[..., 0, 0], matrix[..., 0, 1], matrix[..., 1, 0] = 1 + beta - alpha_lambda, -beta, 1
    return np.abs(np.linalg.eigvals(matrix)).max(axis=-1)


def drawn(picture):
    """All axes of a figure and of its subfigures that are not colour bars."""
    return [axes for axes in picture.get_axes() if axes.get_label() != "<colorbar>"]


def cases():
    line = minimize(objectives.double_well(), 2.0, Momentum(0.1), 5)
    curve = {"momentum": np.arange(1.0, 6.0)}
    return {
        "eigenvalue_fan": lambda f: f(radius, {"best": (1.0, 0.5)}, ratio=10),
        "trapezoids": lambda f: f(ratio=9),
        "chain": lambda f: f(np.eye(5), curve, curve),
        "cycle": lambda f: f(objectives.double_well(), {"momentum": line}),
        "wells": lambda f: f(np.arange(3.0), np.arange(2.0), np.eye(2, 3) > 0, {"top": 0.5}),
        "settings_map": lambda f: f(
            np.array([0.1, 0.2]), np.array([0.0, 0.5]), np.array([[60, 90], [40, 600]]), {}
        ),
    }


@pytest.mark.parametrize("name", cases())
def test_every_axis_is_named(name):
    module = momentum if hasattr(momentum, name) else spectral_radius
    for axes in drawn(cases()[name](partial(figure_of, getattr(module, name)))):
        assert axes.get_xlabel() or axes.get_title()
        assert axes.get_ylabel()


def test_phase_diagram_runs_what_it_marks():
    points = {"A": (0.5, 0.0, "halves"), "B": (2.5, 0.0, "explodes")}
    upper, *small = drawn(figure_of(spectral_radius.phase_diagram, radius, points))
    assert upper.get_xlabel() == r"$\alpha\lambda$"
    halves = small[0].lines[1].get_ydata()
    assert halves[:4] == pytest.approx([1, 0.5, 0.25, 0.125])
    assert np.abs(small[1].lines[1].get_ydata()[-1]) > 1e3


@pytest.mark.parametrize("ratio", [2.0, 9.0, 100.0])
def test_trapezoids_hold_the_spectrum_and_no_more(ratio):
    (axes,) = figure_of(spectral_radius.trapezoids, ratio).axes
    bars = [line for line in axes.lines if line.get_linewidth() == 4]
    for bar in bars:
        (low, high), beta = bar.get_xdata(), bar.get_ydata()[0]
        assert high / low == pytest.approx(ratio)
        ends = radius(np.array([low, high]), beta)
        assert ends[0] == pytest.approx(ends[1], abs=1e-6)
    assert (
        radius(bars[0].get_xdata(), bars[0].get_ydata()).max()
        < radius(bars[1].get_xdata(), bars[1].get_ydata()).max()
    )


def test_fan_opens_on_circles_about_one():
    left, _ = drawn(
        figure_of(spectral_radius.eigenvalue_fan, radius, {"best": (1.0, 0.5)}, ratio=10)
    )
    roots = np.concatenate([np.column_stack(line.get_data()) for line in left.lines[1:-1]])
    roots = roots[np.abs(roots[:, 1]) > 0.05] @ [1, 1j]
    squared_distance = np.round(np.abs(roots - 1) ** 2, 9)
    assert set(squared_distance) == {0.04, 0.2, 0.5, 1.0, 1.6, 2.4, 3.2}


def test_settings_map_marks_the_fewest_steps():
    steps = np.array([[60, 90], [40, 600]])
    picture = figure_of(
        momentum.settings_map, np.array([0.1, 0.2]), np.array([0.0, 0.5]), steps, {}
    )
    (star,) = [line for line in picture.axes[0].lines if line.get_marker() == "*"]
    assert (star.get_xdata()[0], star.get_ydata()[0]) == (0.1, 0.5)


def test_the_figure_to_play_with_is_small_self_contained_and_coloured_like_the_still_one():
    script = (Path(__file__).parents[1] / "_assets/momentum.js").read_text()
    assert len(script) < 13_000
    assert set(re.findall(r"https?://[^\"]+", script)) == {"http://www.w3.org/2000/svg"}
    shades = re.search(r"SHADES = \[(.*?)\]", script, re.S).group(1)
    middles = (np.arange(10) + 0.5) / 10
    assert re.findall("#[0-9a-f]{6}", shades) == [to_hex(colormaps["cividis"](x)) for x in middles]
