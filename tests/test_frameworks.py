"""What holds of all frameworks: imported late and in silence, given optimizers, files checked."""

import subprocess
import sys

import numpy as np
import pytest

from firstorder import Adam
from firstorder.frameworks import as_keras, as_optax, as_torch, quiet_tensorflow, translate
from firstorder.frameworks.settings import from_config, to_config
from firstorder.schedules import InverseSqrt, Warmup


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


def test_files_name_a_schedule_by_its_package_or_by_its_module():
    """The package is where earlier files say that schedules are."""
    config = to_config(Adam(Warmup(InverseSqrt(0.5), steps=3)))
    assert from_config(config) == Adam(Warmup(InverseSqrt(0.5), steps=3))
    earlier = {"class": "firstorder.schedules:InverseSqrt", "initial": 0.5}
    assert from_config(earlier) == InverseSqrt(0.5)


def test_keras_and_torch_take_no_array():
    torch = pytest.importorskip("torch", reason="PyTorch is not installed")
    pytest.importorskip("keras", reason="Keras is not installed")
    with pytest.raises(ValueError, match="beta_1 must be a number in Keras, got an array of shape"):
        as_keras(Adam(beta_1=np.array([0.5, 0.9])))
    with pytest.raises(ValueError, match="learning_rate must be a number in PyTorch, got an array"):
        as_torch(Adam(np.array([0.5, 0.9])), [torch.zeros(2)])


@pytest.mark.parametrize("wrong", ["adam", Adam, None])
@pytest.mark.parametrize(
    "framework, carry",
    [
        ("keras", as_keras),
        ("optax", as_optax),
        ("torch", lambda optimizer: as_torch(optimizer, [])),
        ("numpy", lambda optimizer: translate(optimizer, "optax")),
    ],
)
def test_what_is_no_optimizer_is_refused(framework, carry, wrong):
    pytest.importorskip(framework, reason=f"{framework} is not installed")
    with pytest.raises(ValueError, match="^optimizer must be an Optimizer, such as Adam"):
        carry(wrong)


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


def test_a_process_without_a_standard_error_is_no_trouble():
    code = "from firstorder.frameworks.quiet import _descriptor_2_to_nowhere as quiet\n"
    code += "with quiet(): print('here')"
    command = ["sh", "-c", 'exec "$0" -c "$1" 2>&-', sys.executable, code]
    assert subprocess.run(command, stdout=subprocess.PIPE, check=True).stdout == b"here\n"


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
