"""What a release says of itself agrees with the package."""

import re
from pathlib import Path

import pytest

import firstorder

ROOT = Path(__file__).parents[1]
PLACES = {
    "CITATION.cff": r"^version: (\S+)$",
    "CHANGELOG.md": r"^## (?:Unreleased \()?([\d.]+)",  # the first section is this version's
}


@pytest.mark.parametrize("name", PLACES)
def test_the_version_is_the_packages(name):
    assert re.search(PLACES[name], (ROOT / name).read_text(), re.M)[1] == firstorder.__version__


def test_the_changelog_has_every_version_once_newest_first():
    numbers = re.findall(r"^## \D*([\d.]+)", (ROOT / "CHANGELOG.md").read_text(), re.M)
    order = [tuple(map(int, number.split("."))) for number in numbers]
    assert order == sorted(set(order), reverse=True)
