"""Cards of models."""

import json
import os
import shutil
import subprocess
import sys

import onnx
import pytest

from shuzi.card import SHIPPED, load_card, save_card, to_markdown
from shuzi.errors import ModelError


@pytest.mark.parametrize("name", SHIPPED)
def test_a_shipped_model_has_its_own_card(name):
    card = load_card(SHIPPED[name])
    assert card["model"] == f"{name}.onnx"
    assert {"data", "recipe", "seed", "git_commit", "scores", "use", "limits"} <= card.keys()
    assert to_markdown(card) == SHIPPED[name].with_suffix(".md").read_text(encoding="utf-8")


@pytest.mark.parametrize("name", SHIPPED)
def test_a_shipped_model_names_no_machine(name):
    model = onnx.load(SHIPPED[name])
    assert b"site-packages" not in SHIPPED[name].read_bytes()
    assert not any(node.metadata_props or node.doc_string for node in model.graph.node)


@pytest.mark.parametrize("name", SHIPPED)
def test_a_shipped_model_is_small(name):
    assert SHIPPED[name].stat().st_size < (1e6 if name == "digit" else 4e6)


def test_a_run_has_a_card(run):
    assert load_card(run.folder)["recipe"]["name"] == "tutorial"
    assert load_card(run.folder / "model.onnx") == load_card(run.folder)


def test_a_card_is_utf_8_whatever_the_systems_encoding_is(tmp_path):
    shutil.copy(SHIPPED["digit"], tmp_path / "mine.onnx")
    code = "from pathlib import Path; from shuzi.card import save_card; "
    code += r"save_card(Path('mine.onnx'), {'data': '\u6570'})"
    ascii_only = {"LC_ALL": "C", "PYTHONCOERCECLOCALE": "0", "PYTHONUTF8": "0"}
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, env=os.environ | ascii_only, check=False
    )
    assert done.returncode == 0
    assert load_card(tmp_path / "mine.onnx")["data"] == "数"


def test_a_card_of_another_model_is_refused(tmp_path):
    for suffix in (".onnx", ".json"):
        shutil.copy(SHIPPED["digit"].with_suffix(suffix), tmp_path / f"mine{suffix}")
    with (tmp_path / "mine.onnx").open("ab") as file:
        file.write(b" ")
    with pytest.raises(ModelError, match=r"mine\.onnx was not written for it"):
        load_card(tmp_path / "mine.onnx")


@pytest.mark.parametrize("text", ["", "[1]", "{", "\x00"])
def test_a_damaged_card_is_refused(tmp_path, text):
    shutil.copy(SHIPPED["digit"], tmp_path / "mine.onnx")
    (tmp_path / "mine.json").write_text(text)
    with pytest.raises(ModelError, match=r"mine\.json is not a card"):
        load_card(tmp_path / "mine.onnx")


def test_a_model_without_a_card_is_refused(tmp_path):
    shutil.copy(SHIPPED["digit"], tmp_path / "mine.onnx")
    with pytest.raises(ModelError, match="no such file"):
        load_card(tmp_path / "mine.onnx")


def test_like_parts_become_a_table():
    scores = {"a": {"n": 10, "accuracy": 0.5}, "b": {"n": 20, "accuracy": 0.25}}
    assert to_markdown({"seed": 0, "scores": scores}).splitlines() == [
        "# Card of model.onnx",
        "",
        "- seed: 0",
        "",
        "## scores",
        "",
        "| | n | accuracy |",
        "|---|---|---|",
        "| a | 10 | 0.5 |",
        "| b | 20 | 0.25 |",
    ]


def test_a_card_is_saved_with_the_checksum(tmp_path):
    shutil.copy(SHIPPED["digit"], tmp_path / "mine.onnx")
    save_card(tmp_path / "mine.onnx", {"model": "mine.onnx"})
    assert len(json.loads((tmp_path / "mine.json").read_text())["sha256"]) == 64
    assert load_card(tmp_path / "mine.onnx")["model"] == "mine.onnx"


def test_the_command_prints_it(command):
    done = command("card", "number")
    assert done.stdout.startswith("# Card of number.onnx\n")
    assert json.loads(command("card", "--json").stdout) == load_card(SHIPPED["digit"])


@pytest.mark.parametrize(
    ("content", "said"),
    [(b'{"a":' * 60 + b"1" + b"}" * 60, "nested more than 50"), (b"[]", "is not an object")],
)
def test_a_card_that_is_none_of_ours_is_refused(tmp_path, content, said):
    (tmp_path / "model.onnx").write_bytes(b"")
    (tmp_path / "model.json").write_bytes(content)
    with pytest.raises(ModelError, match=said):
        load_card(tmp_path / "model.onnx")


def test_what_a_terminal_would_obey_is_not_in_a_cards_text():
    assert "\x1b" not in to_markdown({"model": "\x1b[31m", "\x1b": {"a": "\x1b"}, "b": "数"})
