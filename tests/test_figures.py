"""The pictures that all chapters share show what they are given, as small images."""

import io

import numpy as np
import pytest

from drawings import figure_of
from firstorder import GradientDescent, figures, minimize, objectives

BOWL = objectives.quadratic([1.0, 10.0])
PATHS = {
    f"run {rate}": minimize(BOWL, [5.0, 1.0], GradientDescent(rate), 5) for rate in (0.1, 0.18)
}
PLANE = {"xlim": (-1, 6), "ylim": (-2, 2)}


def labels(legend):
    return [text.get_text() for text in legend.get_texts()]


def test_trajectories_stand_in_one_panel_or_in_one_each():
    (axes,) = figure_of(figures.trajectories, BOWL, PATHS, **PLANE).axes
    assert labels(axes.get_legend()) == [*PATHS, "start"]
    assert axes.get_xlabel() and axes.get_ylabel()
    upper, lower = figure_of(figures.trajectory_panels, BOWL, PATHS, **PLANE, equal=True).axes
    assert [axes.get_title(loc="left") for axes in (upper, lower)] == [
        f"{name}, 5 steps" for name in PATHS
    ]
    assert not upper.get_xlabel() and lower.get_xlabel() and upper.get_aspect() == 1
    for axes, path in zip((upper, lower), PATHS.values(), strict=True):
        way, start = [line for line in axes.lines if line.get_marker() in "os"]
        np.testing.assert_array_equal(way.get_xydata(), path.points)
        np.testing.assert_array_equal(start.get_xydata(), [[5.0, 1.0]])


@pytest.mark.parametrize("one_legend", [True, False])
def test_panels_of_curves_have_a_legend_each_or_one_for_all(one_legend):
    groups = {"a": {"Adam": [1.0, 0.1], "SGD": [1.0, 0.5]}, "b": {"Adam": [1.0], "SGD": [1.0]}}
    picture = figure_of(
        figures.curve_panels, groups, xlabel="step", ylabel="y", sharey=True, one_legend=one_legend,
        xlim=[(0, 1), (0, 2)],
    )  # fmt: skip
    assert [axes.get_xlim() for axes in picture.axes] == [(0, 1), (0, 2)]
    assert [axes.get_title(loc="left") for axes in picture.axes] == ["a", "b"]
    assert [axes.get_ylabel() for axes in picture.axes] == ["y", ""]
    assert [axes.get_legend() is None for axes in picture.axes] == [one_legend] * 2
    assert [labels(legend) for legend in picture.legends] == [["Adam", "SGD"]] * one_legend


def test_a_spread_is_median_band_and_theory():
    runs = np.array([[1.0, 2.0], [3.0, 4.0], [9.0, 9.0]])
    picture = figure_of(
        figures.spread, {"SGD": runs}, xlabel="x", ylabel="y", theory={"floor": np.zeros(2)}
    )
    (axes,) = picture.axes
    assert [list(line.get_ydata()) for line in axes.lines] == [[3.0, 4.0], [0.0, 0.0]]
    assert labels(axes.get_legend()) == ["SGD", "floor"]
    band = axes.collections[0].get_paths()[0].vertices[:, 1]
    assert (band.min(), band.max()) == (1.0, 9.0)


def test_a_figure_is_shown_as_a_png_of_few_colours(monkeypatch):
    display = pytest.importorskip("IPython.display")
    image = pytest.importorskip("PIL.Image")
    seen = []
    monkeypatch.setattr(display, "display", seen.append)
    figures.curves({"y": [1.0, 2.0]}, xlabel="x", ylabel="y")
    (shown,) = seen
    assert len(image.open(io.BytesIO(shown.data)).getcolors()) <= 64
