"""Pages travel as JSON."""

import json
import re
from pathlib import Path

import pytest

from shuzi.decide import FLOOR
from shuzi.errors import DataError
from shuzi.recognise.transcriber import SURE
from shuzi.result import SCHEMA, Box, Digit, Number, Opinion, Page

SEVEN = Digit(text="7", confidence=0.9, box=Box(1, 2, 3, 4), alternatives=(("1", 0.1),))
NUMBER = Number(
    text="7",
    confidence=0.9,
    decision="accept",
    box=Box(1, 2, 3, 4),
    digits=(SEVEN,),
    probabilities=(0.0, 0.1, *(0.0,) * 5, 0.9, 0.0, 0.0),
    readers=(Opinion("shuzi", "7", 0.8), Opinion("another", "?7", 0.4)),
)
PAGE = Page(source="a.png", width=10, height=20, kind="digit", numbers=(NUMBER,))
DOCUMENT = (Path(__file__).parent.parent / "docs" / "json.md").read_text()


def test_a_page_comes_back_from_json():
    assert Page.from_dict(json.loads(json.dumps(PAGE.to_dict()))) == PAGE


def test_a_number_without_probabilities_and_readers_comes_back():
    number = Number(text="42", confidence=0.5, box=Box(0, 0, 1, 1), line=3)
    assert not {"probabilities", "readers"} & set(number.to_dict())
    assert Number.from_dict(number.to_dict()) == number


def test_what_is_no_page_is_refused_by_its_type():
    with pytest.raises(DataError, match="of type list"):
        Page.from_dict([])


def test_another_schema_is_refused():
    with pytest.raises(DataError, match="schema 99"):
        Page.from_dict(PAGE.to_dict() | {"schema": 99})


@pytest.mark.parametrize(
    ("heading", "values"),
    [
        ("Page", PAGE.to_dict()),
        ("Number", NUMBER.to_dict()),
        ("Digit", SEVEN.to_dict()),
    ],
)
def test_the_document_names_the_fields_in_order(heading, values):
    section = DOCUMENT.split(f"\n## {heading}\n")[1].split("\n## ")[0]
    assert re.findall(r"^\| `(\w+)` \|", section, re.M) == list(values)


def test_the_documents_example_is_a_page_of_this_schema():
    example = re.search(r"```json\n(.*?)```", DOCUMENT, re.DOTALL).group(1)
    values = json.loads(example)
    assert values["schema"] == SCHEMA
    assert Page.from_dict(values).to_dict() == values


def test_the_document_says_when_the_second_reader_is_asked_and_what_is_rejected():
    assert f"(below {SURE}, or" in DOCUMENT
    assert f"rejected below {FLOOR}," in DOCUMENT


def test_text_is_the_numbers_that_are_not_rejected():
    def number(text, line, decision="accept"):
        return Number(text=text, confidence=1, decision=decision, box=Box(0, 0, 1, 1), line=line)

    numbers = (number("1", 1), number("22", 1), number("9", 1, "reject"), number("3", 2, "review"))
    page = Page(source="", width=1, height=1, kind="page", numbers=numbers)
    assert page.text() == "1 22\n3"
    assert Page(source="", width=1, height=1, kind="page", numbers=()).text() == ""
