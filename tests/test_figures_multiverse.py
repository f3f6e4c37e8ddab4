"""The picture of a multiverse puts every share where its value stands."""

from drawings import figure_of
from firstorder.figures import multiverse

SHARES = {"noise": {"low": 0.1, "high": 0.9}, "steps": {100: 0.4, 400: 0.6}}
OTHER = {"steps": {100: 0.2, 400: 0.3}, "noise": {"low": 0.25, "high": 0.2}}


def test_every_share_stands_at_its_value_and_the_overall_share_is_a_line():
    picture = figure_of(
        multiverse.choices_that_turn, {"it wins": (0.55, SHARES), "by half": (0.25, OTHER)}
    )
    (axes,) = picture.axes
    rows = [text.get_text() for text in axes.get_yticklabels()]
    assert rows == ["noise: low", "noise: high", "steps: 100", "steps: 400"]
    heights = dict(zip(rows, axes.get_yticks(), strict=True))
    assert list(heights.values()) == sorted(heights.values()) and axes.yaxis_inverted()
    marks = {line.get_label(): line for line in axes.lines if line.get_marker() in "os"}
    for label, shares in {"it wins": SHARES, "by half": OTHER}.items():
        found = {tuple(point) for point in marks[label].get_xydata()}
        assert found == {
            (share, heights[f"{name}: {value}"])
            for name, values in shares.items()
            for value, share in values.items()
        }
    dotted = [line.get_xdata()[0] for line in axes.lines if line.get_linestyle() == ":"]
    assert dotted == [0.55, 0.25]
    (legend,) = picture.legends
    assert [text.get_text() for text in legend.get_texts()] == ["it wins", "by half"]
