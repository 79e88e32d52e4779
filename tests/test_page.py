"""Pages travel as JSON."""

import json

from shuzi.page import Box, Number, Page

NUMBER = Number(
    text="7", confidence=0.9, box=Box(1, 2, 3, 4), probabilities=(0.0,) * 7 + (0.9, 0.1, 0.0)
)
PAGE = Page(source="a.png", width=10, height=20, numbers=(NUMBER,))


def test_a_page_comes_back_from_json():
    assert Page.from_dict(json.loads(json.dumps(PAGE.to_dict()))) == PAGE


def test_the_names_of_json_are_these():
    page = PAGE.to_dict()
    assert list(page) == ["source", "width", "height", "numbers"]
    assert list(page["numbers"][0]) == ["text", "confidence", "box", "probabilities"]
    assert page["numbers"][0]["box"] == [1, 2, 3, 4]


def test_text_is_the_numbers():
    assert PAGE.text() == "7"
    assert Page(source="", width=1, height=1, numbers=()).text() == ""
