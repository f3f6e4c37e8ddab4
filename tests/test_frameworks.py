"""The reference inside Keras, Optax and PyTorch: compiled, clipped, scheduled, saved, restored."""

import copy
import subprocess
import sys

import numpy as np
import pytest

from firstorder import AdaGrad, Adam, GradientDescent, Momentum, RMSprop
from firstorder.frameworks import as_keras, as_optax, as_torch, quiet_tensorflow
from firstorder.frameworks.settings import from_config
from firstorder.schedules import InverseSqrt, Warmup

OPTIMIZERS = [
    GradientDescent(0.125),
    Momentum(0.125, momentum=0.875),
    Momentum(0.125, momentum=0.875, nesterov=True),
    AdaGrad(0.125, initial_accumulator_value=0.125),
    RMSprop(0.125, rho=0.875),
    Adam(0.125, beta_1=0.875, beta_2=1 - 2**-7),
    Adam(InverseSqrt(0.125)),
]
THETAS = [np.array([[1.0, -2.0], [0.5, 3.0]]), np.array([0.25])]
GRADIENTS = [
    [np.array([[0.5, -8.0], [1.0, 0.001]]), np.array([64.0])],
    [np.array([[0.25, 8.0], [-1.0, 0.002]]), np.array([-16.0])],
    [np.array([[-2.0, 4.0], [3.0, -0.004]]), np.array([1.0])],
]


def expected(optimizer, thetas=THETAS, gradients=GRADIENTS):
    thetas, states = list(thetas), [optimizer.init(theta) for theta in thetas]
    for step in gradients:
        for i, gradient in enumerate(step):
            thetas[i], states[i] = optimizer.step(thetas[i], gradient, states[i])
    return thetas


def close(found, wanted, rtol=1e-13):
    for one, other in zip(found, wanted, strict=True):
        np.testing.assert_allclose(np.asarray(one), other, rtol=rtol)


@pytest.fixture(scope="module")
def keras():
    pytest.importorskip("tensorflow", reason="TensorFlow is not installed")
    quiet_tensorflow()
    return pytest.importorskip("keras", reason="Keras is not installed")


@pytest.fixture(scope="module")
def torch():
    return pytest.importorskip("torch", reason="PyTorch is not installed")


@pytest.fixture
def jax():
    pytest.importorskip("optax", reason="Optax is not installed")
    jax = pytest.importorskip("jax", reason="JAX is not installed")
    with jax.enable_x64(True):
        yield jax


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


@pytest.mark.parametrize("optimizer", OPTIMIZERS, ids=str)
@pytest.mark.parametrize("mode", ["eager", "graph", "xla"])
def test_keras_assigns_what_the_step_returns(keras, optimizer, mode):
    import tensorflow as tf

    keras_optimizer = as_keras(optimizer)
    variables = [keras.Variable(theta, dtype="float64") for theta in THETAS]
    keras_optimizer.build(variables)
    apply = lambda gradients: keras_optimizer.apply(gradients, variables)  # noqa: E731
    if mode != "eager":
        apply = tf.function(apply, jit_compile=mode == "xla")
    for gradients in GRADIENTS:
        apply([tf.constant(gradient) for gradient in gradients])
    # Keras computes a schedule in float32; the numbers of the others fit into it
    close(variables, expected(optimizer), rtol=1e-7 if callable(optimizer.learning_rate) else 1e-13)
    assert int(keras_optimizer.iterations) == len(GRADIENTS)


@pytest.mark.parametrize(
    "arguments", [{"run_eagerly": True}, {"jit_compile": False}, {"jit_compile": True}], ids=str
)
def test_keras_fits_like_its_own_optimizer(keras, arguments):
    own = fitted(small_model(keras, keras.optimizers.RMSprop(0.01, rho=0.9), **arguments))
    ours = fitted(small_model(keras, as_keras(RMSprop(0.01, rho=0.9)), **arguments))
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
    ours = fitted(small_model(keras, as_keras(Momentum(0.5, momentum=0.5), **arguments)))
    plain = fitted(small_model(keras, as_keras(Momentum(0.5, momentum=0.5))))
    for one, other in zip(ours, own, strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-4, atol=1e-6)
    assert max(np.max(np.abs(one - other)) for one, other in zip(ours, plain, strict=True)) > 1e-3


def test_keras_takes_its_own_schedules_from_zero_and_ours_from_one(keras):
    theirs = keras.optimizers.schedules.PiecewiseConstantDecay([0], [0.5, 0.25])  # 0.5 at step 0
    for optimizer in [as_keras(GradientDescent(theirs)), as_keras(Adam(), learning_rate=theirs)]:
        assert float(optimizer.learning_rate) == 0.5
    ours = as_keras(GradientDescent(Warmup(InverseSqrt(1.0), steps=2)))
    variable = keras.Variable(0.0)
    rates = []
    for _ in range(4):
        rates.append(float(ours.learning_rate))
        ours.apply([keras.ops.ones(())], [variable])
    np.testing.assert_allclose(rates, [Warmup(InverseSqrt(1.0), steps=2)(t) for t in (1, 2, 3, 4)])
    assert float(variable) == pytest.approx(-sum(rates))


def test_the_learning_rate_can_be_assigned_between_epochs(keras):
    model = small_model(keras, as_keras(GradientDescent(0.5)))
    fitted(model)
    model.optimizer.learning_rate = 1e-30
    before = model.get_weights()
    close(fitted(model), before, rtol=0)
    assert model.optimizer.get_config()["learning_rate"] == pytest.approx(1e-30)


@pytest.mark.parametrize("optimizer", [OPTIMIZERS[i] for i in (0, 2, 3, 5, 6)], ids=str)
def test_a_loaded_model_trains_on_to_the_same_bits(keras, optimizer, tmp_path):
    model = small_model(keras, as_keras(optimizer, clipnorm=1.0))
    fitted(model)
    model.save(tmp_path / "model.keras")
    loaded = keras.models.load_model(tmp_path / "model.keras")
    assert type(loaded.optimizer.reference) is type(optimizer)
    assert loaded.optimizer.clipnorm == 1.0
    for one, other in zip(fitted(loaded), fitted(model), strict=True):
        np.testing.assert_array_equal(one, other)
    for one, other in zip(loaded.optimizer.variables, model.optimizer.variables, strict=True):
        np.testing.assert_array_equal(one, other)


def test_keras_builds_once(keras):
    optimizer, variables = as_keras(Adam()), [keras.Variable([1.0, 2.0])]
    for _ in range(2):
        optimizer.build(variables)
    assert len(optimizer.variables) == 4  # iterations, learning rate, m and v


@pytest.mark.parametrize("optimizer", OPTIMIZERS, ids=str)
def test_keras_configurations_go_there_and_back(keras, optimizer):
    first = as_keras(optimizer, weight_decay=0.5, name="mine")
    second = keras.optimizers.deserialize(keras.optimizers.serialize(first))
    assert second.get_config() == first.get_config()
    assert type(second.reference) is type(optimizer)


def test_keras_saves_no_lambda(keras):
    with pytest.raises(ValueError, match="must be a number or one of firstorder.schedules"):
        keras.optimizers.serialize(as_keras(Adam(lambda t: 0.1)))


@pytest.mark.parametrize(
    "config",
    [
        {"class": "os:system", "command": "true"},
        {"class": "firstorder.frameworks.settings:import_module", "name": "json"},
        {"class": "firstorder.frameworks.settings:to_config", "value": 1},
        {"class": "firstorder.frameworks.settings:Any"},
        {"class": "firstorder.frameworks.nothing:Adam"},
        {"class": "firstorder.optimizers:Nadam"},
        {"class": "firstorder.optimizers"},
        {"class": 3},
        {"learning_rate": 0.1},
    ],
    ids=lambda config: str(config.get("class")),
)
def test_a_model_file_names_no_foreign_class_and_no_function(config):
    with pytest.raises(ValueError, match=f"class must be .* got {config.get('class')!r}"):
        from_config(config)
    with pytest.raises(ValueError, match="class must be one of firstorder's"):
        from_config({"class": "firstorder.optimizers:Adam", "learning_rate": config})


def test_keras_and_torch_take_no_array(keras, torch):
    with pytest.raises(ValueError, match="beta_1 must be a number in Keras, got an array of shape"):
        as_keras(Adam(beta_1=np.array([0.5, 0.9])))
    with pytest.raises(ValueError, match="learning_rate must be a number in PyTorch, got an array"):
        as_torch(Adam(np.array([0.5, 0.9])), [torch.zeros(2)])


def test_keras_moves_the_rows_of_an_embedding_that_were_looked_up(keras):
    model = keras.Sequential([keras.layers.Input((2,)), keras.layers.Embedding(6, 3),
                              keras.layers.Flatten(), keras.layers.Dense(1)])  # fmt: skip
    model.compile(as_keras(AdaGrad(0.5)), loss="mse")
    before = model.get_weights()[0]
    model.fit(np.array([[1, 4], [1, 1]]), np.array([[3.0], [2.0]]), verbose=0)
    moved = np.any(model.get_weights()[0] != before, axis=1)
    assert list(moved) == [False, True, False, False, True, False]


@pytest.mark.parametrize("optimizer", OPTIMIZERS, ids=str)
@pytest.mark.parametrize("jit", [False, True])
def test_optax_updates_to_what_the_step_returns(jax, optimizer, jit):
    import optax

    transformation = as_optax(optimizer)
    update = jax.jit(transformation.update) if jit else transformation.update
    params = {"layer": [jax.numpy.asarray(THETAS[0])], "bias": jax.numpy.asarray(THETAS[1])}
    state = transformation.init(params)
    for weights, bias in GRADIENTS:
        gradients = {"layer": [jax.numpy.asarray(weights)], "bias": jax.numpy.asarray(bias)}
        updates, state = update(gradients, state, params)
        params = optax.apply_updates(params, updates)
    close([params["layer"][0], params["bias"]], expected(optimizer), rtol=1e-12)
    assert int(state.t) == len(GRADIENTS)


def test_optax_chains_it_and_needs_params(jax):
    import optax

    chained = optax.chain(optax.clip(1.0), as_optax(GradientDescent(0.5)))
    theta = jax.numpy.ones(2)
    updates, _ = chained.update(jax.numpy.array([0.5, 9.0]), chained.init(theta), theta)
    np.testing.assert_array_equal(updates, [-0.25, -0.5])
    with pytest.raises(ValueError, match="params must be given"):
        as_optax(Adam()).update(theta, as_optax(Adam()).init(theta))


def torch_run(torch, optimizer, params, gradients=GRADIENTS):
    for step in gradients:
        for param, gradient in zip(params, step, strict=True):
            param.grad = torch.tensor(gradient)
        optimizer.step()
    return [param.detach().numpy() for param in params]


def parameters(torch):
    return [torch.nn.Parameter(torch.tensor(theta)) for theta in THETAS]


@pytest.mark.parametrize("optimizer", OPTIMIZERS, ids=str)
def test_torch_assigns_what_the_step_returns(torch, optimizer):
    params = parameters(torch)
    close(torch_run(torch, as_torch(optimizer, params), params), expected(optimizer), rtol=1e-14)


@pytest.mark.parametrize("optimizer", OPTIMIZERS, ids=str)
@pytest.mark.parametrize("how", ["state_dict", "file", "deepcopy"])
def test_torch_state_is_saved_and_restored(torch, optimizer, how, tmp_path):
    params = parameters(torch)
    first = as_torch(optimizer, params)
    torch_run(torch, first, params)
    if how == "deepcopy":
        second, others = copy.deepcopy((first, params))
    else:
        others = [torch.nn.Parameter(param.detach().clone()) for param in params]
        second = as_torch(optimizer, others)
        saved = first.state_dict()
        if how == "file":
            torch.save(saved, tmp_path / "state.pt")
            saved = torch.load(tmp_path / "state.pt", weights_only=True)
        second.load_state_dict(saved)
    for one, other in zip(
        torch_run(torch, first, params), torch_run(torch, second, others), strict=True
    ):
        np.testing.assert_array_equal(one, other)


def test_torch_groups_closures_and_schedulers(torch):
    slow, fast = parameters(torch)
    groups = [{"params": [slow], "lr": 0.25, "beta_1": 0.5}, {"params": [fast]}]
    optimizer = as_torch(Adam(1.0), groups)
    scheduler = torch.optim.lr_scheduler.StepLR(optimizer, step_size=1, gamma=0.5)
    slow.grad, fast.grad = torch.ones_like(slow), torch.ones_like(fast)
    assert optimizer.step(lambda: torch.tensor(7.0)) == 7.0
    np.testing.assert_allclose(slow.detach(), THETAS[0] - 0.25, rtol=1e-7)
    np.testing.assert_allclose(fast.detach(), THETAS[1] - 1.0, rtol=1e-7)
    assert float(optimizer.state[slow]["m"][0, 0]) == 0.5
    scheduler.step()
    assert [group["lr"] for group in optimizer.param_groups] == [0.125, 0.5]
    with pytest.raises(ValueError, match=r"beta_1 must be .*in \[0, 1\), got 2.0"):
        as_torch(Adam(), [{"params": [slow], "beta_1": 2.0}])
    with pytest.raises(ValueError, match=r"a parameter group takes lr, .*got \['betas'\]"):
        as_torch(Adam(), [{"params": [slow], "betas": (0.9, 0.9)}])


def test_torch_leaves_parameters_without_gradient_and_shows_the_schedule(torch):
    params = parameters(torch)
    optimizer = as_torch(GradientDescent(InverseSqrt(0.5)), params)
    params[1].grad = torch.ones(1, dtype=torch.float64).to_sparse()
    for rate in (0.5, 0.5 / 2**0.5):
        optimizer.step()
        assert optimizer.param_groups[0]["lr"] == pytest.approx(rate)
    np.testing.assert_array_equal(params[0].detach(), THETAS[0])
    assert params[1].item() == pytest.approx(0.25 - 0.5 - 0.5 / 2**0.5)


def python(code):
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)


def test_importing_the_package_imports_no_framework():
    done = python(
        "import sys, firstorder.frameworks\n"
        "print({'tensorflow', 'keras', 'torch', 'jax', 'optax', 'matplotlib'} & set(sys.modules))"
    )
    assert done.stdout.strip() == "set()"


def test_tensorflow_is_imported_in_silence():
    pytest.importorskip("tensorflow", reason="TensorFlow is not installed")
    done = python(
        "from firstorder.frameworks import quiet_tensorflow\n"
        "tf = quiet_tensorflow(threads=1)\n"
        "tf.function(lambda x: x * x, jit_compile=True)(tf.ones(3))\n"
        "import os, sys\n"
        "print(tf.config.threading.get_intra_op_parallelism_threads())\n"
        "os.write(2, b'still open')"
    )
    assert (done.stdout, done.stderr) == ("1\n", "still open")
    for threads in (0, 1.5):
        with pytest.raises(ValueError, match=f"threads must be a positive .*, got {threads}"):
            quiet_tensorflow(threads=threads)


def test_gpus_are_hidden_unless_asked_for(monkeypatch):
    tf = pytest.importorskip("tensorflow", reason="TensorFlow is not installed")
    calls = []
    monkeypatch.setattr(tf.config, "set_visible_devices", lambda *call: calls.append(call))
    quiet_tensorflow(gpu=True)
    assert calls == []
    quiet_tensorflow()
    assert calls == [([], "GPU")]

    def started(*call):
        raise RuntimeError("Visible devices cannot be modified after being initialized")

    monkeypatch.setattr(tf.config, "set_visible_devices", started)
    with pytest.raises(RuntimeError, match="gpu must be True here"):
        quiet_tensorflow()
