"""The documents say what is so."""

import re
import subprocess
import sys
import warnings
from functools import cache
from pathlib import Path

import pytest

import shuzi
from shuzi import errors
from shuzi.training.recipes import NUMBER, PAGE, RECIPES, knobs

ROOT = Path(__file__).parent.parent
DOCUMENTS = [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")]
BOTH = sorted(
    str(path.relative_to(ROOT)).removesuffix(".zh.md") for path in DOCUMENTS if ".zh." in path.name
)
"""Documents that there are in both languages."""
COMMANDS = {
    *(
        "read",
        "batch",
        "train",
        "evaluate",
        "compare",
        "predict",
        "export",
        "card",
        "recipes",
        "synth",
        "serve",
    ),
    *("data fetch", "data show", "data convert", "review status", "review export"),
}


def blocks(name, language):
    """The fenced blocks of a language in a document."""
    return re.findall(rf"```{language}\n(.*?)```", (ROOT / name).read_text(), re.DOTALL)


def command_lines(name):
    """Every shuzi command in a document's blocks, as lists of words."""
    lines = "\n".join(blocks(name, "sh")).replace("&&", "\n").splitlines()
    return [line.split()[1:] for line in lines if line.strip().startswith("shuzi ")]


@pytest.mark.parametrize("name", BOTH)
def test_both_languages_name_the_same_commands(name):
    assert blocks(f"{name}.md", "sh") == blocks(f"{name}.zh.md", "sh")
    assert blocks(f"{name}.md", "python") == blocks(f"{name}.zh.md", "python")


@pytest.mark.parametrize("name", BOTH)
def test_both_languages_have_the_same_headings_and_figures(name):
    texts = [(ROOT / f"{name}{end}.md").read_text() for end in ("", ".zh")]
    assert len({text.count("\n## ") for text in texts}) == 1
    tables = [re.findall(r"\| *([\d.]+) *(?=\|)", text) for text in texts]
    assert tables[0] == tables[1]


def test_every_command_is_in_the_documents():
    written = {" ".join(words[:2]) for path in DOCUMENTS for words in command_lines(path)}
    missing = {c for c in COMMANDS if not any(w.startswith(c) for w in written)}
    # Listed in a sentence, not run in a block.
    assert missing <= {"recipes"}
    assert "`shuzi recipes`" in (ROOT / "README.md").read_text()


@pytest.fixture(scope="module")
def help_of(programs):
    """The help of a command by its name, asked for once."""

    @cache
    def said(name):
        done = programs.run("-m", "shuzi", *name.split(), "--help")
        assert done.returncode == 0, done.stderr
        return done.stdout

    return said


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.name)
def test_every_option_in_a_document_exists(path, help_of):
    for words in command_lines(path):
        size = 2 if words[0] in ("data", "review") else 1
        name = " ".join(words[:size])
        assert name in COMMANDS
        for option in (word for word in words if word.startswith("-")):
            assert option.partition("=")[0] in help_of(name), f"{option} of {' '.join(words)}"


@pytest.mark.parametrize("name", sorted(COMMANDS))
def test_every_command_has_help_with_an_example(name, help_of):
    assert f"Example: shuzi {name}" in help_of(name)


def test_train_says_what_it_trains_without_a_recipe(help_of):
    assert "tutorial by default" in help_of("train")


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.name)
def test_links_lead_somewhere(path):
    for target in re.findall(r"\]\(([^)#]+)\)", path.read_text()):
        if not target.startswith("http"):
            assert (path.parent / target).exists(), target


def test_every_error_is_documented_with_its_code():
    kinds = [value for value in vars(errors).values() if isinstance(value, type)]
    kinds = [kind for kind in kinds if issubclass(kind, errors.ShuziError)]
    rows = re.findall(r"^\| (\d+) \| `(\w+)`", (ROOT / "docs/errors.md").read_text(), re.M)
    assert {name: int(code) for code, name in rows} == {k.__name__: k.exit_code for k in kinds}
    for kind in kinds:
        assert kind.usual
        assert (
            re.search(rf"{kind.__name__} +{kind.exit_code} +{kind.http_status} ", errors.__doc__)
            or kind is errors.ShuziError
        )


def test_the_public_names_are_these():
    assert set(shuzi.__all__) == {
        *("Box", "Dataset", "Digit", "Number", "Page", "Reader", "Recogniser", "ShuziError"),
        *("evaluate", "load_data", "read", "train"),
    }
    for name in shuzi.__all__:
        assert getattr(shuzi, name).__doc__
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        _ = shuzi.nothing


def test_the_module_lists_its_names():
    names = [name for name in dir(shuzi) if not name.startswith("__")]
    assert names == sorted(shuzi.__all__)
    words = [sys.executable, "-c", "help('shuzi')"]
    said = subprocess.run(words, capture_output=True, text=True, check=True).stdout
    assert all(re.search(rf"^    (class )?{name}\b.*\(", said, re.M) for name in names)


@pytest.mark.parametrize("missing", ["torch", "jinja2"])
def test_help_needs_no_extra(missing):
    code = f"""
import importlib.util, sys
sys.modules[{missing!r}] = None
find = importlib.util.find_spec
importlib.util.find_spec = lambda name: None if name == {missing!r} else find(name)
help("shuzi")
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert "class Reader" in done.stdout


def test_the_readmes_first_command_reads_a_digit(command):
    first = blocks("README.md", "sh")[0]
    words = first.split("&& shuzi ")[1].split()
    done = command(*words[:-1], ROOT / words[-1])
    shown = re.search(r"```\n(examples.*?)\n```", (ROOT / "README.md").read_text()).group(1)
    assert done.stdout.replace(f"{ROOT}/", "").strip() == shown


def test_what_the_documents_show_of_reading_is_printed(command, tmp_path):
    (tmp_path / "examples").symlink_to(ROOT / "examples")
    line = next(line for line in command_lines("docs/read.md") if "examples/form.jpg" in line)
    printed = command(*line).stdout
    for name in ("docs/read.md", "docs/read.zh.md"):
        assert f"```\n{printed}```" in (ROOT / name).read_text()


def test_the_readme_is_short_and_begins_with_a_picture():
    for name in ("README.md", "README.zh.md"):
        lines = (ROOT / name).read_text().splitlines()
        assert len(lines) <= 120
        assert lines[4].startswith("![")


def test_ci_runs_the_readmes_test_command():
    test_command = next(block for block in blocks("README.md", "sh") if "make check" in block)
    assert test_command.strip() in (ROOT / ".ci" / "run").read_text()


def test_the_python_examples_run(programs, tmp_path, digits_npz):
    (tmp_path / "examples").symlink_to(ROOT / "examples")
    (tmp_path / "mnist.npz").symlink_to(digits_npz)
    code = "\n".join(blocks("docs/python.md", "python"))
    done = programs.run("-c", code, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "no digit" in done.stdout


def changed_lines():
    """Each old line of the tutorial, what Keras says of it, and the new one."""
    text = (ROOT / "docs/tutorial.md").read_text()
    return re.findall(r"^\| `(.+?)` \| (.+?) \| `(.+?)` \| .+ \|$", text, re.M)


@pytest.fixture(scope="module")
def keras_names():
    """What the tutorial's lines are about."""
    pytest.importorskip("keras")
    names = {}
    exec(
        "import numpy as np, keras\n"
        "from keras.layers import Dense\nfrom keras.optimizers import SGD\n"
        "from keras.optimizers.schedules import InverseTimeDecay\n"
        "from keras.utils import to_categorical\n"
        "x, labels = np.random.rand(20, 784), np.arange(20) % 10\ny = np.eye(10)[labels]\n"
        "model = keras.Sequential([keras.Input((784,)), Dense(10, activation='softmax')])\n"
        "model.compile('sgd', 'categorical_crossentropy', metrics=['accuracy'])\n"
        "history = model.fit(x, y, verbose=0)\n",
        names,
    )
    return names


@pytest.mark.parametrize(("old", "says", "new"), changed_lines(), ids=lambda text: text[:30])
def test_keras_refuses_the_old_line_and_takes_the_new_one(keras_names, old, says, new):
    with warnings.catch_warnings(), pytest.raises(Exception) as caught:
        warnings.simplefilter("error")
        exec(old, keras_names)
    assert says in str(caught.value).replace("`", "")
    exec(new, keras_names)


def test_the_tutorials_code_is_the_example_that_runs(programs, digits_npz):
    assert len(changed_lines()) == 13
    done = programs.run(ROOT / "examples/tutorial.py", digits_npz, "--epochs", "1")
    assert done.returncode == 0, done.stderr
    assert re.search(r"^\d+ of 297 test images are read right$", done.stdout, re.M)
    example = {line.strip() for line in (ROOT / "examples/tutorial.py").read_text().splitlines()}
    written = blocks("docs/tutorial.md", "python")[0].splitlines()
    # The names of the file and the numbers of images and epochs are options there.
    assert len({line.strip() for line in written} - example) == 3


def test_the_tutorials_steps_run_in_python(programs, tmp_path, digits_npz):
    (tmp_path / "mnist.npz").symlink_to(digits_npz)
    code = blocks("docs/tutorial.md", "python")[1]
    done = programs.run("-c", code, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert re.search(r"\(297, 10\) .* of 297", done.stdout)


def test_the_tutorials_command_is_the_recipe():
    (words,) = [w for w in command_lines("docs/tutorial.md") if "units=500,500" in w]
    settings = [word for word in words if "=" in word]
    assert RECIPES["tutorial"].with_settings(settings) == RECIPES["tutorial"]


def test_the_tutorial_names_every_knob():
    text = (ROOT / "docs/tutorial.md").read_text()
    tutorial = ("hidden", "activation", "dropout", "lr", "decay", "momentum", "nesterov")
    for name in (*tutorial, "batch_size", "epochs", "shuffle", "validation_split", "scale"):
        assert name in knobs()
        assert f"`{name}" in text


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.name)
def test_recipes_in_the_documents_exist(path):
    for words in command_lines(path):
        if words[0] == "train" and not words[1].startswith("-"):
            assert words[1] in {*RECIPES, NUMBER.name, PAGE.name}


def test_the_tree_of_the_contributors_is_the_tree():
    text = (ROOT / "CONTRIBUTING.md").read_text()
    package = ROOT / "src" / "shuzi"
    for path in package.iterdir():
        if not path.name.startswith(("_", "py.typed")):
            assert re.search(rf"^  {re.escape(path.name)}/? ", text, re.M), path.name
