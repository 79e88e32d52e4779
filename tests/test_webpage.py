"""The report that opens from a file."""

import re
from html.parser import HTMLParser

import numpy as np
import pytest

import shuzi
from shuzi.evaluation.webpage import write_page


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
        if tag not in ("meta", "img", "input"):
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
    wrong = round(report[0].n * (1 - report[0].accuracy))
    assert len(outline.sources) == 3 + min(wrong, 40)
    assert all(source.startswith("data:image/png;base64,") for source in outline.sources)
    assert "<script" not in report[1]


def test_every_table_has_a_caption(report):
    outline = Outline(report[1])
    assert outline.tables == outline.captions == 9


def test_the_page_says_what_was_found(report):
    found, text = report
    for share in (found.accuracy, found.sets[0].accuracy, found.corruptions["zigzag"]):
        assert f"<td>{100 * share:.2f} %</td>" in text
    assert "Tested on data other than MNIST (" in text
    assert "测试数据：非 MNIST 的数据（" in text
    assert f"<td>{found.refusals[0].roc_area:.4f}</td>" in text
    assert len(re.findall(r"<tr><th scope=\"row\">\d\.\d{4}<", text)) == 8
    assert len(re.findall(r"<th scope=\"row\">\d</th><td class", text)) == 10


def test_the_page_has_precision_recall_and_f1_of_each_digit(report):
    found, text = report
    for shares in (found.precision_by_class, found.accuracy_by_class, found.f1_by_class):
        cells = (f"<td>{100 * share:.2f} %</td>" for share in shares)
        assert f"</th>{''.join(cells)}</tr>" in text


def test_names_are_escaped(report):
    assert "o&lt;b&gt;thers" in report[1]


def test_the_page_bends_to_phones_and_to_the_dark(report):
    assert 'name="viewport"' in report[1]
    assert "prefers-color-scheme: dark" in report[1]


def test_the_page_says_how_the_run_was_trained(report, run):
    text = report[1]
    assert '<tr><th scope="row" translate="no">hidden</th><td>64,32</td></tr>' in text
    assert "convolutions" not in text
    assert "No single command trains it again" in text
    page = (run.folder / "report.html").read_text()
    assert "data:image/png;base64," in page


def test_every_sentence_is_there_in_both_languages(report):
    spans = re.findall(r'<span lang="(en|zh)">(.*?)</span>', report[1], re.DOTALL)
    languages = [language for language, _ in spans]
    assert languages == ["en", "zh"] * (len(spans) // 2)
    assert len(spans) > 60
    chinese = [said for language, said in spans if language == "zh"]
    assert all(re.search("[\u4e00-\u9fff]", said) for said in chinese)


def test_a_damaged_record_leaves_its_parts_out(tmp_path):
    record = {
        "applies": {"lr": 1},
        "recipe": 3,
        "data": [],
        "seconds": "",
        "diagnosis": [{"kind": 3}],
    }
    write_page(tmp_path / "report.html", "x", record, tmp_path)
    assert "It does not learn" not in (tmp_path / "report.html").read_text()
    write_page(tmp_path / "report.html", "x", {"recipe": "none"})
