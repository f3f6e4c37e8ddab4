"""Notebooks as tests: what nbval lets pass fails here, and without MNIST its chapter is skipped.

nbval executes every cell and compares the outputs that the file holds with what comes out. It
says nothing of a cell that was never executed, nor of a figure that has changed.
"""

from __future__ import annotations

import base64
import io
import os
from collections.abc import Generator
from typing import Any

import numpy as np
import pytest

# Root mean square difference in grey levels. The same figure drawn on another machine differs by
# less than 1; a learning rate of 0.071 in place of 0.070 by 6. Other versions of matplotlib may
# draw differently: a run with the newest ones sets FIGURE_TOLERANCE=255.
TOLERANCE = float(os.environ.get("FIGURE_TOLERANCE", "3"))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Generator[None, Any, Any]:
    """Fail on a cell without an execution count, and on figures that are not the stored ones."""
    cell = getattr(item, "cell", None)
    if cell is None:
        return (yield)
    if cell.source.strip() and cell.execution_count is None:
        pytest.fail("committed without having been executed: make execute", pytrace=False)
    result = yield
    if item.options["check"]:  # type: ignore[attr-defined]
        stored = figures(cell.outputs)
        drawn = figures(item.test_outputs)  # type: ignore[attr-defined]
        if message := difference(stored, drawn):
            pytest.fail(f"{message}: make execute, and look at it", pytrace=False)
    return result


def figures(outputs: list[Any]) -> list[np.ndarray]:
    """Return the PNG pictures among a cell's outputs, as arrays (height, width, 3) of 0 to 255."""
    from PIL import Image

    encoded = [
        output["data"]["image/png"] for output in outputs if "image/png" in output.get("data", {})
    ]
    pictures = [Image.open(io.BytesIO(base64.b64decode(text))) for text in encoded]
    return [np.asarray(picture.convert("RGB"), dtype=float) for picture in pictures]


def difference(stored: list[np.ndarray], drawn: list[np.ndarray]) -> str:
    """Return what tells the figures drawn now from the stored ones; nothing where they agree."""
    if len(stored) != len(drawn):
        return f"{len(drawn)} figures drawn, {len(stored)} stored"
    for before, after in zip(stored, drawn, strict=True):
        if before.shape != after.shape:
            if TOLERANCE < 255:
                return f"a figure of {after.shape} pixels, stored {before.shape}"
        elif (rms := float(np.sqrt(np.mean((after - before) ** 2)))) > TOLERANCE:
            return f"a figure differs from the stored one by {rms:.1f} grey levels"
    return ""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put the notebooks on MNIST first, as the longest; skip them where it cannot be had."""
    on_mnist = {
        item.path
        for item in items
        if item.path.suffix == ".ipynb" and "load_mnist" in item.path.read_text(encoding="utf-8")
    }
    items.sort(key=lambda item: item.path not in on_mnist)
    # A file that is named is used: where it is no good, the chapter fails and says why.
    if not on_mnist or os.environ.get("MNIST_NPZ"):
        return
    from firstorder.datasets import DatasetError, load_mnist

    try:
        load_mnist(progress=False)
    except DatasetError:
        reason = (
            "no MNIST here, and no network to fetch it: run `python -m firstorder.datasets` where "
            "there is one, bring mnist.npz here and set MNIST_NPZ to its path"
        )
        for item in items:
            if item.path in on_mnist:
                item.add_marker(pytest.mark.skip(reason=reason))
