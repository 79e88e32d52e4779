"""Every screen is readable, reachable and fits: axe, phone width, keyboard."""

import pytest
from accessibility import violations
from pen import SEVEN, write
from places import EXAMPLES
from sizes import DESKTOP, PHONE

sync_api = pytest.importorskip("playwright.sync_api")
expect = sync_api.expect

SCREENS = ["draw", "read", "review", "learn"]


@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
@pytest.mark.parametrize("name", SCREENS)
def test_axe_finds_nothing_in_light_and_dark(browse, service, name, size):
    page = browse(f"{service}#{name}", size=size)
    if name == "draw":
        write(page, SEVEN)
        expect(page.locator("#answer-text")).to_have_text("7")
    page.wait_for_load_state("networkidle")
    assert violations(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= size["width"]


@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_axe_finds_nothing_where_a_page_was_read_and_another_refused(browse, service, size):
    page = browse(f"{service}#read", size=size)
    page.set_input_files("#file", [EXAMPLES / "page.jpg", EXAMPLES / "draw_digits.py"])
    expect(page.locator("#numbers input")).to_have_count(8)
    page.click("#files .wrong")
    expect(page.locator("#read-wrong")).to_be_visible()
    assert violations(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= size["width"]


def test_every_control_can_be_reached_by_keyboard_and_shows_it(browse, service):
    page = browse(service)
    names = []
    for _ in range(11):
        page.keyboard.press("Tab")
        names.append(page.evaluate("document.activeElement.id || document.activeElement.hash"))
        style = page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
        assert style == "solid", names[-1]
    assert {"#main", "#learn", "language", "canvas", "pen", "eraser", "width"} <= set(names)


def test_nothing_is_loaded_from_elsewhere(browse, service):
    page = browse("about:blank")
    asked = []
    page.on("request", lambda request: asked.append(request.url))
    for name in SCREENS:
        page.goto(f"{service}#{name}")
        page.wait_for_load_state("networkidle")
    own = (service, "data:", "blob:")
    assert asked
    assert [url for url in asked if not url.startswith(own)] == []
