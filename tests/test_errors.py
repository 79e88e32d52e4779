"""What is wrong and what to do, in the words of the place where it is told."""

import ast
import json
import re
from pathlib import Path

import numpy as np
import pytest
from places import EXAMPLES
from serving import ask

import shuzi
from shuzi import errors
from shuzi.errors import UsageError, extra, one_of, way
from shuzi.web.app import create_app
from shuzi.web.settings import Settings

LARGE = np.zeros((400, 400), np.uint8)


@pytest.mark.parametrize(
    ("place", "words"),
    [
        ("command", "--as must be auto or page, not form; --set lr=1"),
        ("python", "kind must be auto or page, not form; settings=['lr=1']"),
        ("http", "as must be auto or page, not form; --set lr=1"),
    ],
)
def test_each_place_has_its_words_for_the_same_facts(place, words):
    said = f"{way('as')} must be {one_of(['auto', 'page'])}, not form; {way('set', 'lr=1')}"
    assert UsageError(said).told(place)[0] == words


def test_an_option_is_named_as_its_parameter_where_nothing_else_is_said():
    error = UsageError("wrong", f"Change {way('target_error', 0.1)}.")
    assert error.told("command")[1] == "Change --target-error 0.1."
    assert error.remedy == "Change target_error='0.1'."


def test_python_is_told_of_parameters():
    with pytest.raises(UsageError, match=r"^kind must be auto, digit, number or page, not form"):
        shuzi.Reader(kind="form")
    with pytest.raises(UsageError, match=r"^target_error must be from 0 up to 1, not 2"):
        shuzi.Reader(target_error=2)
    with pytest.raises(shuzi.ShuziError, match=r"limit with max_pixels \("):
        shuzi.Reader(max_pixels=100).read(LARGE)


def test_the_command_line_is_told_of_options(refused):
    said = refused(2, "read", "--as", "form", EXAMPLES / "3.png")
    assert "--as must be auto, digit, number or page, not form" in said
    assert "raise the limit with --max-pixels (" in refused(
        5, "read", "--max-pixels", 100, EXAMPLES / "3.png"
    )


def test_json_of_the_command_line_is_told_of_options(command):
    done = command("read", "--json", "--max-pixels", 100, EXAMPLES / "3.png", EXAMPLES / "page.jpg")
    assert "--max-pixels (" in json.loads(done.stdout.splitlines()[0])["error"]["remedy"]


def test_a_client_is_told_of_the_service():
    app = create_app(Settings(max_pixels=100))
    answer = ask(app, "POST", "/api/v1/read", content=(EXAMPLES / "3.png").read_bytes())
    assert "--max-pixels of `shuzi serve`" in answer.json()["remedy"]


def test_an_extra_is_installed_from_where_shuzi_was():
    command = extra("web")
    checkout = re.match(r"In (.*): pip install -c constraints.txt \"\.\[web\]\"", command)
    assert checkout is None or (Path(checkout.group(1)) / "pyproject.toml").is_file()
    assert checkout is not None or command == 'pip install "shuzi[web]"'


def test_errors_name_options_in_no_words_of_one_place():
    """The service's own start is told on the command line alone."""
    package = Path(shuzi.__file__).parent
    for path in package.rglob("*.py"):
        calls = (n for n in ast.walk(ast.parse(path.read_text())) if isinstance(n, ast.Call))
        raised = [c for c in calls if re.search(r"Error$|Interrupted$", ast.unparse(c.func))]
        if path.parent.name != "cli" and path.name != "server.py":
            assert not re.search(r"--[a-z]", "".join(map(ast.unparse, raised))), path


def test_every_error_has_a_usual_remedy_in_every_place():
    for kind in vars(errors).values():
        if isinstance(kind, type) and issubclass(kind, errors.ShuziError):
            for place in ("command", "python", "http"):
                message, remedy = kind("wrong").told(place)
                assert message == "wrong"
                assert remedy
                assert "\x02" not in remedy
