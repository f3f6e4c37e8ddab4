"""The figure to play with in the chapter *Momentum* computes what the package computes.

The script of the page iterates heavy ball by itself, since a page has no Python. These tests ask
it, in a browser, for its runs, its rates and what it shows, and compare them with the package.
"""

import json
import re
import runpy
import shutil
from pathlib import Path

import numpy as np
import pytest

from firstorder import Momentum, minimize
from firstorder.objectives import quadratic

ROOT = Path(__file__).parents[1]
SCRIPT = ROOT / "_assets/momentum.js"
START = [-1.0, 0.45]
SETTINGS = [  # (αL, β, κ): plain, slow, fast, ringing, near the limit, beyond it
    (1.6, 0.5, 25),
    (0.02, 0.0, 4),
    (200 / 101, 0.0, 100),
    ((20 / 11) ** 2, (9 / 11) ** 2, 100),
    (0.3, 0.99, 100),
    (3.5, 0.8, 4),
    (2.5, 0.1, 25),
]


def expected(aL, beta, kappa):
    """The package's run on the same quadratic, L = 1."""
    return minimize(quadratic([1 / kappa, 1.0]), START, Momentum(aL, momentum=beta), 80)


def spectral_radius(share, beta):
    """Of the linear map that one step of the package makes of (θ, m) when α = 1 and λ = share."""
    optimizer, theta = Momentum(1.0, momentum=beta), np.array([1.0, 0.0])
    state = optimizer.init(theta)._replace(m=np.array([0.0, 1.0]))
    theta, state = optimizer.step(theta, share * theta, state)
    return np.abs(np.linalg.eigvals([theta, state.m])).max()


@pytest.fixture(scope="module")
def page():
    """A page with nothing on it but the figure; it must not complain."""
    pytest.importorskip("playwright", reason="playwright is not installed")
    if not (shutil.which("chromium") or shutil.which("google-chrome")):
        pytest.skip("no Chromium on this machine")
    complaints = []
    with runpy.run_path(str(ROOT / "tools/screenshots.py"))["chromium"]() as browser:
        page = browser.new_page(viewport={"width": 900, "height": 900})
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("console", lambda message: complaints.append(message.text))
        page.set_content('<html lang="en"><div id="momentum-play"></div></html>')
        page.add_script_tag(path=SCRIPT)
        yield page
    assert complaints == []


def ask(page, function, *arguments):
    """The result of one of the script's functions."""
    call = f"arguments => document.getElementById('momentum-play').{function}(...arguments)"
    return page.evaluate(call, list(arguments))


def choose(page, aL, beta, kappa):
    """Move the figure's controls, and return the values that they took."""
    taken = []
    for name, value in (("kappa", kappa), ("aL", aL), ("beta", beta)):
        move = "(node, to) => { node.value = to; node.dispatchEvent(new Event('input')); }"
        node = page.locator(f"[name={name}]")
        node.evaluate(move, str(value))
        taken.insert(0, float(node.input_value()))
    return taken[1], taken[0], taken[2]


def drawn(page, number):
    """The corners, in pixels, of the run in the plane (0) and of its loss (1)."""
    outline = page.locator("path.run").nth(number).get_attribute("d")
    return np.array(re.findall(r"[ML](\S+) ([^ML]+)", outline), float)


def off_any_scale(pixels, values):
    """How far pixels are from a linear scale of the values."""
    scale = np.column_stack([values, np.ones(len(values))])
    return np.abs(scale @ np.linalg.lstsq(scale, pixels, rcond=None)[0] - pixels).max()


@pytest.mark.parametrize("aL, beta, kappa", SETTINGS)
def test_its_runs_are_the_packages(page, aL, beta, kappa):
    points = ask(page, "run", {"aL": aL, "beta": beta, "kappa": kappa})
    assert np.array(points) == pytest.approx(expected(aL, beta, kappa).points, rel=1e-9, abs=1e-12)


def test_its_radius_is_that_of_the_packages_step(page):
    for share in np.arange(0.005, 4.1, 0.2):
        for beta in np.arange(0.003, 1, 0.1):
            found = ask(page, "radius", share, beta)
            assert found == pytest.approx(spectral_radius(share, beta), rel=1e-9), (share, beta)


@pytest.mark.parametrize("kappa", [4, 25, 100])
def test_its_best_settings_have_the_rates_of_the_theorems(page, kappa):
    for momentum, number in ((False, kappa), (True, kappa**0.5)):
        best = ask(page, "best", kappa, momentum)
        ends = best["aL"], best["aL"] / kappa
        rates = [spectral_radius(share, best["beta"]) for share in ends]
        # at a double root the eigenvalues know half the digits
        assert rates == pytest.approx([(number - 1) / (number + 1)] * 2, abs=1e-7)
        assert momentum or best["beta"] == 0


@pytest.mark.parametrize("aL, beta, kappa", SETTINGS)
def test_it_says_and_draws_what_it_computes(page, aL, beta, kappa):
    aL, beta, kappa = choose(page, aL, beta, kappa)
    flat, steep = spectral_radius(aL / kappa, beta), spectral_radius(aL, beta)
    words = page.locator("output").inner_text()
    said = [float(number) for number in re.findall(r"\d+\.\d+", words)]
    assert said[:4] == pytest.approx([aL, beta, flat, steep], abs=6e-4)
    if max(flat, steep) < 1:
        assert said[4] == pytest.approx(np.log(10) / -np.log(max(flat, steep)), abs=0.06)
    else:
        assert "diverges" in words

    run = expected(aL, beta, kappa)
    on_page = np.abs(run.points).max(axis=1) < 99  # what lies further out is cut off
    path, fall = drawn(page, 0), drawn(page, 1)
    for axis in (0, 1):
        assert off_any_scale(path[on_page, axis], run.points[on_page, axis]) < 0.1
    shown = on_page & (run.values > 1e-29 * run.values[0])
    assert off_any_scale(fall[:, 0], np.arange(81)) < 0.1
    assert off_any_scale(fall[shown, 1], np.log10(run.values[shown])) < 0.1


def test_it_obeys_the_keyboard_and_shows_where_it_is(page):
    choose(page, 1.6, 0.5, 25)
    page.locator("[name=aL]").focus()
    page.keyboard.press("ArrowRight")
    assert "αL = 1.61, β = 0.500" in page.locator("output").inner_text()
    for name in ("beta", "kappa", "descent", "momentum"):
        page.keyboard.press("Tab")
        focused = page.evaluate("document.activeElement.name")
        outline = page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
        assert (focused, outline != "none") == (name, True)
    page.keyboard.press("Enter")
    assert "αL = 2.78, β = 0.444" in page.locator("output").inner_text()
    for name in ("αL", "β", "κ"):
        assert page.get_by_label(name, exact=True).count() == 1


def test_a_drag_moves_the_setting_to_the_pointer(page):
    choose(page, 1.6, 0.5, 25)
    handle = page.locator(".handle").bounding_box()
    x, y = handle["x"] + handle["width"] / 2, handle["y"] + handle["height"] / 2
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + 40, y + 30)
    page.mouse.up()
    page.mouse.move(x, y)  # let go: nothing follows
    after = page.locator(".handle").bounding_box()
    assert (after["x"] - handle["x"], after["y"] - handle["y"]) == pytest.approx((40, 30), abs=0.5)


def test_only_its_chapter_loads_it():
    loads = [path.name for path in ROOT.glob("chapters/*.*") if "momentum.js" in path.read_text()]
    assert loads == ["03-momentum.ipynb"]
    cells = json.loads((ROOT / "chapters/03-momentum.ipynb").read_text())["cells"]
    texts = ["".join(cell["source"]) for cell in cells]
    (text,) = [text for text in texts if "momentum.js" in text]
    assert "<noscript>" in text
    assert "momentum.js" not in (ROOT / "_config.yml").read_text()
