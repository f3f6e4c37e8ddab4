"""The committed notebooks, and the rules by which they are compared."""

import base64
import copy
import io
import json
import os
import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

ROOT = Path(__file__).parents[1]
NOTEBOOKS = sorted((ROOT / "chapters").glob("*.ipynb"))


def code_cells(path):
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    return [
        cell for cell in cells if cell["cell_type"] == "code" and "".join(cell["source"]).strip()
    ]


def outputs(path):
    return [output for cell in code_cells(path) for output in cell["outputs"]]


@pytest.fixture(params=NOTEBOOKS, ids=lambda path: path.stem)
def notebook(request):
    return request.param


def test_every_notebook_is_in_the_table_of_contents():
    listed = re.findall(r"^\s*- file: (\S+)", (ROOT / "_toc.yml").read_text(), re.M)
    assert NOTEBOOKS
    assert {f"chapters/{path.stem}" for path in NOTEBOOKS} <= set(listed)


def test_every_cell_was_executed_in_order(notebook):
    counts = [cell["execution_count"] for cell in code_cells(notebook)]
    assert counts == list(range(1, len(counts) + 1))


def test_no_output_is_an_error_or_a_warning(notebook):
    assert [
        o for o in outputs(notebook) if o["output_type"] == "error" or o.get("name") == "stderr"
    ] == []


def test_outputs_are_the_same_on_every_machine(notebook):
    """No addresses in memory, no NumPy representations, no numbers of more than six digits."""
    printed = [o.get("text", o.get("data", {}).get("text/plain")) for o in outputs(notebook)]
    text = json.dumps(printed)
    assert re.findall(r"np\.\w+\([^)]*|0x[0-9a-f]{6,}", text) == []
    digits = {
        number: number.replace(".", "").lstrip("0") for number in re.findall(r"\d+\.\d+", text)
    }
    assert [number for number, significant in digits.items() if len(significant) > 6] == []


def test_figures_are_small(notebook):
    sizes = [
        len(o["data"]["image/png"]) * 3 // 4
        for o in outputs(notebook)
        if "image/png" in o.get("data", {})
    ]
    assert max(sizes, default=0) < 50_000


def test_figures_have_a_name_a_caption_and_a_text_that_says_what_they_show(notebook):
    for cell in code_cells(notebook):
        if any("image/png" in output.get("data", {}) for output in cell["outputs"]):
            settings = cell["metadata"].get("mystnb", {})
            assert settings.get("figure", {}).get("name", "").startswith("fig-"), cell["id"]
            assert settings["figure"].get("caption", "").strip(), cell["id"]
            assert len(settings.get("image", {}).get("alt", "").split()) >= 5, cell["id"]


def test_metadata_is_normalised(notebook):
    document = json.loads(notebook.read_text(encoding="utf-8"))
    ids = [cell["id"] for cell in document["cells"]]
    assert len(set(ids)) == len(ids)
    assert document["metadata"]["language_info"] == {"name": "python"}
    assert not [cell["id"] for cell in document["cells"] if "execution" in cell["metadata"]]


def picture(level):
    from PIL import Image

    stream = io.BytesIO()
    Image.fromarray(np.full((8, 8, 3), level, dtype=np.uint8)).save(stream, format="png")
    return base64.b64encode(stream.getvalue()).decode()


SHOW = """
from base64 import b64decode
from IPython.display import Image, display
display(Image(b64decode('{}')))
"""
FIGURE = {
    "cell_type": "code",
    "execution_count": 1,
    "id": "figure",
    "metadata": {},
    "source": SHOW.format(picture(100)),
    "outputs": [
        {
            "output_type": "display_data",
            "metadata": {},
            "data": {
                "image/png": picture(100),
                "text/plain": "<IPython.core.display.Image object>",
            },
        }
    ],
}


def altered(source=None, png=None, **changes):
    cell = copy.deepcopy(FIGURE) | changes
    cell["source"] = source or cell["source"]
    if png:
        cell["outputs"][0]["data"]["image/png"] = png
    return cell


CASES = {
    "as-stored": (altered(), True),
    "nearly-as-stored": (altered(png=picture(101)), True),
    "another-figure": (altered(png=picture(110)), False),
    "figure-missing": (altered(source="pass"), False),
    "never-executed": (altered(execution_count=None, outputs=[], source="1 + 1"), False),
    "another-number": (
        altered(
            source="print(1)", outputs=[{"output_type": "stream", "name": "stdout", "text": "2\n"}]
        ),
        False,
    ),
    "new-warning": (altered(source="import sys; print(1, file=sys.stderr)", outputs=[]), False),
}


def test_what_nbval_lets_pass_fails(tmp_path):
    """One run over a notebook with one cell a case, by the rules of chapters/conftest.py."""
    cells = [cell | {"id": name} for name, (cell, _) in CASES.items()]
    document = {"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}
    (tmp_path / "cases.ipynb").write_text(json.dumps(document))
    (tmp_path / "conftest.py").write_text((ROOT / "chapters/conftest.py").read_text())
    command = [sys.executable, "-m", "pytest", "-rA", "-p", "no:cacheprovider", "-c", os.devnull]
    command += ["--rootdir", str(tmp_path), "--nbval", "--nbval-current-env", str(tmp_path)]
    # A run with the newest versions lets figures differ; the rules are tested as they are kept.
    kept = {name: value for name, value in os.environ.items() if name != "FIGURE_TOLERANCE"}
    report = subprocess.run(command, capture_output=True, text=True, cwd=tmp_path, env=kept).stdout
    passed = {int(number) for number in re.findall(r"^PASSED .*Cell (\d+)", report, re.M)}
    good = {number for number, (_, good) in enumerate(CASES.values()) if good}
    assert passed == good, report
