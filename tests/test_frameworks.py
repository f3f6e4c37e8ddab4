"""What holds of all frameworks: imported late and in silence, given optimizers, files checked."""

import doctest
import subprocess
import sys
from importlib import import_module

import numpy as np
import pytest

from firstorder import Adam, frameworks
from firstorder.frameworks import import_tensorflow, translate
from firstorder.schedules import InverseSqrt, Warmup

BRIDGES = ["keras", "optax", "torch"]


def bridge(framework):
    pytest.importorskip(framework, reason=f"{framework} is not installed")
    return import_module(f"firstorder.frameworks.{framework}_bridge")


@pytest.mark.parametrize("framework", BRIDGES)
def test_the_example_of_a_bridge_is_true(framework):
    failed, attempted = doctest.testmod(bridge(framework))
    assert failed == 0 and attempted > 4


@pytest.mark.parametrize(
    "config",
    [
        {"class": "os:system", "command": "true"},
        {"class": "firstorder.frameworks.keras_bridge:import_module", "name": "json"},
        {"class": "firstorder.frameworks.keras_bridge:to_config", "value": 1},
        {"class": "firstorder.frameworks.keras_bridge:Any"},
        {"class": "firstorder.frameworks.nothing:Adam"},
        {"class": "firstorder.optimizers:Nadam"},
        {"class": "firstorder.optimizers"},
        {"class": 3},
        {"learning_rate": 0.1},
    ],
    ids=lambda config: str(config.get("class")),
)
def test_a_model_file_names_no_foreign_class_and_no_function(config):
    from_config = bridge("keras").from_config
    with pytest.raises(ValueError, match=f"class must be .* got {config.get('class')!r}"):
        from_config(config)
    with pytest.raises(ValueError, match="class must be one of firstorder's"):
        from_config({"class": "firstorder.optimizers:Adam", "learning_rate": config})


def test_files_name_a_schedule_by_its_package_or_by_its_module():
    """The package is where earlier files say that schedules are."""
    from_config = bridge("keras").from_config
    config = bridge("keras").to_config(Adam(Warmup(InverseSqrt(0.5), steps=3)))
    assert from_config(config) == Adam(Warmup(InverseSqrt(0.5), steps=3))
    earlier = {"class": "firstorder.schedules:InverseSqrt", "initial": 0.5}
    assert from_config(earlier) == InverseSqrt(0.5)


def test_keras_and_torch_take_no_array():
    with pytest.raises(ValueError, match="beta_1 must be one number .* in Keras, got an array of"):
        bridge("keras").as_keras(Adam(beta_1=np.array([0.5, 0.9])))
    with pytest.raises(ValueError, match="learning_rate must be one number .* in PyTorch, got an"):
        bridge("torch").as_torch(Adam(np.array([0.5, 0.9])), [])


@pytest.mark.parametrize("wrong", ["adam", Adam, None])
@pytest.mark.parametrize("framework", BRIDGES)
def test_what_is_not_an_optimizer_is_refused(framework, wrong):
    carry = getattr(bridge(framework), f"as_{framework}")
    for refused in (carry, lambda *arguments: translate(arguments[0], framework)):
        with pytest.raises(ValueError, match="^optimizer must be an Optimizer, such as Adam"):
            refused(wrong, *[[]] * (framework == "torch"))


@pytest.mark.parametrize("name", frameworks.__all__)
def test_a_name_of_the_package_is_there_where_its_framework_is(name):
    if name in ("as_keras", "as_optax", "as_torch"):
        bridge(name.removeprefix("as_"))
    assert callable(getattr(frameworks, name))


def test_another_name_is_not_there():
    with pytest.raises(AttributeError, match="frameworks' has no attribute 'as_mxnet'"):
        frameworks.as_mxnet  # noqa: B018


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
        "from firstorder.frameworks import import_tensorflow\n"
        "tf = import_tensorflow(threads=1)\n"
        "tf.function(lambda x: x * x, jit_compile=True)(tf.ones(3))\n"
        "import os, sys\n"
        "print(tf.config.threading.get_intra_op_parallelism_threads())\n"
        "os.write(2, b'still open')"
    )
    assert (done.stdout, done.stderr) == ("1\n", "still open")
    for threads in (0, 1.5):
        with pytest.raises(ValueError, match=f"threads must be a positive .*, got {threads}"):
            import_tensorflow(threads=threads)


def test_a_process_without_a_standard_error_is_no_trouble():
    code = "from firstorder.frameworks.tensorflow_import import _descriptor_2_to_nowhere as quiet\n"
    code += "with quiet(): print('here')"
    command = ["sh", "-c", 'exec "$0" -c "$1" 2>&-', sys.executable, code]
    assert subprocess.run(command, stdout=subprocess.PIPE, check=True).stdout == b"here\n"


def test_gpus_are_hidden_only_when_asked(monkeypatch):
    tf = pytest.importorskip("tensorflow", reason="TensorFlow is not installed")
    calls = []
    monkeypatch.setattr(tf.config, "set_visible_devices", lambda *call: calls.append(call))
    import_tensorflow()
    assert calls == []
    import_tensorflow(hide_gpus=True)
    assert calls == [([], "GPU")]

    def started(*call):
        raise RuntimeError("Visible devices cannot be modified after being initialized")

    monkeypatch.setattr(tf.config, "set_visible_devices", started)
    with pytest.raises(RuntimeError, match="hide_gpus must be False here"):
        import_tensorflow(hide_gpus=True)
