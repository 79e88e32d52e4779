"""The page speaks two languages, and every text of it."""

import re
from html.parser import HTMLParser
from pathlib import Path

import pytest
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
    unused = {key for key in unused if key.removesuffix(".own") not in named}
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


@pytest.mark.parametrize("name", ["draw", "read", "review", "learn"])
def test_no_english_is_left_on_a_chinese_screen(browse, service, name):
    page = browse(f"{service}#{name}", size=DESKTOP, locale="zh-CN")
    page.wait_for_load_state("networkidle")
    left_alone = page.locator("pre, [translate=no], [lang=en], table, #language")
    left_alone.evaluate_all("elements => elements.forEach((element) => element.remove())")
    text = page.locator("main").inner_text() + page.locator("nav").inner_text()
    left = set(re.findall(r"[A-Za-z]{3,}", text))
    names = {
        "shuzi",
        "PDF",
        "MNIST",
        "tanh",
        "dropout",
        "softmax",
        "Nesterov",
        "Alt",
        "CSV",
        "JSON",
    }
    assert left - names - {"short", "tutorial"} == set()
