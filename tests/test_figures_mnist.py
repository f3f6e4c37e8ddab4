"""The pictures of the chapter on MNIST show what they are given."""

import numpy as np

from drawings import figure_of
from firstorder.figures import mnist


def test_digits_stand_under_their_titles():
    images = np.arange(8)[:, None, None] * np.ones((8, 28, 28))
    picture = figure_of(mnist.digits, images, [str(label) for label in range(8)], columns=3)
    assert len(picture.axes) == 9
    for label, axes in enumerate(picture.axes[:8]):
        assert axes.get_title() == str(label)
        assert (axes.get_images()[0].get_array() == label).all()
    assert not picture.axes[8].get_images()


def test_learning_curves_show_means_and_the_published_run():
    names = ("loss", "accuracy", "val_loss", "val_accuracy")
    histories = [{name: [run + i, run + i + 1] for i, name in enumerate(names)} for run in (0, 2)]
    published = {name: [10 + i, 11 + i] for i, name in enumerate(names)}
    picture = figure_of(mnist.learning_curves, histories, published)
    for axes, quantity in zip(picture.axes, ("loss", "accuracy"), strict=True):
        lines = axes.get_lines()
        for name, mean, marks in zip(
            (quantity, f"val_{quantity}"), lines[::2], lines[1::2], strict=True
        ):
            i = names.index(name)
            assert list(mean.get_ydata()) == [1 + i, 2 + i]
            assert list(marks.get_ydata()) == published[name]
            assert list(mean.get_xdata()) == [1, 2]
