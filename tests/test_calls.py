"""The tables of calls and defaults, and the code in the answers, by the frameworks themselves."""

import inspect
import json
import re
from pathlib import Path

import numpy as np
import pytest

import firstorder
from firstorder import frameworks

CHAPTERS = Path(__file__).parents[1] / "chapters"
NOTATION = "\n".join(
    "".join(cell["source"])
    for cell in json.loads((CHAPTERS / "appendix-notation.ipynb").read_text("utf-8"))["cells"]
    if cell["cell_type"] == "markdown"
)
NONE = "–"
GRADIENTS = [[1.0, 6.0, 7.0, 2.0], [1e-4, -5.0, 0.01, 3.0], [1e-3, 4.0, -1e-5, 0.0]]


def rows(label):
    """The cells of the first table after a label, without its head."""
    text = NOTATION.partition(f"({label})=")[2]
    lines = [line for line in text.partition("\n(")[0].splitlines() if line.startswith("| ")]
    return [[cell.strip(" `") for cell in line.strip("|").split("|")] for line in lines[2:]]


def the_books(call):
    return eval(call, vars(firstorder) | vars(frameworks))


def the_books_steps(optimizer):
    theta = np.array([1.0, 2.0, 3.0, 4.0])
    state, thetas = optimizer.init(theta), []
    for gradient in GRADIENTS:
        theta, state = optimizer.step(theta, np.array(gradient), state)
        thetas.append(theta)
    return thetas


def optax_steps(transformation):
    import jax
    import optax

    with jax.enable_x64(True):
        theta, thetas = jax.numpy.array([1.0, 2.0, 3.0, 4.0]), []
        state = transformation.init(theta)
        for gradient in GRADIENTS:
            updates, state = transformation.update(jax.numpy.array(gradient), state, theta)
            theta = optax.apply_updates(theta, updates)
            thetas.append(np.asarray(theta))
    return thetas


CALLS = rows("calls")


def test_there_are_calls_to_compare():
    assert len(CALLS) == 9
    assert all(len(row) == 4 for row in CALLS)


@pytest.mark.parametrize("book, keras, torch, optax", CALLS)
def test_keras_call_means_what_the_book_calls_it(book, keras, torch, optax):
    module = pytest.importorskip("keras", reason="Keras is not installed")
    if keras == NONE:
        with pytest.raises(frameworks.NoTranslation):
            frameworks.translate(the_books(book), "keras")
    else:
        found = frameworks.recognise(eval(keras, vars(module.optimizers)))
        assert type(found) is type(the_books(book))
        # Keras keeps the learning rate as float32.
        assert vars(found) == pytest.approx(vars(the_books(book)), rel=1e-7)


@pytest.mark.parametrize("book, keras, torch, optax", CALLS)
def test_torch_call_means_what_the_book_calls_it(book, keras, torch, optax):
    module = pytest.importorskip("torch", reason="PyTorch is not installed")
    params = [module.zeros(4, requires_grad=True)]
    if torch == NONE:
        with pytest.raises(frameworks.NoTranslation):
            frameworks.translate(the_books(book), "torch", params)
    else:
        names = {
            name: getattr(module.optim, name) for name in ("SGD", "Adagrad", "RMSprop", "Adam")
        }
        assert frameworks.recognise(eval(torch, names | {"params": params})) == the_books(book)


@pytest.mark.parametrize("book, keras, torch, optax", CALLS)
def test_optax_call_means_what_the_book_calls_it(book, keras, torch, optax):
    module = pytest.importorskip("optax", reason="Optax with JAX is not installed")
    if optax == NONE:
        with pytest.raises(frameworks.NoTranslation):
            frameworks.translate(the_books(book), "optax")
    else:
        found = optax_steps(eval(optax, vars(module)))
        np.testing.assert_allclose(found, the_books_steps(the_books(book)), rtol=1e-12)


# Each row of defaults: the class and argument in the book, in Keras, PyTorch and Optax.
HOMES = {
    ("gradient descent", "learning rate $\\alpha$"): (
        ("GradientDescent", "learning_rate"),
        ("SGD", "learning_rate"),
        ("SGD", "lr"),
        ("sgd", "learning_rate"),
    ),
    ("momentum", "$\\beta$"): (
        ("Momentum", "momentum"),
        ("SGD", "momentum"),
        ("SGD", "momentum"),
        ("sgd", "momentum"),
    ),
    ("AdaGrad", "learning rate $\\alpha$"): (
        ("AdaGrad", "learning_rate"),
        ("Adagrad", "learning_rate"),
        ("Adagrad", "lr"),
        ("adagrad", "learning_rate"),
    ),
    ("AdaGrad", "$\\epsilon$"): (
        ("AdaGrad", "epsilon"),
        ("Adagrad", "epsilon"),
        ("Adagrad", "eps"),
        ("adagrad", "eps"),
    ),
    ("AdaGrad", "first $G$"): (
        ("AdaGrad", "initial_accumulator_value"),
        ("Adagrad", "initial_accumulator_value"),
        ("Adagrad", "initial_accumulator_value"),
        ("adagrad", "initial_accumulator_value"),
    ),
    ("RMSprop", "learning rate $\\alpha$"): (
        ("RMSprop", "learning_rate"),
        ("RMSprop", "learning_rate"),
        ("RMSprop", "lr"),
        ("rmsprop", "learning_rate"),
    ),
    ("RMSprop", "$\\rho$"): (
        ("RMSprop", "rho"),
        ("RMSprop", "rho"),
        ("RMSprop", "alpha"),
        ("rmsprop", "decay"),
    ),
    ("RMSprop", "$\\epsilon$"): (
        ("RMSprop", "epsilon"),
        ("RMSprop", "epsilon"),
        ("RMSprop", "eps"),
        ("rmsprop", "eps"),
    ),
    ("Adam", "learning rate $\\alpha$"): (
        ("Adam", "learning_rate"),
        ("Adam", "learning_rate"),
        ("Adam", "lr"),
        ("adam", "learning_rate"),
    ),
    ("Adam", "$\\beta_1$"): (
        ("Adam", "beta_1"),
        ("Adam", "beta_1"),
        ("Adam", "betas", 0),
        ("adam", "b1"),
    ),
    ("Adam", "$\\beta_2$"): (
        ("Adam", "beta_2"),
        ("Adam", "beta_2"),
        ("Adam", "betas", 1),
        ("adam", "b2"),
    ),
    ("Adam", "$\\epsilon$"): (
        ("Adam", "epsilon"),
        ("Adam", "epsilon"),
        ("Adam", "eps"),
        ("adam", "eps"),
    ),
    ("AdamW", "weight decay $\\lambda$"): (
        None,
        ("AdamW", "weight_decay"),
        ("AdamW", "weight_decay"),
        ("adamw", "weight_decay"),
    ),
}
PLACES = ["firstorder", "keras.optimizers", "torch.optim", "optax"]


def test_every_row_of_defaults_has_its_home():
    assert {tuple(row[:2]) for row in rows("defaults")} == set(HOMES)


@pytest.mark.parametrize("column", range(4), ids=PLACES)
@pytest.mark.parametrize("row", rows("defaults"), ids=lambda row: f"{row[0]}, {row[1]}")
def test_a_default_is_as_printed(row, column):
    package = PLACES[column].partition(".")[0]
    pytest.importorskip(package, reason=f"{package} is not installed")
    home, printed = HOMES[tuple(row[:2])][column], row[2 + column]
    if home is None:
        assert printed == NONE
        return
    name, argument, *index = home
    module = __import__(PLACES[column], fromlist=[name])
    default = inspect.signature(getattr(module, name)).parameters[argument].default
    default = default[index[0]] if index else default
    if default in (None, inspect.Parameter.empty):
        assert printed == NONE
    else:
        assert float(printed) == default


CODE = re.findall(
    r"^```python\n(.*?)^```", (CHAPTERS / "questions.md").read_text("utf-8"), re.M | re.S
)


@pytest.mark.parametrize("code", CODE)
def test_the_code_of_an_answer_runs(code):
    pytest.importorskip("tensorflow", reason="TensorFlow is not installed")
    import keras
    import tensorflow as tf

    model = keras.Sequential([keras.Input((1,)), keras.layers.Dense(1)])
    model.compile("adam")
    exec(code, {"tf": tf, "model": model, "steps": 10})


def nadam_share(schedule):
    """Nadam's first step along a gradient of 1, in learning rates: 1 by g and the rest by m."""
    first, second = (schedule(t) for t in (1, 2))
    return 1 + second * 0.1 / (1 - first * second)


def test_nadam_has_a_schedule_of_its_own_in_each_framework():
    """What the answers say: two schedules of the momentum, and none in Optax."""
    keras = pytest.importorskip("keras", reason="Keras is not installed")
    torch = pytest.importorskip("torch", reason="PyTorch is not installed")
    optax = pytest.importorskip("optax", reason="Optax with JAX is not installed")
    variable = keras.Variable([0.0], dtype="float64")
    keras.optimizers.Nadam(1.0).apply([keras.ops.ones(1, "float64")], [variable])
    tensor = torch.zeros(1, dtype=torch.float64, requires_grad=True)
    tensor.grad = torch.ones_like(tensor)
    torch.optim.NAdam([tensor], 1.0).step()
    constant = optax.nadam(1.0)
    update, _ = constant.update(np.ones(1), constant.init(np.ones(1)))
    found = [-float(np.asarray(variable)[0]), -float(tensor.detach()[0]), -float(update[0])]
    expected = [
        nadam_share(lambda t: 0.9 * (1 - 0.5 * 0.96**t)),
        nadam_share(lambda t: 0.9 * (1 - 0.5 * 0.96 ** (0.004 * t))),
        1 + 0.9 * 0.1 / (1 - 0.9**2),
    ]
    assert found == pytest.approx(expected, rel=1e-5)


def test_amsgrad_takes_its_maximum_of_v_or_of_the_corrected_v():
    """A gradient of 1, then one of 0.1, with beta_1 = 0 and beta_2 = 0.5: the second step."""
    keras = pytest.importorskip("keras", reason="Keras is not installed")
    torch = pytest.importorskip("torch", reason="PyTorch is not installed")
    optax = pytest.importorskip("optax", reason="Optax with JAX is not installed")
    variable = keras.Variable([0.0], dtype="float64")
    tensor = torch.zeros(1, dtype=torch.float64, requires_grad=True)
    in_keras = keras.optimizers.Adam(1.0, 0.0, 0.5, epsilon=0.0, amsgrad=True)
    in_torch = torch.optim.Adam([tensor], 1.0, (0.0, 0.5), 0.0, amsgrad=True)
    in_optax = optax.amsgrad(1.0, 0.0, 0.5, 0.0)
    state, steps = in_optax.init(np.zeros(1)), []
    for gradient in (1.0, 0.1):
        before = [float(np.asarray(variable)[0]), float(tensor.detach()[0])]
        in_keras.apply([keras.ops.full((1,), gradient, "float64")], [variable])
        tensor.grad = torch.full_like(tensor, gradient)
        in_torch.step()
        update, state = in_optax.update(np.full(1, gradient), state)
        steps = [
            before[0] - np.asarray(variable)[0],
            before[1] - float(tensor.detach()[0]),
            -update[0],
        ]
    of_v, of_corrected = 0.1 / (0.5 / 0.75) ** 0.5, 0.1 / 1.0
    assert [float(step) for step in steps] == pytest.approx([of_v, of_v, of_corrected], rel=1e-5)
