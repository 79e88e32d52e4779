"""Items are reviewed one by one and in groups, and nothing that was decided is lost."""

import re
import signal
import socket
import sqlite3
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from accessibility import violations
from PIL import Image, ImageFilter
from queue_of_digits import as_read, decided, fill, fill_unread, read_digits
from reviewer import OTHER, Reviewer, number
from serving import serving
from sizes import PHONE

from shuzi.review.item import Verdict
from shuzi.review.store import open_store

sync_api = pytest.importorskip("playwright.sync_api")
expect = sync_api.expect

EXAMPLES = Path(__file__).parents[2] / "examples"


@pytest.fixture(scope="module")
def doubtful(digits):
    """All digits as the digit model reads them, the least sure first."""
    return read_digits(digits)


@pytest.fixture
def review(browse, doubtful, tmp_path):
    """A reviewer at a queue of so many digits, and where the queue is."""
    services = []

    def open_review(count, *, required=1, **options):
        place = tmp_path / "reviews.db"
        truths = fill(place, doubtful, count, required)
        service = serving("--review", place)
        client = service.__enter__()
        services.append(service)
        page = browse(f"{client.base_url}#review", **options)
        return Reviewer(page, truths), place

    yield open_review
    for service in services:
        service.__exit__(None, None, None)


def test_80_one_by_one_are_each_decided_once(review):
    # Several times as many as a page takes at once.
    reviewer, place = review(80)
    reviewer.start("one")
    assert reviewer.type_each() == 80
    answers, times = decided(place)
    assert answers == reviewer.truths
    assert set(times.values()) == {1}
    # A digit and Enter: no item was typed with less, so that groups are compared fairly.
    assert reviewer.actions == 2 * 80


def test_500_in_groups_take_at_most_a_third_of_the_actions_of_typing_each(review):
    reviewer, place = review(500)
    wrong = sum(read != reviewer.truths[item] for item, read in as_read(place).items())
    assert wrong >= 5
    reviewer.start("group")
    reviewer.verify_groups()
    answers, times = decided(place)
    assert answers == reviewer.truths
    assert set(times.values()) == {1}
    print(f"500 items, {wrong} read wrong: {reviewer.actions} actions, typing each 1000")
    assert reviewer.actions <= 2 * 500 / 3


def test_what_nothing_was_read_of_is_confirmed_as_no_number(review):
    reviewer, place = review(0)
    fill_unread(place, 5)
    reviewer.start("group")
    title = reviewer.page.locator("#group-title")
    expect(title).to_have_text("None of these should be a number")
    reviewer.press("Enter")
    expect(reviewer.page.locator("#review-state")).to_have_text("Nothing is left to review.")
    answers, _ = decided(place)
    assert list(answers.values()) == [None] * 5


def test_a_restart_in_the_middle_loses_nothing(browse, doubtful, tmp_path):
    place, port = tmp_path / "reviews.db", free_port()
    truths = fill(place, doubtful, 40)
    options = ("--review", place, "--port", port)
    with serving(*options) as client:
        reviewer = Reviewer(browse(f"{client.base_url}#review"), truths)
        reviewer.start("one")
        reviewer.type_each(at_most=15)
        client.process.send_signal(signal.SIGKILL)
        client.process.wait()
    # Two more on the desk while nobody answers.
    reviewer.type_each(at_most=2)
    state = reviewer.page.locator("#review-state")
    expect(state).to_contain_text("shuzi does not answer")
    with serving(*options):
        reviewer.type_each()
        expect(state).to_have_text("Nothing is left to review.")
    answers, times = decided(place)
    assert answers == truths
    assert set(times.values()) == {1}


def test_a_guess_a_correction_no_number_and_undo_by_key(review):
    reviewer, place = review(4)
    page = reviewer.page
    reviewer.start("one")
    first = reviewer.asked()
    guess = page.locator("#one-guesses strong").nth(1).inner_text()
    reviewer.press("s")
    second = reviewer.asked(first)
    reviewer.press("n")
    third = reviewer.asked(second)
    reviewer.press("u")
    assert reviewer.asked(third) == second
    reviewer.press("4", "2", "Enter")
    assert reviewer.asked(second) == third
    reviewer.press("Alt+1")
    reviewer.asked(third)
    reviewer.press("Backspace", "Backspace")
    page.wait_for_function("src => document.getElementById('one-crop').src === src", arg=third)
    reviewer.press("Enter")
    reviewer.asked(third)
    reviewer.press("n")
    expect(page.locator("#review-state")).to_have_text("Nothing is left to review.")
    answers = list(decided(place)[0].values())
    assert answers[:2] == [guess, "42"]
    assert answers[3] is None


def test_the_grid_is_walked_by_arrow_keys(review):
    reviewer, _ = review(60)
    page = reviewer.page
    reviewer.start("group")
    crops = page.locator("#group-grid button")
    expect(crops.first).to_be_focused()
    across = page.evaluate(
        """() => [...document.querySelectorAll("#group-grid button")]
            .filter((crop, i, all) => crop.offsetTop === all[0].offsetTop).length"""
    )
    reviewer.press("ArrowRight", "ArrowDown", "Space")
    expect(crops.nth(min(1 + across, crops.count() - 1))).to_have_attribute("aria-pressed", "true")
    expect(page.locator("#group-confirm")).to_contain_text(f"The other {crops.count() - 1} are")
    reviewer.press("Space", "Home")
    expect(page.locator("#group-confirm")).to_contain_text(f"All {crops.count()} are")
    expect(crops.first).to_be_focused()


def test_the_mouse_and_a_key_show_a_crops_surroundings(review):
    reviewer, _ = review(30)
    page = reviewer.page
    reviewer.start("group")
    crop, beside = page.locator("#group-grid button").first, page.locator("#beside")
    expect(crop).to_be_visible()
    source = crop.locator("img").get_attribute("src").replace("thumbnail", "surroundings")
    crop.hover()
    expect(beside.locator("img")).to_have_attribute("src", source)
    expect(beside.locator("rect")).to_be_visible()
    page.mouse.move(0, 0)
    expect(beside).to_be_hidden()
    reviewer.press("v")
    expect(beside).to_be_visible()
    reviewer.press("Escape")
    expect(beside).to_be_hidden()


def test_a_finger_that_is_held_shows_the_surroundings_and_marks_nothing(review):
    reviewer, _ = review(30, size=PHONE, touch=True)
    page = reviewer.page
    reviewer.start("group")
    crop, beside = page.locator("#group-grid button").first, page.locator("#beside")
    expect(crop).to_be_visible()
    crop.scroll_into_view_if_needed()
    box = crop.bounding_box()
    touch_at = {"x": box["x"] + box["width"] / 2, "y": box["y"] + box["height"] / 2}
    client = page.context.new_cdp_session(page)
    finger = {"type": "touchStart", "touchPoints": [touch_at]}
    client.send("Input.dispatchTouchEvent", finger)
    expect(beside).to_be_visible()
    inside = beside.bounding_box()
    assert inside["x"] >= 0 and inside["x"] + inside["width"] <= PHONE["width"]
    client.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
    expect(beside).to_be_hidden()
    expect(crop).to_have_attribute("aria-pressed", "false")
    crop.tap()
    expect(crop).to_have_attribute("aria-pressed", "true")


def test_a_long_number_and_a_long_name_fit_a_phone(review):
    reviewer, _ = review(1, size=PHONE)
    page = reviewer.page
    reviewer.start("one")
    field, name = page.locator("#one-text"), page.locator("#one-name")
    expect(field).to_be_visible()
    field.fill("523785738")
    assert field.evaluate("field => field.scrollWidth <= field.clientWidth")
    lines = "name => { name.textContent = 'long-'.repeat(30); return name.getClientRects().length }"
    assert name.evaluate(lines) == 1
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]


def test_a_group_that_was_confirmed_is_undone_at_once(review):
    reviewer, place = review(60)
    crops = reviewer.page.locator("#group-grid img")
    reviewer.start("group")
    expect(crops.first).to_be_visible()
    before = sources(crops)
    confirm_group(reviewer)
    assert len(decided(place)[0]) == len(before)
    reviewer.press("u")
    expect(crops.first).to_have_attribute("src", re.compile(re.escape(before[0]) + "$"))
    assert sources(crops) == before
    assert decided(place)[0] == {}
    # The second is something else; the rest is confirmed again.
    crops.nth(1).click()
    confirm_group(reviewer, then="#review-one")
    with reviewer.page.expect_response("**/decisions"):
        reviewer.press("n")
    answers, times = decided(place)
    assert len(answers) == len(before)
    assert answers[number(before[1])] is None
    # Decided, taken back, decided.
    assert set(times.values()) == {2}


def test_an_undo_whose_answer_is_lost_counts_once(review):
    reviewer, place = review(60)
    reviewer.start("group")
    first = confirm_group(reviewer)
    confirm_group(reviewer)
    lost = []

    def lose(route):
        lost.append(route.fetch())
        route.abort()

    reviewer.page.route("**/undo", lose, times=1)
    reviewer.press("u")
    expect(reviewer.page.locator("#review-state")).to_contain_text("does not answer")
    with reviewer.page.expect_response("**/undo"):
        pass
    assert lost[0].status == 200
    expect(reviewer.page.locator("#review-state")).to_be_empty()
    assert len(decided(place)[0]) == first


@pytest.mark.parametrize("how", ["one", "group"])
def test_the_last_of_all_can_be_taken_back(review, how):
    reviewer, place = review(5)
    reviewer.start(how)
    reviewer.type_each() if how == "one" else reviewer.verify_groups()
    back = reviewer.page.locator("#review-undo")
    expect(reviewer.page.locator("#review-state")).to_have_text("Nothing is left to review.")
    assert len(decided(place)[0]) == 5
    back.click()
    expect(reviewer.page.locator("#review-one:visible, #review-group:visible")).to_be_visible()
    expect(back).to_be_hidden()
    assert len(decided(place)[0]) < 5


def confirm_group(reviewer, then="#review-group"):
    """Confirm a grid as it is marked, and wait for what is next; how many crops it had."""
    crops = reviewer.page.locator("#group-grid img")
    expect(reviewer.page.locator("#review-group")).to_be_visible()
    before = sources(crops)
    with reviewer.page.expect_response("**/decisions"):
        reviewer.press("Enter")
    if then == "#review-group":
        reviewer.page.wait_for_function(OTHER, arg=crops.page.url.split("#")[0] + before[0][1:])
    expect(reviewer.page.locator(then)).to_be_visible()
    return len(before)


def sources(crops):
    return crops.evaluate_all("all => all.map(crop => crop.getAttribute('src'))")


NOT_SAVED = "Your answer was not saved: "


def test_an_answer_that_does_not_count_is_told_of_by_its_reason(review):
    reviewer, place = review(12)
    page = reviewer.page
    state = page.locator("#review-state")
    with page.expect_response("**/leases") as leased:
        reviewer.start("one")
    lease = leased.value.json()
    first, second, _, fourth, *_ = (item["id"] for item in lease["items"])
    asked = reviewer.asked()
    with open_store(str(place)) as store:
        store.decide(lease["token"], "Ada", [Verdict(first, "42", 1.0)])
    reviewer.press("n")
    expect(state).to_contain_text(f"{NOT_SAVED}another one had been given before")
    # The others of the lease are still the reviewer's.
    asked = reviewer.asked(asked)
    assert number(asked) == second
    with closing(sqlite3.connect(place)) as database:
        database.execute("DELETE FROM review_pictures WHERE item = ?", (second,))
        database.execute("DELETE FROM review_items WHERE id = ?", (second,))
        database.commit()
    reviewer.press("n")
    expect(state).to_have_text(f"{NOT_SAVED}the number is no longer in the queue.")
    asked = reviewer.asked(asked)
    page.click("#language")
    expect(state).to_have_text("你的答案没有保存：这个数字已经不在复核队列里。")
    page.click("#language")
    take_for_bob(place, 1)
    reviewer.press("n")
    expect(state).to_contain_text("went to somebody else or to another window")
    # The lease has run out; what nobody else has comes again, with another one.
    asked = reviewer.asked(asked)
    assert number(asked) == fourth
    reviewer.press("n")
    expect(state).to_be_empty()
    assert first in decided(place)[0]


def test_a_lease_that_ran_out_is_told_of_when_it_cannot_be_renewed(review):
    reviewer, place = review(4)
    page = reviewer.page
    page.clock.install()
    reviewer.start("group")
    crops = page.locator("#group-grid button")
    expect(crops).to_have_count(4)
    take_for_bob(place, 4)
    page.clock.fast_forward("01:00")
    state = page.locator("#review-state")
    expect(state).to_have_text("The time for these numbers ran out. Nothing is left to review.")


def take_for_bob(place, count):
    """Let somebody else get so many of the items that a reviewer has, as if their time was up."""
    with open_store(str(place)) as store:
        store.now = lambda: datetime.now(UTC) + timedelta(minutes=10)
        assert len(store.lease("Bob", count).items) == count


def test_a_closed_page_gives_its_items_back(review):
    reviewer, _place = review(30)
    reviewer.start("one")
    reviewer.type_each(at_most=3)
    leased = reviewer.page.locator("#figures dd").nth(1)
    expect(leased).to_have_text("7")
    page = reviewer.page.context.new_page()
    page.goto(reviewer.page.url)
    reviewer.page.close()
    expect(page.locator("#figures dd").nth(1)).to_have_text("0")
    expect(page.locator("#reviewer")).to_have_value("Ada")


def test_two_must_agree_and_a_third_decides(review):
    reviewer, place = review(1, required=2)
    page = reviewer.page
    for name, key in (("Ada", "1"), ("Bob", "2"), ("Cleo", "2")):
        page.fill("#reviewer", name)
        reviewer.start("one")
        reviewer.asked()
        if name == "Cleo":
            expect(page.locator("#one-again")).to_contain_text("Two people read this differently")
        reviewer.press(key, "Enter")
        expect(page.locator("#review-state")).to_have_text("Nothing is left to review.")
    assert list(decided(place)[0].values()) == ["2"]


def test_a_script_as_a_reviewers_name_is_text(review):
    reviewer, _ = review(1)
    reviewer.page.fill("#reviewer", "<img src=x onerror=alert(1)>")
    reviewer.start("one")
    reviewer.asked()
    reviewer.press("Enter")
    expect(reviewer.page.locator("#figures")).to_contain_text("<img src=x")
    expect(reviewer.page.locator("#figures img")).to_have_count(0)


@pytest.mark.parametrize("how", ["one", "group"])
def test_axe_finds_nothing_while_one_reviews_on_a_phone(review, how):
    reviewer, _ = review(30, size=PHONE)
    reviewer.start(how)
    reviewer.page.wait_for_selector(f"#review-{how}")
    if how == "group":
        reviewer.press("Space")
    assert violations(reviewer.page) == []
    assert reviewer.page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]


def test_what_is_undecided_on_a_picture_goes_to_review(browse, tmp_path):
    blurred = Image.open(EXAMPLES / "page.jpg").filter(ImageFilter.GaussianBlur(12))
    blurred.save(tmp_path / "blurred.png")
    with serving("--review", tmp_path / "reviews.db") as client:
        page = browse(f"{client.base_url}#read")
        page.set_input_files("#file", tmp_path / "blurred.png")
        expect(page.locator("#numbers input.review")).not_to_have_count(0)
        page.click("#send")
        expect(page.locator("#read-done")).to_contain_text("sent to the review queue")
        queued = int(page.locator("#read-done").inner_text().split()[0])
        # And perhaps some of the accepted.
        assert queued >= page.locator("#numbers input:not(.accept)").count()
        page.click("nav a[href='#review']")
        expect(page.locator("#figures dd").first).to_have_text(str(queued))


def free_port():
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return listener.getsockname()[1]
