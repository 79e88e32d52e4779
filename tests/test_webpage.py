"""The report that opens from a file."""

import re
from html.parser import HTMLParser

import numpy as np
import pytest

import shuzi


class Outline(HTMLParser):
    """Which tags are open, what the captions say, what is loaded."""

    def __init__(self, text):
        super().__init__()
        self.open, self.captions, self.sources = [], 0, []
        self.tables = 0
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        named = dict(attributes)
        self.tables += tag == "table"
        self.captions += tag == "caption"
        if tag == "img":
            assert named["alt"]
        self.sources += [value for name, value in attributes if name in ("src", "href")]
        if tag not in ("meta", "img"):
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag


@pytest.fixture(scope="module")
def report(run, digits, tmp_path_factory):
    folder = tmp_path_factory.mktemp("sets")
    np.savez(folder / "o<b>thers.npz", x=digits.train_images[:40], y=digits.train_labels[:40])
    np.savez(folder / "not_digits.npz", x=digits.train_images[:20, ::-1].copy())
    out = tmp_path_factory.mktemp("report")
    found = shuzi.evaluate(run.folder, digits, out=out, sets=[folder], corruptions=True)
    return found, (out / "report.html").read_text()


def test_the_page_is_whole_and_needs_nothing_beside_it(report):
    outline = Outline(report[1])
    assert outline.open == []
    assert len(outline.sources) == 4
    assert all(source.startswith("data:image/png;base64,") for source in outline.sources)
    assert "<script" not in report[1]


def test_every_table_has_a_caption(report):
    outline = Outline(report[1])
    assert outline.tables == outline.captions == 6


def test_the_page_says_what_was_found(report):
    found, text = report
    for share in (found.accuracy, found.sets[0].accuracy, found.corruptions["zigzag"]):
        assert f"<td>{share:.2%}</td>" in text
    assert f"<td>{found.refusals[0].roc_area:.4f}</td>" in text
    assert len(re.findall(r"<tr><th scope=\"row\">", text)) == 4 + 8 + 1 + 1 + 16


def test_names_are_escaped(report):
    assert "o&lt;b&gt;thers" in report[1]


def test_the_page_bends_to_phones_and_to_the_dark(report):
    assert 'name="viewport"' in report[1]
    assert "prefers-color-scheme: dark" in report[1]
