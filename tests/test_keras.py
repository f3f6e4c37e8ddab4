"""The reference inside Keras: compiled, fitted, clipped, scheduled, saved and restored."""

import numpy as np
import pytest

from firstorder import AdaGrad, Adam, GradientDescent, Momentum, RMSprop, frameworks
from firstorder.frameworks import import_tensorflow
from firstorder.schedules import InverseSqrt, Warmup
from harness import OPTIMIZERS, close


@pytest.fixture(scope="module")
def keras():
    pytest.importorskip("tensorflow", reason="TensorFlow is not installed")
    import_tensorflow(hide_gpus=True)
    return pytest.importorskip("keras", reason="Keras is not installed")


def small_model(keras, optimizer, **arguments):
    keras.utils.set_random_seed(3)
    model = keras.Sequential(
        [keras.layers.Input((4,)), keras.layers.Dense(3, "tanh"), keras.layers.Dense(1)]
    )
    model.compile(optimizer, loss="mse", **arguments)
    return model


def data(rows=32):
    random = np.random.default_rng(0)
    x = random.normal(size=(rows, 4)).astype("float32")
    return x, np.sin(x.sum(axis=1, keepdims=True))


def fitted(model, epochs=2):
    model.fit(*data(), batch_size=8, epochs=epochs, shuffle=False, verbose=0)
    return model.get_weights()


@pytest.mark.parametrize(
    "arguments", [{"run_eagerly": True}, {"jit_compile": False}, {"jit_compile": True}], ids=str
)
def test_keras_fits_like_its_own_optimizer(keras, arguments):
    own = fitted(small_model(keras, keras.optimizers.RMSprop(0.01, rho=0.9), **arguments))
    ours = fitted(small_model(keras, frameworks.as_keras(RMSprop(0.01, rho=0.9)), **arguments))
    for one, other in zip(ours, own, strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize(
    "arguments",
    [
        {"clipnorm": 0.01},
        {"clipvalue": 0.01},
        {"global_clipnorm": 0.01},
        {"weight_decay": 0.1},
        {"gradient_accumulation_steps": 2},
        {"use_ema": True, "ema_momentum": 0.5, "ema_overwrite_frequency": 2},
    ],
    ids=str,
)
def test_keras_does_around_it_what_it_does_around_its_own(keras, arguments):
    own = fitted(small_model(keras, keras.optimizers.SGD(0.5, momentum=0.5, **arguments)))
    ours = fitted(small_model(keras, frameworks.as_keras(Momentum(0.5, momentum=0.5), **arguments)))
    plain = fitted(small_model(keras, frameworks.as_keras(Momentum(0.5, momentum=0.5))))
    for one, other in zip(ours, own, strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-4, atol=1e-6)
    assert max(np.max(np.abs(one - other)) for one, other in zip(ours, plain, strict=True)) > 1e-3


def test_keras_takes_its_own_schedules_from_zero_and_ours_from_one(keras):
    theirs = keras.optimizers.schedules.PiecewiseConstantDecay([0], [0.5, 0.25])  # 0.5 at step 0
    for optimizer in [
        frameworks.as_keras(GradientDescent(theirs)),
        frameworks.as_keras(Adam(), learning_rate=theirs),
    ]:
        assert float(optimizer.learning_rate) == 0.5
    ours = frameworks.as_keras(GradientDescent(Warmup(InverseSqrt(1.0), steps=2)))
    variable = keras.Variable(0.0)
    rates = []
    for _ in range(4):
        rates.append(float(ours.learning_rate))
        ours.apply([keras.ops.ones(())], [variable])
    np.testing.assert_allclose(rates, [Warmup(InverseSqrt(1.0), steps=2)(t) for t in (1, 2, 3, 4)])
    assert float(variable) == pytest.approx(-sum(rates))


def test_the_learning_rate_can_be_assigned_between_epochs(keras):
    model = small_model(keras, frameworks.as_keras(GradientDescent(0.5)))
    fitted(model)
    model.optimizer.learning_rate = 1e-30
    before = model.get_weights()
    close(fitted(model), before, rtol=0)
    assert model.optimizer.get_config()["learning_rate"] == pytest.approx(1e-30)


@pytest.mark.parametrize("optimizer", [OPTIMIZERS[i] for i in (0, 2, 3, 5, 6)], ids=str)
def test_a_loaded_model_trains_on_to_the_same_bits(keras, optimizer, tmp_path):
    model = small_model(keras, frameworks.as_keras(optimizer, clipnorm=1.0))
    fitted(model)
    model.save(tmp_path / "model.keras")
    loaded = keras.models.load_model(tmp_path / "model.keras")
    assert type(loaded.optimizer.reference) is type(optimizer)
    assert loaded.optimizer.clipnorm == 1.0
    for one, other in zip(fitted(loaded), fitted(model), strict=True):
        np.testing.assert_array_equal(one, other)
    for one, other in zip(loaded.optimizer.variables, model.optimizer.variables, strict=True):
        np.testing.assert_array_equal(one, other)


@pytest.mark.parametrize("rate", [0.0, 0.0625])
def test_a_model_loads_whatever_rate_a_callback_left(keras, rate, tmp_path):
    for optimizer in (keras.optimizers.Adam(0.5), frameworks.as_keras(Adam(0.5))):
        model = small_model(keras, optimizer)
        callback = keras.callbacks.LearningRateScheduler(lambda epoch: 0.5 if epoch == 0 else rate)
        model.fit(*data(), epochs=2, verbose=0, callbacks=[callback])
        model.save(tmp_path / "model.keras")
        loaded = keras.models.load_model(tmp_path / "model.keras")
        assert float(loaded.optimizer.learning_rate) == rate
        for one, other in zip(fitted(loaded), fitted(model), strict=True):
            np.testing.assert_array_equal(one, other)


@pytest.mark.parametrize("dtype", ["int32", "complex64"])
def test_keras_refuses_variables_of_other_numbers_by_name(keras, dtype):
    try:
        counts = keras.Variable([1, 2], dtype=dtype, name="counts")
    except ValueError:
        return  # earlier versions of Keras have no complex variables
    with pytest.raises(ValueError, match=f"^counts must hold real .* numbers, got {dtype}$"):
        frameworks.as_keras(GradientDescent(0.5)).build([keras.Variable([1.0]), counts])


def test_keras_builds_once(keras):
    optimizer, variables = frameworks.as_keras(Adam()), [keras.Variable([1.0, 2.0])]
    for _ in range(2):
        optimizer.build(variables)
    assert len(optimizer.variables) == 4  # iterations, learning rate, m and v


@pytest.mark.parametrize("optimizer", OPTIMIZERS, ids=str)
def test_keras_configurations_go_there_and_back(keras, optimizer):
    first = frameworks.as_keras(optimizer, weight_decay=0.5, name="mine")
    second = keras.optimizers.deserialize(keras.optimizers.serialize(first))
    assert second.get_config() == first.get_config()
    assert type(second.reference) is type(optimizer)


def test_keras_saves_no_lambda(keras):
    with pytest.raises(
        ValueError, match="must be a number, or an optimizer or schedule of firstorder, got <f"
    ):
        keras.optimizers.serialize(frameworks.as_keras(Adam(lambda t: 0.1)))


def test_keras_moves_the_rows_of_an_embedding_that_were_looked_up(keras):
    model = keras.Sequential([keras.layers.Input((2,)), keras.layers.Embedding(6, 3),
                              keras.layers.Flatten(), keras.layers.Dense(1)])  # fmt: skip
    model.compile(frameworks.as_keras(AdaGrad(0.5)), loss="mse")
    before = model.get_weights()[0]
    model.fit(np.array([[1, 4], [1, 1]]), np.array([[3.0], [2.0]]), verbose=0)
    moved = np.any(model.get_weights()[0] != before, axis=1)
    assert list(moved) == [False, True, False, False, True, False]


def test_keras_saves_a_flag_of_numpys(keras):
    first = frameworks.as_keras(Momentum(0.1, nesterov=np.True_))
    second = keras.optimizers.deserialize(keras.optimizers.serialize(first))
    assert second.reference.nesterov is True


@pytest.mark.parametrize("policy", ["float16", "bfloat16", "mixed_float16", "mixed_bfloat16"])
def test_keras_trains_in_half_precision(keras, policy):
    before = keras.config.dtype_policy()
    keras.config.set_dtype_policy(policy)
    try:
        model = small_model(keras, frameworks.as_keras(Adam(InverseSqrt(0.125))))
        losses = model.fit(*data(), epochs=3, verbose=0).history["loss"]
    finally:
        keras.config.set_dtype_policy(before)
    assert model.get_weights()[0].dtype == ("float32" if "mixed" in policy else policy)
    assert losses[-1] < losses[0]
