"""The package as a reader installs it: light to import, and documented name by name."""

import importlib
import inspect
import pkgutil
import subprocess
import sys

import pytest

import firstorder

HEAVY = {
    "tensorflow", "keras", "torch", "jax", "optax", "matplotlib", "IPython", "scipy", "sklearn",
    "pooch", "tqdm", "PIL", "numba",
}  # fmt: skip
# What a module cannot be imported without: bridges derive from their framework's classes.
NEEDED = {
    **{f"{name}_bridge": [name] for name in ("keras", "torch", "optax")},
    "frameworks": ["keras", "torch", "optax"],
    "compiling": ["numba"],
    "coordinate": ["numba"],
}


def modules():
    names = [module.name for module in pkgutil.walk_packages(firstorder.__path__, "firstorder.")]
    return [firstorder.__name__, *(name for name in names if not name.endswith("__main__"))]


def load(name):
    for library in NEEDED.get(name.rpartition(".")[2], []):
        pytest.importorskip(library, reason=f"{library} is not installed")
    return importlib.import_module(name)


def public(module):
    """The names that a module gives away: those of __all__, else what it defines."""
    listed = getattr(module, "__all__", None)
    members = {n: getattr(module, n) for n in listed or vars(module) if not n.startswith("_")}
    return {
        name: value
        for name, value in members.items()
        if (inspect.isclass(value) or inspect.isfunction(value))
        and value.__module__.startswith("firstorder")
        and (listed or value.__module__ == module.__name__)
    }


def test_importing_it_takes_numpy_alone():
    code = "import sys, firstorder; print(*{name.split('.')[0] for name in sys.modules})"
    loaded = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    assert "numpy" in loaded.stdout.split()
    assert HEAVY & set(loaded.stdout.split()) == set()


@pytest.mark.parametrize("name", modules())
def test_every_public_name_is_there(name):
    module = load(name)
    for key in getattr(module, "__all__", []):
        assert getattr(module, key) is not None, key


@pytest.mark.parametrize("name", modules()[1:])
def test_no_module_bears_the_name_of_a_library_or_hides_behind_a_function(name):
    load(name)
    package, _, leaf = name.rpartition(".")
    assert leaf not in HEAVY | {"numba", "numpy"}
    assert inspect.ismodule(getattr(importlib.import_module(package), leaf))


@pytest.mark.reads_source
@pytest.mark.parametrize("name", modules())
def test_every_public_name_is_documented(name):
    module = load(name)
    assert module.__doc__, name
    for key, value in public(module).items():
        assert inspect.getdoc(value), f"{name}.{key}"
        if inspect.isclass(value):
            methods = {n: m for n, m in vars(value).items() if inspect.isfunction(m)}
            bare = [
                n for n, m in methods.items() if not n.startswith("_") and not inspect.getdoc(m)
            ]
            assert not bare, f"{name}.{key}: {bare}"


OPTIMIZERS = ["AdaGrad", "Adam", "GradientDescent", "Momentum", "RMSprop"]


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_an_optimizer_tells_its_settings_its_source_and_an_example(name):
    documentation = inspect.getdoc(getattr(firstorder, name))
    for part in ["Parameters\n---", "References\n---", "Examples\n---", ":eq:`eq-"]:
        assert part in documentation, part
    for field in inspect.signature(getattr(firstorder, name)).parameters:
        assert f"\n{field} : " in documentation, field
