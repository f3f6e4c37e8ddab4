"""The book as built: complete in itself, readable without its pictures, true to the code."""

import re
import shutil
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest

import firstorder.datasets
import firstorder.frameworks

ROOT = Path(__file__).parents[1]
PAGES = re.findall(r"^\s*(?:- file|root): (\S+)", (ROOT / "_toc.yml").read_text(), re.M)


class Page(HTMLParser):
    """The tags of a page with their attributes, and the ids and text of it."""

    def __init__(self, path):
        super().__init__()
        self.tags, self.text = [], path.read_text(encoding="utf-8")
        self.feed(self.text)
        self.ids = [attributes["id"] for _, attributes in self.tags if attributes.get("id")]

    def handle_starttag(self, tag, attributes):
        self.tags.append((tag, dict(attributes)))

    def all(self, tag):
        return [attributes for name, attributes in self.tags if name == tag]


@pytest.fixture(scope="session")
def build(tmp_path_factory):
    """The folder of the built book, and the warnings that came while it was built."""
    folder = tmp_path_factory.mktemp("book")
    program = Path(sys.executable).parent / "jupyter-book"
    command = [program, "build", ROOT, "-n", "--keep-going", "--path-output", folder]
    run = subprocess.run(command, capture_output=True, text=True)
    said = re.sub(r"\x1b\[[\d;]*m", "", run.stdout + run.stderr)
    assert (folder / "_build/html/index.html").exists(), said
    return folder / "_build/html", re.findall(r".*(?:WARNING|ERROR).*", said)


@pytest.fixture(scope="session")
def built(build):
    return build[0]


@pytest.fixture(scope="session")
def pages(built):
    return {name: Page(built / f"{name}.html") for name in PAGES}


def test_it_builds_without_a_warning(build):
    assert build[1] == []


@pytest.mark.parametrize("name", PAGES)
def test_every_picture_says_what_it_shows(pages, name):
    for image in pages[name].all("img"):
        text = image.get("alt", "")
        assert len(text.split()) >= 5, f"{image['src']}: {text!r}"
        assert not re.search(r"\.(png|svg|jpe?g)|[0-9a-f]{16}", text), text


@pytest.mark.parametrize("name", PAGES)
def test_nothing_is_fetched_from_another_host(pages, name):
    page = pages[name]
    sources = [attributes["src"] for _, attributes in page.tags if attributes.get("src")]
    styles = [link["href"] for link in page.all("link") if link.get("href")]
    assert [url for url in sources + styles if urlsplit(url).netloc] == []
    assert not re.search(r"(?:@import|url\()\s*['\"]?(?:https?:)?//", page.text)


@pytest.mark.parametrize("name", PAGES)
def test_every_link_within_the_book_leads_somewhere(built, pages, name):
    here = built / f"{name}.html"
    broken = []
    for link in pages[name].all("a"):
        url = urlsplit(link.get("href", ""))
        if url.scheme or url.netloc or not (url.path or url.fragment):
            continue
        target = (here.parent / unquote(url.path)).resolve() if url.path else here
        if not target.exists():
            broken.append(link["href"])
        elif url.fragment and target.suffix == ".html":
            if f'id="{unquote(url.fragment)}"' not in target.read_text(encoding="utf-8"):
                broken.append(link["href"])
    assert broken == []


@pytest.mark.parametrize("name", PAGES)
def test_no_two_elements_have_the_same_id(pages, name):
    ids = pages[name].ids
    assert {id for id in ids if ids.count(id) > 1} == set()


def test_styles_and_scripts_fetch_nothing_from_another_host(built):
    styles = [path for path in built.rglob("*.css") if path.is_file()]
    foreign = re.compile(r"(?:@import\s+|url\()\s*['\"]?(?:https?:)?//")
    assert styles
    assert [path.name for path in styles if foreign.search(path.read_text(encoding="utf-8"))] == []


def test_formulas_are_set_by_the_books_own_mathjax(built, pages):
    sources = {script.get("src", "") for page in pages.values() for script in page.all("script")}
    assert any("_static/mathjax/tex-chtml.js" in source for source in sources)
    assert (built / "_static/mathjax/tex-chtml.js").exists()
    assert list(built.glob("_static/mathjax/output/chtml/fonts/woff-v2/*.woff"))


EQUATIONS = {
    "eq-gradient-descent": firstorder.GradientDescent,
    "eq-momentum": firstorder.Momentum,
    "eq-nesterov": firstorder.Momentum,
    "eq-adagrad": firstorder.AdaGrad,
    "eq-rmsprop": firstorder.RMSprop,
    "eq-adam": firstorder.Adam,
}


@pytest.mark.parametrize("label", EQUATIONS)
def test_an_update_rule_is_a_numbered_equation_that_its_code_names(pages, label):
    homes = [name for name, page in pages.items() if f"equation-{label}" in page.ids]
    assert len(homes) == 1, homes
    assert f":eq:`{label}`" in EQUATIONS[label].__doc__
    assert f"#equation-{label}" in pages["chapters/appendix-reference"].text


def test_every_public_name_is_in_the_reference(pages):
    named = {id.removeprefix("firstorder.") for id in pages["chapters/appendix-reference"].ids}
    modules = {"objectives", "schedules"}
    assert set(firstorder.__all__) - modules - named == set()
    for module in (firstorder.datasets, firstorder.objectives, firstorder.frameworks):
        short = module.__name__.removeprefix("firstorder.")
        assert {f"{short}.{name}" for name in module.__all__} - named == set()


def test_a_browser_has_nothing_to_complain_of(built):
    """Console errors, foreign requests, missing files, formulas not understood, sideways pages."""
    pytest.importorskip("playwright", reason="playwright is not installed")
    if not (shutil.which("chromium") or shutil.which("google-chrome")):
        pytest.skip("no Chromium on this machine")
    command = [sys.executable, ROOT / "tools/screenshots.py", *PAGES, "--html", built]
    command += ["--schemes", "light", "--widths", "390"]
    run = subprocess.run(command, capture_output=True, text=True)
    assert run.returncode == 0, run.stdout + run.stderr
