"""Install a wheel alone into a new environment, with NumPy and nothing else, and try it there.

Usage: ``python tools/try_wheel.py dist/NAME.whl``. Every module is imported and its doctests are
run, outside the source tree. What may ask for more than NumPy is named below.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
import venv
from pathlib import Path

# Runs in the new environment, with the libraries of the standard distribution and the wheel.
TRIAL = """
import doctest, importlib, importlib.metadata as metadata, pkgutil, sys
from pathlib import Path

import firstorder

EXTRAS = {
    "firstorder.blockwise.compiling": ["numba"],
    "firstorder.blockwise.coordinate": ["numba"],
    "firstorder.figures": ["matplotlib"],
    "firstorder.frameworks": ["jax", "keras", "optax", "torch"],
}
here = Path(firstorder.__file__).parent
assert here.is_relative_to(sys.prefix), f"{here} is not the installed package"
installed = {d.name for d in metadata.distributions()} - {"pip", "setuptools"}
assert installed == {"firstorder", "numpy"}, f"more is installed than NumPy: {installed}"
assert metadata.version("firstorder") == firstorder.__version__
assert (here / "py.typed").exists(), "the wheel lacks py.typed"

names = [m.name for m in pkgutil.walk_packages(firstorder.__path__, "firstorder.")]
tried = failed = 0
for name in ["firstorder", *(name for name in names if not name.endswith("__main__"))]:
    try:
        module = importlib.import_module(name)
    except ModuleNotFoundError as error:
        if not any(name.startswith(n) and error.name in extras for n, extras in EXTRAS.items()):
            raise
        print(f"{name} asks for {error.name}")
        continue
    result = doctest.testmod(module, optionflags=doctest.NORMALIZE_WHITESPACE)
    tried, failed = tried + result.attempted, failed + result.failed
print(f"{firstorder.__version__} with NumPy alone: {tried} examples, {failed} failed")
sys.exit(failed > 0 or tried == 0)
"""


def main() -> int:
    """Try the wheel that the command line names."""
    if len(sys.argv) != 2:
        print(__doc__, file=sys.stderr)
        return 2
    wheel = Path(sys.argv[1]).resolve()
    with tempfile.TemporaryDirectory() as folder:
        venv.create(folder, with_pip=True)
        python = Path(folder) / ("Scripts/python.exe" if sys.platform == "win32" else "bin/python")
        command = [str(python), "-m", "pip", "install", "--quiet", str(wheel)]
        subprocess.run(command, check=True, cwd=folder)
        return subprocess.run([python, "-I", "-c", TRIAL], cwd=folder).returncode


if __name__ == "__main__":
    sys.exit(main())
