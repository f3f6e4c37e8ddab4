"""Execute notebooks and store what they print, so that a second run leaves no difference.

Usage: ``python tools/execute.py [chapters/NAME.ipynb ...]``; without paths, all notebooks of the
table of contents, in reading order. A cell that raises or writes to stderr is a failure, and the
file is left as it was.
"""

from __future__ import annotations

import hashlib
import os
import re
import sys
import time
from collections import Counter
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
METADATA = {
    "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
    "language_info": {"name": "python"},
}
# One BLAS thread: sums have the same order everywhere. TensorFlow: no log lines, no accelerator.
ENVIRONMENT = {
    "OPENBLAS_NUM_THREADS": "1",
    "TF_CPP_MIN_LOG_LEVEL": "3",
    "CUDA_VISIBLE_DEVICES": "",
}


def chapters() -> list[Path]:
    """Return the notebooks of the table of contents, in reading order."""
    names = re.findall(r"^\s*- file: (\S+)", (ROOT / "_toc.yml").read_text(), re.M)
    return [path for name in names if (path := ROOT / f"{name}.ipynb").exists()]


def normalise(notebook: Any) -> None:
    """Give a notebook the metadata and cell ids that depend on its text alone.

    Ids that a program made up (hexadecimal digits) are replaced by a digest of the cell's text;
    ids that a person gave are kept.
    """
    keep = {k: v for k, v in notebook.metadata.items() if k in ("mystnb", "myst")}
    notebook.metadata = type(notebook.metadata)({**keep, **METADATA})
    notebook.nbformat, notebook.nbformat_minor = 4, 5
    seen: Counter[str] = Counter()
    count = 0
    for cell in notebook.cells:
        if re.fullmatch(r"[0-9a-f-]{8,}", cell.get("id", "0" * 8)):
            digest = hashlib.sha256(f"{cell.cell_type}\n{cell.source}".encode()).hexdigest()[:8]
            seen[digest] += 1
            cell["id"] = digest if seen[digest] == 1 else f"{digest}-{seen[digest]}"
        for key in ("execution", "collapsed", "ExecuteTime", "jupyter"):
            cell.metadata.pop(key, None)
        if cell.cell_type == "code":
            # Empty cells are not executed; the others count from 1 without a gap.
            count += bool(cell.source.strip())
            cell.execution_count = count if cell.source.strip() else None
            for output in cell.outputs:
                if "execution_count" in output:
                    output["execution_count"] = cell.execution_count


def stderr(notebook: Any) -> list[str]:
    """Return what the cells wrote to stderr."""
    return [
        f"cell {cell.id}: {output.text.strip()}"
        for cell in notebook.cells
        if cell.cell_type == "code"
        for output in cell.outputs
        if output.get("name") == "stderr"
    ]


def execute(path: Path) -> bool:
    """Execute one notebook in place; return whether it went well."""
    import nbformat
    from nbclient import NotebookClient
    from nbclient.exceptions import CellExecutionError

    start = time.perf_counter()
    before = path.read_text(encoding="utf-8")
    notebook = nbformat.reads(before, as_version=4)
    client = NotebookClient(
        notebook,
        timeout=900,
        kernel_name="python3",
        record_timing=False,
        coalesce_streams=True,
        resources={"metadata": {"path": str(path.parent)}},
    )
    try:
        client.execute()
    except CellExecutionError as error:
        print(f"{path.name}: FAILED\n{error}")
        return False
    normalise(notebook)
    if lines := stderr(notebook):
        print(f"{path.name}: FAILED, output on stderr\n" + "\n".join(lines))
        return False
    after = nbformat.writes(notebook) + "\n"
    if after != before:
        temporary = path.with_suffix(".tmp")
        temporary.write_text(after, encoding="utf-8")
        temporary.replace(path)
    verdict = "changed" if after != before else "unchanged"
    print(f"{path.name}: {verdict}, {time.perf_counter() - start:.0f} s", flush=True)
    return True


def main() -> int:
    """Execute the notebooks named on the command line, or all."""
    os.environ.update(ENVIRONMENT)
    results = [execute(Path(name).resolve()) for name in sys.argv[1:] or chapters()]
    return 0 if all(results) else 1


if __name__ == "__main__":
    sys.exit(main())
