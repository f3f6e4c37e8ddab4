"""The recipe of the chapter on MNIST, end to end on scikit-learn's digits, offline."""

import json
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("tensorflow", reason="TensorFlow is not installed")

from firstorder import Adam  # noqa: E402
from firstorder.datasets import load_digits  # noqa: E402
from firstorder.frameworks import KerasAdam, as_keras, import_tensorflow  # noqa: E402
from firstorder.network import Network  # noqa: E402
from firstorder.training import train  # noqa: E402

CHAPTER = Path(__file__).parents[1] / "chapters" / "11-mnist.ipynb"
EPOCHS = 5


@pytest.fixture(scope="module")
def data():
    return load_digits()


@pytest.fixture(scope="module")
def recipe(data):
    """The chapter's own code, with the digits in place of MNIST: what it defines."""
    cells = json.loads(CHAPTER.read_text(encoding="utf-8"))["cells"]
    code = ["".join(cell["source"]) for cell in cells if cell["cell_type"] == "code"]
    printed = [text for text in code if "Sequential" in text or "model.fit(x_train" in text]
    names = {
        "tf": import_tensorflow(hide_gpus=True),
        "np": np,
        "time": __import__("time"),
        "data": data,
        "x_train": data.x_train / np.float32(255),
        "x_test": data.x_test / np.float32(255),
    }
    for text in printed[:4]:  # the model, its fit, and both again as functions
        exec(text, names)
    lacking = {"model", "models", "histories", "recipe", "fitted"} - set(names)
    assert not lacking, f"the first four cells on the recipe in {CHAPTER} define no {lacking}"
    return names


def test_the_recipe_as_printed_learns(recipe, data):
    history = recipe["histories"][0]
    assert set(history) == {"loss", "accuracy", "val_loss", "val_accuracy"}
    assert all(len(values) == EPOCHS for values in history.values())
    assert history["loss"][-1] < history["loss"][0] / 3
    assert history["val_accuracy"][-1] > 0.85
    assert recipe["models"][0].count_params() == Network().parameter_count


def test_steps_at_a_time_change_no_bit(recipe):
    _, history = recipe["fitted"](recipe["recipe"](seed=0, steps_per_execution=10), epochs=2)
    assert history["loss"] == recipe["histories"][0]["loss"][:2]


def test_the_book_s_adam_is_keras_s_inside_fit(recipe):
    ends = []
    for optimizer in ("adam", as_keras(KerasAdam(0.001))):
        model, _ = recipe["fitted"](recipe["recipe"](0, optimizer, "tanh"), epochs=1)
        ends.append(np.concatenate([array.ravel() for array in model.get_weights()]))
    start = recipe["recipe"](0).get_weights()
    travelled = np.linalg.norm(ends[0] - np.concatenate([array.ravel() for array in start]))
    assert travelled > 1
    assert np.linalg.norm(ends[1] - ends[0]) < 1e-5 * travelled


def test_numpy_and_keras_learn_alike(recipe, data):
    runs = [train(Network(), data, Adam(), epochs=EPOCHS, seed=seed) for seed in range(3)]
    ours = np.mean([run.history["loss"] for run in runs], axis=0)
    assert ours == pytest.approx(recipe["histories"][0]["loss"], rel=0.15)
    accuracy = np.mean([run.history["val_accuracy"][-1] for run in runs])
    assert accuracy == pytest.approx(recipe["histories"][0]["val_accuracy"][-1], abs=0.04)
