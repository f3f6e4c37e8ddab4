"""The figure that a drawing function shows, caught on its way to the notebook."""

from unittest import mock

from firstorder.figures import style


def figure_of(draw, *args, **kwargs):
    with mock.patch.object(style, "show_png") as show:
        assert draw(*args, **kwargs) is None
    (picture,) = show.call_args.args
    return picture
