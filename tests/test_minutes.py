"""The role ``minutes`` counts what is read in a page's main line."""

import importlib.util
import json
from pathlib import Path

import pytest

pytest.importorskip("sphinx", reason="Sphinx comes with the extra 'book'")
SOURCE = Path(__file__).resolve().parents[1] / "_ext" / "minutes.py"


@pytest.fixture(scope="module")
def module():
    spec = importlib.util.spec_from_file_location("minutes", SOURCE)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("three short words", 3),
        ("don't count twice", 3),
        ("a $x + y$ b", 3),
        ("a {math}`x + y` b", 3),
        ("a\n```{math}\n:label: eq-x\nx + y\n```\nb", 2),
        ("a\n````{prf:proof}\n:class: dropdown\n```{math}\nx\n```\nfolded\n````\nb", 2),
        ("a\n```{prf:theorem}\n:label: thm\nnot folded\n```\nb", 4),
        ("a\n```{solution-start} ex\n:class: dropdown\n```\nfolded\n```{solution-end}\n```\nb", 2),
        ("a\n## Exercises\nleft out\n## What to take along\nb", 6),
    ],
)
def test_words_are_those_that_are_read(module, text, count):
    assert module.words(text) == count


@pytest.mark.parametrize(("count", "expected"), [(0, 5), (650, 5), (651, 10), (3250, 25)])
def test_minutes_are_rounded_up_to_fives(module, tmp_path, count, expected):
    page = tmp_path / "page.ipynb"
    cells = [
        {"cell_type": "markdown", "source": ["word " * count]},
        {"cell_type": "code", "source": ["code that nobody counts " * 100]},
    ]
    page.write_text(json.dumps({"cells": cells}))
    assert module.minutes(page) == expected
