"""The tools: a notebook is stored the same whoever runs it, or left as it was."""

import copy
import importlib.util
import json
import subprocess
import sys
from pathlib import Path

import pytest

nbformat = pytest.importorskip("nbformat", reason="nbformat comes with the extra 'test'")
ROOT = Path(__file__).resolve().parents[1]


@pytest.fixture(scope="module")
def tool():
    spec = importlib.util.spec_from_file_location("execute", ROOT / "tools/execute.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def notebook(*sources):
    cells = [nbformat.v4.new_code_cell(source) for source in sources]
    for number, cell in enumerate(cells):
        cell.execution_count = 7 + number
        cell.metadata.update(execution={"started": str(number)}, tags=["hide-input"])
    return nbformat.v4.new_notebook(cells=cells, metadata={"authors": ["me"]})


def test_a_normal_notebook_depends_on_its_text_alone(tool):
    books = [notebook("1 + 1", "", "1 + 1", "2") for _ in range(2)]
    books[0].cells[3]["id"] = books[1].cells[3]["id"] = "named-by-a-person"
    assert books[0] != books[1]  # in the ids that a program made up
    for book in books:
        tool.normalise(book)
    again = copy.deepcopy(books[0])
    tool.normalise(again)
    assert books[0] == books[1] == again
    ids = [cell["id"] for cell in again.cells]
    assert len(set(ids)) == 4 and ids[2] == f"{ids[0]}-2" and ids[3] == "named-by-a-person"
    assert [cell.execution_count for cell in again.cells] == [1, None, 2, 3]
    assert again.cells[0].metadata == {"tags": ["hide-input"]}
    assert again.metadata == tool.METADATA


def test_execution_stores_what_is_printed_and_leaves_a_failure_as_it_was(tool, tmp_path, capsys):
    good, failing, noisy = (tmp_path / f"{name}.ipynb" for name in ("good", "failing", "noisy"))
    for path, source in [(good, "print(6 * 7)"), (failing, "1 / 0"),
                         (noisy, "import sys; print(1, file=sys.stderr)")]:  # fmt: skip
        nbformat.write(notebook(source), path)
    before = [path.read_bytes() for path in (failing, noisy)]
    assert [tool.execute(path) for path in (good, good, failing, noisy)] == [True] * 2 + [False] * 2
    said = capsys.readouterr().out
    assert "good.ipynb: changed" in said and "good.ipynb: unchanged" in said
    assert "failing.ipynb: FAILED" in said and "ZeroDivisionError" in said
    assert "noisy.ipynb: FAILED, output on stderr" in said
    assert json.loads(good.read_text())["cells"][0]["outputs"][0]["text"] == ["42\n"]
    assert [path.read_bytes() for path in (failing, noisy)] == before
    assert not list(tmp_path.glob("*.tmp"))


def test_pictures_of_no_book_are_refused(tmp_path):
    command = [sys.executable, ROOT / "tools/screenshots.py", "--html", tmp_path]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 2
    assert f"--html must be the folder of a built book, got {tmp_path}" in done.stderr
