"""``check`` cannot be silently wrong, and ``show`` shows the code and nothing but the code."""

import ast

import pytest

from firstorder import Adam, Momentum, Optimizer, Trajectory, minimize
from firstorder.book import _source, check, show
from firstorder.optimizers import AdamState


@pytest.mark.parametrize(
    "measured, predicted, tolerance, line",
    [
        (3.1622776, 10**0.5, {"rtol": 1e-6}, "3.162 measured, 3.162 predicted"),
        (2, 2, {}, "2 measured, 2 predicted"),
        (1.25, 1.0, {"atol": 0.25}, "1.25 measured, 1 predicted"),
        (0.98, 1.0, {"atol": 0.03}, "0.98 measured, 1 predicted"),
        (-1e-17, 0.0, {"atol": 1e-12}, "0 measured, 0 predicted"),
        (0.01, 0.0, {"atol": 0.1}, "0 measured, 0 predicted"),
        (float("inf"), float("inf"), {}, "inf measured, inf predicted"),
        (-float("inf"), -float("inf"), {"rtol": 0.1}, "-inf measured, -inf predicted"),
        (-0.0, 0.0, {}, "0 measured, 0 predicted"),
        (123456.7, 123456.0, {"rtol": 1e-3, "digits": 3}, "1.23e+05 measured, 1.23e+05 predicted"),
        (True, 1, {}, "1 measured, 1 predicted"),
    ],
)
def test_a_check_that_holds_prints_both_numbers(capsys, measured, predicted, tolerance, line):
    check("step", measured, predicted, **tolerance)
    assert capsys.readouterr().out == f"step: {line}\n"


@pytest.mark.parametrize(
    "measured, predicted, tolerance",
    [
        (1.0, 1.0 + 1e-9, {}),
        (1.01, 1.0, {"rtol": 0.009}),
        (1.01, 1.0, {"atol": 0.009}),
        (float("nan"), 1.0, {"atol": 10.0}),
        (1.0, float("nan"), {"atol": 10.0}),
        (float("inf"), 1.0, {"rtol": 10.0}),
        (1.0, float("inf"), {"rtol": 10.0}),
        (float("inf"), -float("inf"), {"rtol": 10.0}),
        (-1.0, 1.0, {"rtol": 1.0}),
    ],
)
def test_a_check_that_fails_raises_and_prints_nothing(capsys, measured, predicted, tolerance):
    with pytest.raises(AssertionError, match="^step: .* measured, .* predicted; they differ by"):
        check("step", measured, predicted, **tolerance)
    assert capsys.readouterr().out == ""


def test_a_failed_check_says_how_far_off_and_how_far_is_allowed():
    with pytest.raises(AssertionError, match="by 0.5, allowed are 0.3$"):
        check("step", 1.5, 2.0, atol=0.1, rtol=0.1)


@pytest.mark.reads_source
def test_the_source_of_a_step_is_the_update_rule():
    source = _source(Adam.step)
    assert source.startswith("def step(self, theta") and '"""' not in source
    assert "    m_hat = m / (1 - self.beta_1**t)\n" in source
    assert source.endswith("return theta, AdamState(t, m, v)")


@pytest.mark.parametrize(
    "item", [Adam, AdamState, Optimizer, Momentum.init, Trajectory.steps, minimize, check, _source]
)
def test_sources_are_whole_programs_without_docstrings(item):
    tree = ast.parse(_source(item))
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            assert ast.get_docstring(node) is None and node.body
    assert "\n\n\n" not in _source(item)


def test_a_class_without_a_docstring_is_shown_as_it_stands():
    class Plain:
        size = 1

        def twice(self):
            """Return twice the size."""
            # why: a comment stays
            return 2 * self.size

    assert _source(Plain) == (
        "class Plain:\n    size = 1\n\n    def twice(self):\n"
        "        # why: a comment stays\n        return 2 * self.size"
    )


class Documented:
    """A class that says what it is.

    At length.
    """

    size = 1

    def bare(self):
        """Say this,

        and this,
        and nothing more.
        """

    @property
    def spaced(self):
        """Return the size."""

        return self.size

    class Empty:
        """Nothing but this."""


def test_docstrings_go_with_the_blank_line_behind_them_and_nothing_else_does():
    assert _source(Documented) == (
        "class Documented:\n    size = 1\n\n    def bare(self):\n        ...\n\n"
        "    @property\n    def spaced(self):\n        return self.size\n\n"
        "    class Empty:\n        ..."
    )


def test_show_displays_markdown(monkeypatch):
    display = pytest.importorskip("IPython.display")
    seen = []
    monkeypatch.setattr(display, "display", seen.append)
    assert show(Adam.step, Momentum.step) is None
    assert [type(item).__name__ for item in seen] == ["Markdown", "Markdown"]
    assert seen[0].data == f"```python\n{_source(Adam.step)}\n```"
