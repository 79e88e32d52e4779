"""A newcomer's walk: own data of every form, the README, old code looked up, questions answered."""

import re
import shlex
import shutil
import zipfile

import forms
import numpy as np
import pytest
from places import EXAMPLES
from serving import serving
from test_docs import ROOT, blocks
from typer.main import get_command

from shuzi.cli.commands import app
from shuzi.errors import RecipeError, ShuziError
from shuzi.training.recipes import KERAS_NAMES, find_recipe

RUNS = re.compile(
    r"shuzi (data show|data convert|predict|recipes|compare|card)|.* --to (torch|onnx)"
)
"""Questions' commands that take a moment; the others are parsed."""
REFUSED = {
    "shuzi data show mnist.pkl.gz": "np.savez",
    "shuzi train tutorial --set nb_epoch=10": "--set epochs=10",
    "shuzi train tutorial --keras my.h5 --data mnist.npz": "load_model('my.h5').save('my.keras')",
}
"""Commands that the answer says are refused, and what they say."""


def lines(name):
    """The commands of a document, without what they set in the environment."""
    text = "\n".join(blocks(name, "sh")).replace("&&", "\n")
    return [re.sub(r"^\w+=\S+ ", "", line.strip()) for line in text.splitlines() if line.strip()]


@pytest.fixture
def shuzi(capsys):
    """Run a command line in this process; what it printed."""

    def run(line):
        app(args=shlex.split(line)[1:], prog_name="shuzi", standalone_mode=False)
        return capsys.readouterr().out

    return run


@pytest.fixture
def home(tmp_path, digits, monkeypatch):
    """A newcomer's folder: the examples, and the data that the documents' commands name."""
    few = x, y, xt, yt = forms.few(digits)
    np.savez(tmp_path / "mnist.npz", x_train=x, y_train=y, x_test=xt, y_test=yt)
    for form, name in (
        (forms.photos_of_digits, "photos"),
        (forms.kaggle, "digit-recognizer"),
        (forms.torchvision, "idx"),
    ):
        (tmp_path / name).mkdir()
        form(tmp_path / name, *few)
    np.savez(tmp_path / "one-hot.npz", images=x, labels=np.eye(10)[y])
    np.savez(tmp_path / "emnist.npz", x=x.transpose(0, 2, 1), y=y)
    np.savez(tmp_path / "scans.npz", x=255 - xt)
    (tmp_path / "mnist.pkl.gz").write_bytes(b"\x80\x04." + b"x" * 20)
    (tmp_path / "my.h5").write_bytes(b"\x89HDF\r\n\x1a\n")
    (tmp_path / "examples").symlink_to(EXAMPLES)
    (tmp_path / "scans").mkdir()
    (tmp_path / "手写").mkdir()
    for name in ("scans/a.png", "手写/3.png"):
        shutil.copy(EXAMPLES / "3.png", tmp_path / name)
    with zipfile.ZipFile(tmp_path / "archive.zip", "w") as archive:
        archive.write(EXAMPLES / "5-chalk.png", "5.png")
    monkeypatch.setenv("SHUZI_DATA", str(tmp_path / "mnist.npz"))
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize("form", [*forms.WITH_TESTS, *forms.OTHERS], ids=lambda form: form.__name__)
def test_data_of_each_form_trains_and_predicts(form, digits, tmp_path, shuzi):
    (tmp_path / "data").mkdir()
    path = form(tmp_path / "data", *forms.few(digits))
    run, out = tmp_path / "run", tmp_path / "out.csv"
    small = "--set epochs=1 --set convolutions=5x16s2"
    shuzi(f"shuzi train fast --data {path} {small} --out {run}")
    assert "Written to" in shuzi(f"shuzi predict {run} {path} -o {out}")
    assert len(out.read_text().splitlines()) > forms.TESTS


def test_the_readmes_commands_run(home, shuzi):
    served = []
    for line in lines("README.md"):
        if line.startswith("shuzi serve"):
            served.append(line)
        elif line.startswith("shuzi "):
            shuzi(line)
        else:
            assert line.startswith(("pip install -c constraints.txt ", "make check")), line
    assert served == ["shuzi serve --review reviews.db"]
    with serving("--review", "reviews.db", "--model", "runs/first") as client:
        assert client.get("/healthz").json()["status"] == "ok"
        answer = client.post("/api/v1/read", content=(EXAMPLES / "3.png").read_bytes()).json()
        assert len(answer["pages"][0]["numbers"]) == 1
    exec("\n".join(blocks("README.md", "python")), {})


def test_the_questions_commands_are_commands():
    command = get_command(app)
    for line in lines("docs/questions.md"):
        words = shlex.split(line)[1:]
        context = command.make_context("shuzi", words)
        name, sub, rest = command.resolve_command(context, words)
        if name in ("data", "review"):
            _, sub, rest = sub.resolve_command(context, rest)
        asked = sub.make_context(name, list(rest), parent=context).params
        if name == "train" and line not in REFUSED:
            find_recipe(asked["recipe"] or "tutorial").with_settings(asked["settings"] or [])


def test_the_questions_answers_are_so(home, run, shuzi):
    for name in ("first", "best", "kaggle", "five/seed-0", "five/seed-1"):
        shutil.copytree(run.folder, home / "runs" / name)
    ran = 0
    for line in lines("docs/questions.md"):
        if line in REFUSED:
            with pytest.raises(ShuziError) as caught:
                shuzi(line)
            assert REFUSED[line] in "\n".join(caught.value.told("command")), line
        elif RUNS.match(line):
            shuzi(line)
        elif line.startswith("shuzi read 手写"):
            assert ": 3 (" in shuzi(line)
        else:
            continue
        ran += 1
    assert ran > 15
    assert (home / "submission.csv").read_text().startswith("ImageId,Label\n1,")


def test_there_are_forty_questions_each_with_a_command():
    for name in ("docs/questions.md", "docs/questions.zh.md"):
        parts = re.split(r"^### (\d+)\. ", (ROOT / name).read_text(), flags=re.M)[1:]
        assert [int(n) for n in parts[::2]] == list(range(1, len(parts) // 2 + 1))
        assert len(parts) // 2 >= 40
        assert all("```sh\n" in body for body in parts[1::2])


OLD = ("class_mode=categorical", "show_accuracy=true", "nb_epoch=5", "metrics=accuracy")
OLD = (*OLD, "init=uniform", "output_dim=500", "validation_data=x", "callbacks=x", "verbose=1")


@pytest.mark.parametrize("setting", OLD)
def test_a_word_of_an_old_tutorial_is_told_what_became_of_it(setting):
    with pytest.raises(RecipeError) as caught:
        find_recipe("tutorial").with_settings([setting])
    name = setting.partition("=")[0]
    said = caught.value.told("command")[0]
    assert re.match(rf"{name}: .*(leave it out|--|glorot)", said)
    assert "Unknown field" not in said


def test_the_documents_hold_the_tutorials_old_words():
    text = (ROOT / "docs/questions.md").read_text()
    for word in ("lr=0.01", "decay=1e-6", "class_mode", "nb_epoch", "predict_classes", "'acc'"):
        assert word in text
    assert {"learning_rate", "optimizer", "units"} <= set(KERAS_NAMES)
