"""Digits drawn by mouse and by finger are read."""

import re

import pytest
from pen import DASH, FOUR, ONE, SEVEN, TWO, touch, write
from sizes import PHONE

sync_api = pytest.importorskip("playwright.sync_api")
expect = sync_api.expect


@pytest.mark.parametrize(
    ("text", "strokes"), [("7", [SEVEN]), ("1", [ONE]), ("42", [*FOUR, TWO])], ids=["7", "1", "42"]
)
def test_what_is_drawn_by_mouse_is_read(browse, service, text, strokes):
    page = browse(service)
    write(page, *strokes)
    expect(page.locator("#answer-text")).to_have_text(text)
    expect(page.locator("#answer-sure")).to_contain_text("sure")


@pytest.mark.parametrize(("text", "strokes"), [("7", [SEVEN]), ("42", [*FOUR, TWO])])
def test_what_is_drawn_by_finger_on_a_phone_is_read(browse, service, text, strokes):
    page = browse(service, size=PHONE, touch=True)
    touch(page, *strokes)
    expect(page.locator("#answer-text")).to_have_text(text)
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    assert page.evaluate("scrollY") == 0


def test_what_is_drawn_by_keyboard_is_read(browse, service):
    page = browse(service)
    page.locator("#canvas").focus()
    for key, times in (("Space", 1), ("ArrowRight", 7), ("ArrowDown", 14), ("Space", 1)):
        for _ in range(times):
            page.keyboard.press(key)
    expect(page.locator("#answer-text")).to_have_text("7")


def test_a_dash_is_not_accepted_and_an_empty_paper_is_nothing(browse, service):
    page = browse(service)
    expect(page.locator("#answer-sure")).to_contain_text("Write something")
    expect(page.locator("#answer-text")).to_be_empty()
    write(page, DASH)
    said = re.compile("no digit in it|someone should check")
    expect(page.locator("#answer-sure")).to_have_text(said)


def test_probabilities_and_what_the_network_sees_are_shown(browse, service):
    page = browse(service)
    write(page, SEVEN)
    expect(page.locator(".bar")).to_have_count(11)
    expect(page.locator(".bar.best .name")).to_have_text("7")
    seen = page.locator("#answer-pictures img")
    expect(seen).to_have_attribute("alt", "The writing of 7 as the network sees it")
    assert seen.evaluate("picture => [picture.naturalWidth, picture.naturalHeight]")[1] == 32


def test_undo_clear_and_undo_again(browse, service):
    page = browse(service)
    answer = page.locator("#answer-text")
    write(page, *FOUR, TWO)
    page.click("#undo")
    expect(answer).to_have_text("4")
    page.click("#clear")
    expect(answer).to_be_empty()
    expect(page.locator("#answer-sure")).to_have_text(
        "Write something, and it is read after each stroke."
    )
    page.keyboard.press("Control+z")
    expect(answer).to_have_text("4")


def test_the_eraser_takes_ink_away(browse, service):
    page = browse(service)
    write(page, *FOUR, TWO)
    expect(page.locator("#answer-text")).to_have_text("42")
    page.click("#eraser")
    page.locator("#width").fill("72")
    write(page, *([(0.55 + x, 0.1), (0.55 + x, 0.9)] for x in (0, 0.1, 0.2, 0.3, 0.4)))
    expect(page.locator("#answer-text")).to_have_text("4")


def test_a_late_answer_does_not_replace_a_newer_one(browse, service):
    page = browse(service)
    held = []
    page.route("**/api/v1/read*", lambda route: held.append(route))
    for asked, stroke in enumerate((*FOUR, TWO), 1):
        with page.expect_request("**/api/v1/read*"):
            write(page, stroke)
        while len(held) < asked:
            page.wait_for_timeout(10)
    *older, newest = held
    newest.continue_()
    expect(page.locator("#answer-text")).to_have_text("42")
    for route in older:
        with page.expect_response("**/api/v1/read*") as answer:
            route.continue_()
        answer.value.finished()
    page.evaluate("new Promise((done) => setTimeout(done))")
    expect(page.locator("#answer-text")).to_have_text("42")
