"""The Makefile: it removes only what is ours, and takes nothing half made for finished."""

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

pytestmark = pytest.mark.skipif(not shutil.which("make"), reason="make is not installed")
ROOT = Path(__file__).parents[1]

# A Python that makes a virtual environment with itself in it, and writes down how it was called.
# Where the file `interrupt` names the module it is to run, it ends in the midst of that.
STUB = """#!/bin/sh
[ "$1" = -m ] || exit 0
echo "$2" >> "$STUB/calls"
for last; do :; done
if [ "$2" = venv ]; then mkdir -p "$last/bin"; cp "$0" "$last/bin/python"; fi
if [ "$(cat "$STUB/interrupt")" = "$2" ]; then exit 1; fi
if [ "$2" = venv ]; then touch "$last/bin/activate"; fi
"""


class Checkout:
    """A checkout in a folder with a space in its name, among folders of somebody else."""

    def __init__(self, folder):
        self.outside, self.root = folder, folder / "a b/x"
        self.root.mkdir(parents=True)
        for name in ("Makefile", "pyproject.toml", "constraints.txt"):
            shutil.copy(ROOT / name, self.root)
        self.file("a b/x/src/firstorder/__init__.py")
        self.python = self.file("stub/python", STUB)
        self.python.chmod(0o755)
        self.file("stub/interrupt")

    def file(self, name, text=""):
        """Write a file, beside the checkout if not in it."""
        path = self.outside / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        return path

    def make(self, *arguments):
        kept = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
        command = ["make", *arguments]
        return subprocess.run(command, cwd=self.root, env=kept | {"STUB": self.python.parent},
                              capture_output=True, text=True, timeout=60)  # fmt: skip

    def set_up(self, interrupt=""):
        """Call make for an environment; return whether it came about, and what Python ran."""
        self.file("stub/interrupt", interrupt)
        self.file("stub/calls")
        done = self.make(".venv/.lint", f"PYTHON={self.python}")
        return done.returncode == 0, self.file_lines("stub/calls")

    def file_lines(self, name):
        return (self.outside / name).read_text().split()


@pytest.fixture
def checkout(tmp_path):
    return Checkout(tmp_path)


# What make is told, and what goes beside the caches that always go; None where it refuses.
CLEAN = {
    "as-it-is": ([], {"_build"}),
    "a-folder-in-the-checkout": (["BUILD=docs"], {"docs/_build"}),
    "the-built-folder-itself": (["BUILD=docs/_build/"], {"docs/_build"}),
    "with-a-space": (["BUILD=my docs"], {"my docs/_build"}),
    "absolute-and-in-the-checkout": (["BUILD={root}/docs"], {"docs/_build"}),
    "that-does-not-exist": (["BUILD=nowhere"], set()),
    "another-environment": (["VENV={outside}/elsewhere"], {"_build"}),
    "empty": (["BUILD="], None),
    "blank": (["BUILD= "], None),
    "the-folder-above": (["BUILD=.."], None),
    "above-through-a-folder": (["BUILD=docs/../.."], None),
    "absolute-and-outside": (["BUILD={outside}/elsewhere"], None),
    "a-link-to-outside": (["BUILD=link"], None),
}


FOREIGN = [
    "a", "_build", "a b/_build", "elsewhere", "elsewhere/_build", "a b/x/data", "a b/x/b/x/_build",
]  # fmt: skip


@pytest.mark.parametrize(("arguments", "gone"), CLEAN.values(), ids=CLEAN)
def test_clean_removes_what_is_ours_and_nothing_else(checkout, arguments, gone):
    foreign = [checkout.file(f"{name}/kept") for name in FOREIGN]
    built = {
        name: checkout.file(f"a b/x/{name}/page")
        for name in ("_build", "docs/_build", "my docs/_build")
    }
    caches = [checkout.file(f"a b/x/{name}") for name in (".venv/x", "dist/x", "src/__pycache__/x")]
    (checkout.root / "link").symlink_to(checkout.outside / "elsewhere")
    words = {"root": checkout.root, "outside": checkout.outside}
    done = checkout.make("clean", *(argument.format(**words) for argument in arguments))
    assert [path for path in foreign if not path.exists()] == []
    if gone is None:
        assert done.returncode != 0 and re.search("BUILD must .*, got", done.stderr), done
        assert all(path.exists() for path in [*built.values(), *caches])
    else:
        assert done.returncode == 0, done
        assert {name for name, page in built.items() if not page.parent.exists()} == gone
        assert [path for path in caches if path.exists()] == []


BOOKS = {
    "as-it-is": ([], "."),
    "a-folder": (["BUILD=docs"], "docs"),
    "the-built-folder-itself": (["BUILD=docs/_build"], "docs"),
    "with-a-space": (["BUILD=my docs"], "my docs"),
    "outside": (["BUILD={outside}/elsewhere"], "{outside}/elsewhere"),
}


@pytest.mark.parametrize(("arguments", "parent"), BOOKS.values(), ids=BOOKS)
def test_a_book_is_built_where_it_is_told(checkout, arguments, parent):
    checkout.set_up()
    program = checkout.file("a b/x/.venv/bin/jupyter-book", STUB_BOOK)
    program.chmod(0o755)
    words = {"outside": checkout.outside}
    done = checkout.make("book", *(argument.format(**words) for argument in arguments))
    folder = checkout.root / parent.format(**words)
    assert (folder / "_build/html/index.html").exists(), done
    assert f"The book: {os.path.normpath(folder)}/_build/html/index.html" in done.stdout


STUB_BOOK = """#!/bin/sh
for last; do :; done
mkdir -p "$last/_build/html"
touch "$last/_build/html/index.html"
"""


@pytest.mark.parametrize("module", ["venv", "pip"])
def test_what_was_interrupted_starts_over(checkout, module):
    assert checkout.set_up(interrupt=module)[0] is False
    assert (checkout.root / ".venv/bin/python").exists()  # and it looks finished
    again = ["venv", "pip"] if module == "venv" else ["pip"]
    assert checkout.set_up() == (True, again)
    assert checkout.set_up() == (True, [])


def test_a_package_half_installed_is_installed_again(checkout):
    """pip takes a package for installed that has its METADATA, which it does not write last."""
    checkout.set_up(interrupt="pip")
    packages = "a b/x/.venv/lib/python3.11/site-packages"
    whole = checkout.file(f"{packages}/whole-1.0.dist-info/METADATA")
    half = checkout.file(f"{packages}/half-1.0.dist-info/METADATA")
    checkout.file(f"{packages}/whole-1.0.dist-info/INSTALLER")
    assert checkout.set_up() == (True, ["pip"])
    assert whole.exists() and not half.exists()


def test_a_python_that_is_named_is_used_or_refused(checkout):
    python = checkout.file("my python", "#!/bin/sh\nexit 1\n")
    python.chmod(0o755)
    done = checkout.make(".venv/.lint", f"PYTHON={python}")
    assert done.returncode != 0
    assert f"Python 3.11, 3.12 or 3.13 is needed, found none among: {python}" in done.stderr
    shutil.copy(checkout.python, python)
    assert checkout.make(".venv/.lint", f"PYTHON={python}").returncode == 0


def test_constraints_that_are_not_there_are_not_passed_over(checkout):
    done = checkout.make(".venv/.lint", f"PYTHON={checkout.python}", "CONSTRAINTS=typo.txt")
    assert done.returncode != 0 and "typo.txt" in done.stderr


def test_the_list_of_targets_has_a_line_for_each(checkout):
    targets = re.search(r"^\.PHONY: (.*)", (ROOT / "Makefile").read_text(), re.M)[1].split()
    lines = checkout.make().stdout.splitlines()
    assert [line.split()[1] for line in lines] == targets
    assert min(len(line.split()) for line in lines) >= 5


@pytest.mark.parametrize("target", ["clean", "test", "help"])
def test_make_in_a_strangers_folder_does_nothing(checkout, target):
    """As in make -f path/Makefile: paths are relative, and would be those of that folder."""
    kept = checkout.file("stranger/.venv/p"), checkout.file("stranger/dist/p")
    checkout.file("stranger/constraints.txt")
    done = subprocess.run(["make", "-f", checkout.root / "Makefile", target], capture_output=True,
                          cwd=checkout.outside / "stranger", text=True, timeout=60)  # fmt: skip
    assert done.returncode == 2 and "run make in the checkout" in done.stderr
    assert all(path.exists() for path in kept)
