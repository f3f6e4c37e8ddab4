"""The roles ``printed`` and ``measured`` quote a chapter's output, or refuse."""

import importlib.util
import json
from pathlib import Path

import pytest

pytest.importorskip("sphinx", reason="Sphinx comes with the extra 'book'")
SOURCE = Path(__file__).resolve().parents[1] / "_ext" / "printed.py"


@pytest.fixture(scope="module")
def printed():
    spec = importlib.util.spec_from_file_location("printed", SOURCE)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def notebook(tmp_path):
    text = ["first step / α: 3.162 measured, 3.162 predicted\n", "β = 0.9: 1\n", "β = 0.99: 2\n"]
    outputs = [{"name": "stdout", "text": text}, {"name": "stderr", "text": ["a warning\n"]}]
    path = tmp_path / "chapter.ipynb"
    path.write_text(json.dumps({"cells": [{"source": ["prose"]}, {"outputs": outputs}]}))
    return path


@pytest.mark.parametrize(
    ("label", "quoted"),
    [
        ("first step / α", "3.162 measured, 3.162 predicted"),
        ("first step...", "first step / α: 3.162 measured, 3.162 predicted"),
        ("β = 0.99", "2"),
    ],
)
def test_a_line_is_quoted(printed, notebook, label, quoted):
    assert printed.find_printed(notebook, label) == quoted


@pytest.mark.parametrize(
    ("label", "count"), [("last step", 0), ("β = 0.9", 2), ("a warning", 0), ("prose", 0)]
)
def test_a_label_must_be_printed_once(printed, notebook, label, count):
    with pytest.raises(LookupError, match=f"^{count} lines printed in chapter.ipynb start with"):
        printed.find_printed(notebook, label)


def test_the_measured_number_of_a_check_is_quoted_alone(printed, notebook):
    assert printed.find_measured(notebook, "first step / α") == "3.162"
    with pytest.raises(LookupError, match="'2', printed in chapter.ipynb, is no number that was"):
        printed.find_measured(notebook, "β = 0.99")
