"""Pictures are read, shown with their boxes, corrected and taken away."""

import csv
import json
import re
from pathlib import Path

import pytest
from PIL import Image
from sizes import DESKTOP, PHONE

sync_api = pytest.importorskip("playwright.sync_api")
expect = sync_api.expect

EXAMPLES = Path(__file__).parents[2] / "examples"
PAGE = EXAMPLES / "page.jpg"
NUMBERS = ["25", "378", "52", "835", "7", "2238", "58", "3"]


@pytest.fixture
def reading(browse, service):
    """The screen with the page read."""
    page = browse(f"{service}#read")
    page.set_input_files("#file", PAGE)
    expect(fields(page)).to_have_count(len(NUMBERS))
    return page


def fields(page):
    return page.locator("#numbers input")


def values(page):
    return fields(page).evaluate_all("fields => fields.map(field => field.value)")


def download(page, button):
    with page.expect_download() as found:
        page.click(button)
    return Path(found.value.path()).read_text()


def give(page, kind, path):
    """Drop or paste a file, as the browser tells of it."""
    page.evaluate(
        """([kind, name, content]) => {
            const data = new DataTransfer();
            data.items.add(new File([new Uint8Array(content)], name, { type: "image/png" }));
            const options = { bubbles: true, cancelable: true };
            const event = kind === "paste"
                ? new ClipboardEvent(kind, { ...options, clipboardData: data })
                : new DragEvent(kind, { ...options, dataTransfer: data });
            document.getElementById("drop").dispatchEvent(event);
        }""",
        [kind, path.name, list(path.read_bytes())],
    )


def test_a_dropped_picture_is_read_in_its_lines(browse, service):
    page = browse(f"{service}#read")
    give(page, "dragover", PAGE)
    assert "over" in page.locator("#drop").get_attribute("class")
    give(page, "drop", PAGE)
    expect(fields(page)).to_have_count(len(NUMBERS))
    assert values(page) == NUMBERS
    expect(page.locator("#numbers .line")).to_have_count(3)
    expect(page.locator("#picture rect")).to_have_count(len(NUMBERS))


@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_a_dropped_photo_is_read(browse, service, size):
    page = browse(f"{service}#read", size=size)
    give(page, "drop", EXAMPLES / "7-photo.jpg")
    expect(fields(page)).to_have_count(1)
    assert values(page) == ["7"]


def test_what_the_camera_took_is_read(browse, service):
    page = browse(f"{service}#read", size=PHONE, touch=True)
    page.set_input_files("#camera", EXAMPLES / "7-photo.jpg")
    expect(fields(page)).to_have_count(1)
    assert values(page) == ["7"]


def test_a_pasted_picture_is_read(browse, service):
    page = browse(f"{service}#read")
    give(page, "paste", EXAMPLES / "3.png")
    expect(fields(page)).to_have_count(1)
    assert values(page) == ["3"]


def test_a_box_lies_over_its_number(reading):
    # The picture is scaled; the box is where the service saw the 378.
    picture = reading.locator("#picture img").bounding_box()
    box = reading.locator("#picture rect").nth(1).bounding_box()
    natural = reading.locator("#picture img").evaluate("picture => picture.naturalWidth")
    known = [int(v) for v in box_of(reading, 1)]
    scale = picture["width"] / natural
    assert box["x"] == pytest.approx(picture["x"] + known[0] * scale, abs=4)
    assert box["width"] == pytest.approx(known[2] * scale, abs=8)


def box_of(page, place):
    rows = list(csv.DictReader(download(page, "#csv").splitlines()))
    return [rows[place][name] for name in ("x", "y", "width", "height")]


@pytest.mark.parametrize(("turn", "source"), [("0", "blob:"), ("90", "data:")])
def test_boxes_lie_over_the_pixels_that_were_read(browse, service, tmp_path, turn, source):
    photo = Image.open(PAGE)
    # Lying on its side, and a tag that says so.
    exif = photo.getexif()
    exif[0x0112] = 6
    photo.rotate(90, expand=True).save(tmp_path / "side.jpg", exif=exif)
    page = browse(f"{service}#read")
    page.locator("#rotate").evaluate("(select, turn) => { select.value = turn }", turn)
    page.set_input_files("#file", tmp_path / "side.jpg")
    picture = page.locator("#picture img")
    expect(picture).to_have_attribute("src", re.compile(f"^{source}"))
    size = picture.evaluate("picture => `0 0 ${picture.naturalWidth} ${picture.naturalHeight}`")
    expect(page.locator("#picture svg")).to_have_attribute("viewBox", size)
    if turn == "0":
        assert values(page) == NUMBERS


def test_a_page_that_was_turned_is_shown_as_it_was_read(browse, service, tmp_path):
    Image.open(PAGE).rotate(180).save(tmp_path / "down.png")
    page = browse(f"{service}#read")
    page.set_input_files("#file", tmp_path / "down.png")
    expect(fields(page)).to_have_count(len(NUMBERS))
    assert values(page) == NUMBERS
    expect(page.locator("#picture img")).to_have_attribute("src", re.compile("^data:"))


def test_a_field_lights_its_box_and_a_box_its_field(reading):
    boxes = reading.locator("#picture rect")
    fields(reading).nth(2).focus()
    assert "lit" in boxes.nth(2).get_attribute("class")
    boxes.nth(4).hover()
    assert "lit" in fields(reading).nth(4).get_attribute("class")
    boxes.nth(5).click()
    expect(fields(reading).nth(5)).to_be_focused()


def test_a_number_is_corrected_in_place_and_taken_away(reading):
    fields(reading).nth(2).fill("53")
    reading.keyboard.press("Enter")
    fields(reading).nth(7).fill("")
    reading.keyboard.press("Tab")
    rows = list(csv.DictReader(download(reading, "#csv").splitlines()))
    assert [row["text"] for row in rows] == ["25", "378", "53", *NUMBERS[3:]]
    assert [row["decision"] for row in rows][2::5] == ["accept", "reject"]
    numbers = json.loads(download(reading, "#json"))["numbers"]
    assert numbers[2]["read_as"] == "52"
    assert "read_as" not in numbers[1]
    label = re.compile("Number 3 of line 1: read as 52, .* sure, corrected by you")
    expect(fields(reading).nth(2)).to_have_attribute("aria-label", label)


def test_the_downloads_are_what_the_command_line_says(reading, command):
    known = json.loads(command("read", "--json", PAGE).stdout)
    found = json.loads(download(reading, "#json"))
    assert found | {"source": ""} == known | {"source": ""}
    rows = command("read", "--csv", PAGE).stdout.replace(str(PAGE), "page.jpg")
    assert download(reading, "#csv") == rows


def test_copying_gives_the_lines(reading):
    reading.context.grant_permissions(["clipboard-read", "clipboard-write"])
    reading.click("#copy")
    expect(reading.locator("#read-done")).to_have_text("Copied.")
    text = reading.evaluate("navigator.clipboard.readText()")
    assert text == "25 378 52\n835 7 2238\n58 3"


def test_several_files_are_several_pages(browse, service):
    page = browse(f"{service}#read", size=PHONE)
    page.set_input_files("#file", [PAGE, EXAMPLES / "3.png"])
    expect(page.locator("#page-place")).to_have_text("Page 1 of 2")
    page.click("#page-after")
    expect(page.locator("#read-name")).to_have_text("3.png")
    assert values(page) == ["3"]
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]


def test_each_of_several_files_has_its_own_result_or_error(browse, service, tmp_path):
    notes = tmp_path / "notes-whose-name-is-too-long-for-a-line.txt"
    notes.write_text("none")
    names = [PAGE, notes, EXAMPLES / "blank.jpg"]
    page = browse(f"{service}#read", size=PHONE)
    page.set_input_files("#file", names)
    files = page.locator("#files button")
    expect(files).to_have_count(3)
    said = ["8 numbers, 0 to review", "could not be read", "no number found"]
    for i, text in enumerate(said):
        expect(files.nth(i)).to_contain_text(names[i].name)
        expect(files.nth(i)).to_contain_text(text)
    assert files.nth(1).bounding_box()["height"] == files.nth(0).bounding_box()["height"]
    expect(page.locator("#read-wrong")).to_be_hidden()
    files.nth(1).click()
    expect(page.locator("#read-wrong")).to_contain_text("That is not a picture or a PDF.")
    expect(page.locator("#picture")).to_be_hidden()
    expect(files.nth(1)).to_be_focused()
    rows = list(csv.DictReader(download(page, "#csv").splitlines()))
    assert [row["source"] for row in rows[7:]] == ["page.jpg", notes.name, "blank.jpg"]
    assert rows[8]["error"].startswith("That is not a picture")
    assert rows[9]["decision"] == "none"
    objects = [json.loads(line) for line in download(page, "#json").splitlines()]
    assert [set(found) >= {"error"} for found in objects] == [False, True, False]


def test_a_number_of_nine_digits_fits_its_field_on_a_phone(browse, service, tmp_path):
    digits = Image.open(EXAMPLES / "number-2753.jpg").convert("L")
    long = Image.new("L", (3 * digits.width, digits.height), 226)
    for i in range(3):
        long.paste(digits, (i * digits.width, 0))
    long.save(tmp_path / "long.png")
    page = browse(f"{service}#read", size=PHONE)
    page.set_input_files("#file", tmp_path / "long.png")
    expect(fields(page)).not_to_have_count(0)
    field = fields(page).first
    field.fill("523785738")
    page.keyboard.press("Tab")
    assert field.evaluate("field => field.scrollWidth <= field.clientWidth")


def test_a_pdf_is_shown_and_read_page_by_page(browse, service, tmp_path):
    first, second = Image.open(PAGE), Image.open(EXAMPLES / "number-2753.jpg")
    first.save(tmp_path / "two.pdf", save_all=True, append_images=[second.convert("RGB")])
    page = browse(f"{service}#read")
    page.set_input_files("#file", tmp_path / "two.pdf")
    expect(page.locator("#page-place")).to_have_text("Page 1 of 2")
    shown = "picture => picture.complete && picture.naturalWidth > 0"
    assert page.locator("#picture img").evaluate(shown)
    assert page.locator("#picture img").get_attribute("src").startswith("data:image/jpeg")
    page.click("#page-after")
    assert values(page) == ["2753"]


def test_what_is_no_picture_is_refused_in_words(browse, service, tmp_path):
    (tmp_path / "evil.svg").write_text("<svg xmlns='http://www.w3.org/2000/svg'><script/></svg>")
    page = browse(f"{service}#read")
    page.set_input_files("#file", tmp_path / "evil.svg")
    expect(page.locator("#read-wrong")).to_be_visible()
    expect(page.locator("#read-wrong")).to_contain_text("That is not a picture or a PDF.")
    expect(page.locator("#picture img")).to_have_count(0)


def test_a_hostile_file_name_is_text(browse, service, tmp_path):
    name = "<img src=x onerror=alert(1)>.png"
    (tmp_path / name).write_bytes((EXAMPLES / "3.png").read_bytes())
    page = browse(f"{service}#read")
    page.set_input_files("#file", tmp_path / name)
    expect(fields(page)).to_have_count(1)
    expect(page.locator("#read-name img")).to_have_count(0)


def test_the_csv_runs_nothing_in_a_spreadsheet(browse, service, tmp_path):
    (tmp_path / "=1+1.png").write_bytes((EXAMPLES / "3.png").read_bytes())
    page = browse(f"{service}#read")
    page.set_input_files("#file", tmp_path / "=1+1.png")
    expect(fields(page)).to_have_count(1)
    (row,) = csv.DictReader(download(page, "#csv").splitlines())
    assert row["source"] == "'=1+1.png"


def test_what_numbers_look_like_decides_what_is_for_review(reading):
    reading.locator("details:has(#expect) summary").click()
    reading.fill("#expect", "0..99 ddd")
    reading.locator("#expect").blur()
    expect(reading.locator("#read-state")).to_have_text("8 numbers, 1 to review")
