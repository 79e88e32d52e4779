"""The runs of a folder, their curves, confusions and mistakes."""

import shutil

import pytest
from accessibility import violations
from serving import serving
from sizes import DESKTOP, PHONE

import shuzi

sync_api = pytest.importorskip("playwright.sync_api")
expect = sync_api.expect


@pytest.fixture
def runs(run, digits, tmp_path):
    """A folder with an evaluated run and one that has just begun."""
    folder = tmp_path / "runs"
    shutil.copytree(run.folder, folder / "short")
    shuzi.evaluate(folder / "short", dataset=digits)
    (folder / "new").mkdir()
    record = (run.folder / "run.json").read_text().replace('"finished"', '"running"')
    (folder / "new" / "run.json").write_text(record)
    return folder


@pytest.fixture
def learning(browse, runs):
    with serving("--runs", runs) as client:
        page = browse(f"{client.base_url}#learn")
        expect(page.locator(".run")).to_have_count(2)
        yield page


def show(page, *names):
    for name in ("new", "short"):
        page.get_by_label(f"Show {name}").set_checked(name in names)
    expect(page.locator("#recipes-table thead th")).to_have_count(1 + len(names))


def test_curves_confusion_and_mistakes_of_a_run(learning, run):
    show(learning, "short")
    lines = learning.locator("#curves-pictures polyline")
    expect(lines).to_have_count(4)
    points = lines.first.get_attribute("points").split(" ")
    assert len(points) == len(run.history)
    expect(learning.locator(".confusion .right")).to_have_count(10)
    wrong = learning.locator(".confusion button").first
    count = int(wrong.inner_text())
    wrong.click()
    expect(learning.locator(".mistakes li")).to_have_count(count)


@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_axe_finds_nothing_where_runs_are_compared(learning, size):
    learning.set_viewport_size(size)
    show(learning, "new", "short")
    expect(learning.locator(".confusion")).to_have_count(1)
    assert violations(learning) == []
    assert learning.evaluate("document.documentElement.scrollWidth") <= size["width"]


def test_a_run_that_trains_grows_while_one_looks(learning, runs, run):
    show(learning, "new", "short")
    expect(learning.locator(".run .live")).to_have_text("training now")
    expect(learning.locator("#curves-pictures polyline")).to_have_count(4)
    rows = (run.folder / "history.csv").read_text().splitlines(keepends=True)
    (runs / "new" / "history.csv").write_text("".join(rows[:3]))
    expect(learning.locator("#curves-pictures polyline")).to_have_count(8)
    expect(learning.locator(".run", has_text="new")).to_contain_text("2 of 3 epochs")


def test_recipes_that_differ_are_marked(learning, runs):
    record = runs / "new" / "run.json"
    record.write_text(record.read_text().replace('"dropout": 0.1', '"dropout": 0.4'))
    show(learning, "new", "short")
    differ = learning.locator("#recipes-table .differ")
    expect(differ).to_have_count(1)
    expect(differ).to_contain_text("dropout")


def test_without_runs_it_says_how_to_get_some(browse):
    with serving() as client:
        page = browse(f"{client.base_url}#learn")
        expect(page.locator("#runs pre")).to_contain_text("shuzi train tutorial")
        expect(page.locator("#steps details")).to_have_count(8)
