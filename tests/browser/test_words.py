"""The page speaks two languages, and every text of it."""

import re
from html.parser import HTMLParser
from pathlib import Path

import httpx
import pytest
from pen import SEVEN, write
from places import EXAMPLES
from queue_of_digits import fill, read_digits
from reviewer import Reviewer
from serving import serving
from sizes import DESKTOP

import shuzi

sync_api = pytest.importorskip("playwright.sync_api")
expect = sync_api.expect

STATIC = Path(shuzi.__file__).parent / "web" / "static"
LOAD = "import('./words.js').then(({ words }) => words)"


class Texts(HTMLParser):
    """Keys that a page names, and its texts that have none."""

    def __init__(self):
        super().__init__()
        self.keys, self.bare, self.open = set(), [], []

    def handle_starttag(self, tag, attrs):
        values = dict(attrs)
        named = {values[n] for n in ("data-words", "data-words-label") if n in values}
        self.keys |= named
        said = {"aria-label", "title", "placeholder", "alt"} & {n for n in values if values[n]}
        self.bare += [f"{tag} {name}" for name in said]
        if tag not in ("meta", "link", "input", "img", "br"):
            self.open.append(bool(named) or values.get("translate") == "no")

    def handle_endtag(self, _):
        self.open.pop()

    def handle_data(self, data):
        if data.strip() and not any(self.open):
            self.bare.append(data.strip())


@pytest.fixture
def words(browse, service):
    return browse(service).evaluate(LOAD)


def test_both_languages_have_every_string(words):
    assert set(words) == {"en", "zh"}
    assert words["en"].keys() == words["zh"].keys()
    for key, text in words["en"].items():
        other = words["zh"][key]
        assert text.strip() and other.strip(), key
        holes = [set(re.findall(r"\{(\w+)\}", said)) for said in (text, other)]
        assert holes[0] == holes[1], key


def test_no_text_of_the_page_is_without_a_key(words):
    texts = Texts()
    texts.feed((STATIC / "index.html").read_text())
    assert texts.bare == []
    assert texts.keys <= words["en"].keys()


def test_every_key_of_a_module_is_known_and_every_string_is_used(words):
    modules = "".join(p.read_text() for p in STATIC.glob("*.js") if p.name != "words.js")
    named = set(re.findall(r'"([a-z_]+(?:\.[\w.]+)+)"', modules)) - {"shuzi.language"}
    named = {key for key in named if not key.startswith("shuzi.") and not key.endswith(".js")}
    assert named <= words["en"].keys()
    made = tuple(re.findall(r"`([a-z]+\.[a-z.]*)\$\{", modules))
    page = (STATIC / "index.html").read_text()
    unused = {k for k in words["en"] if k not in named and f'"{k}"' not in page}
    unused = {k for k in unused if re.sub(r"\.(own|none)$", "", k) not in named}
    assert {key for key in unused if not key.startswith(made)} == set()


@pytest.mark.parametrize(
    ("locale", "said"), [("en-US", "Draw"), ("zh-TW", "手写"), ("de-DE", "Draw")]
)
def test_the_browsers_language_comes_first(browse, service, locale, said):
    page = browse(service, locale=locale)
    expect(page.locator("nav a").first).to_have_text(said)


def test_a_switched_language_is_remembered_on_every_screen(browse, service):
    page = browse(service)
    page.click("#language")
    expect(page.locator("html")).to_have_attribute("lang", "zh-CN")
    page.goto(f"{service}#read")
    page.reload()
    expect(page.locator("#screen-read h1")).to_have_text("识别图片")
    expect(page.locator("#language")).to_have_text("English")


NAMES = {
    "shuzi",
    "PDF",
    "MNIST",
    "tanh",
    "dropout",
    "softmax",
    "one",
    "hot",
    "Nesterov",
    "Alt",
    "CSV",
    "JSON",
}


def english(page):
    """The English words on the page, without names and what is data."""
    left_alone = page.locator("pre, [translate=no], [lang=en], table, #language")
    left_alone.evaluate_all("elements => elements.forEach((element) => element.remove())")
    text = page.locator("main").inner_text() + page.locator("nav").inner_text()
    return set(re.findall(r"[A-Za-z]{3,}", text)) - NAMES


@pytest.mark.parametrize("name", ["draw", "read", "review", "learn"])
def test_no_english_is_left_on_a_chinese_screen(browse, service, name):
    page = browse(f"{service}#{name}", size=DESKTOP, locale="zh-CN")
    page.wait_for_load_state("networkidle")
    assert english(page) - {"short", "tutorial"} == set()


def test_no_english_is_left_where_one_draws_and_reads_in_chinese(browse, service):
    page = browse(service, locale="zh-CN")
    write(page, SEVEN)
    expect(page.locator("#answer-sure")).to_contain_text("置信度")
    assert english(page) == set()
    page = browse(f"{service}#read", locale="zh-CN")
    page.set_input_files("#file", EXAMPLES / "page.jpg")
    expect(page.locator("#read-state")).to_have_text("8 个数字，0 个待复核")
    labels = page.locator("#numbers input").evaluate_all("all => all.map(field => field.title)")
    assert all(label.startswith("第 ") for label in labels)
    assert english(page) - {"page", "jpg"} == set()


@pytest.mark.parametrize("how", ["one", "group"])
def test_no_english_is_left_where_one_reviews_in_chinese(browse, digits, tmp_path, how):
    place = tmp_path / "reviews.db"
    truths = fill(place, read_digits(digits), 5)
    with serving("--review", place) as client:
        page = browse(f"{client.base_url}#review", locale="zh-CN")
        Reviewer(page, truths).start(how)
        expect(page.locator(f"#review-{how}")).to_be_visible()
        assert english(page) - {"form", "png"} == set()


def test_every_error_of_the_service_has_words(service, words):
    document = httpx.get(f"{service}api/v1/openapi.json").json()
    answers = [
        operation["responses"] for p in document["paths"].values() for operation in p.values()
    ]
    statuses = {status for answer in answers for status in answer if status >= "400"}
    # The login asks for a token, a lost lease is not an error to the reviewer.
    told = statuses - {"401", "409", "410"} | {"0", "500", "507"}
    assert len(told) > 10
    assert {f"error.{status}" for status in told} - words["en"].keys() == set()


def test_an_error_is_told_in_the_pages_language(browse, service, tmp_path):
    page = browse(f"{service}#read", locale="zh-CN")
    notice = page.locator("#read-wrong")
    (tmp_path / "a.svg").write_text("<svg/>")
    page.set_input_files("#file", tmp_path / "a.svg")
    expect(notice).to_contain_text("这不是图片，也不是 PDF。")
    formats = {"PDF", "PNG", "JPEG", "WebP", "BMP", "GIF", "TIFF", "AVIF", "HEIC"}
    assert set(re.findall("[A-Za-z]{3,}", notice.inner_text())) == formats
    page.click("#language")
    expect(notice).to_contain_text("That is not a picture or a PDF.")
    (tmp_path / "cut.png").write_bytes((EXAMPLES / "3.png").read_bytes()[:-500])
    page.set_input_files("#file", tmp_path / "cut.png")
    expect(notice).to_contain_text("This file cannot be read. cut.png is damaged or cut short")


def test_a_queue_that_cannot_be_used_is_told_in_chinese(browse, tmp_path):
    own = tmp_path / "shuzi" / "reviews.db"
    own.parent.mkdir()
    own.write_text("no database, only some text")
    with serving(XDG_DATA_HOME=str(tmp_path)) as client:
        page = browse(f"{client.base_url}#review", locale="zh-CN")
        Reviewer(page, {}).start("one")
        expect(page.locator("#review-state")).to_contain_text("复核队列暂时无法使用")
        assert english(page) == set()
