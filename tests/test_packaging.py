"""The wheel and the sdist: built, looked into, installed and run."""

import re
import subprocess
import sys
import tarfile
import tomllib
import zipfile
from email import message_from_string
from pathlib import Path

import pytest
import yaml

import shuzi

ROOT = Path(__file__).parent.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())
SOURCE = PROJECT["project"]["urls"]["Source"]
TOP = {*PROJECT["tool"]["hatch"]["build"]["targets"]["sdist"]["only-include"], "PKG-INFO"}
STRAY = re.compile(r"__pycache__|\.(pyc|db|npz|safetensors|log)$|(^|/)(runs|dist|site)/")


def build(folder, kind, out):
    """What hatchling makes of a source folder."""
    code = f"import hatchling.build as b; print(b.build_{kind}({str(out)!r}))"
    words = [sys.executable, "-c", code]
    done = subprocess.run(words, cwd=folder, capture_output=True, text=True, check=True)
    return out / done.stdout.splitlines()[-1]


@pytest.fixture(scope="module")
def sdist(tmp_path_factory):
    return build(ROOT, "sdist", tmp_path_factory.mktemp("sdist"))


@pytest.fixture(scope="module")
def wheel(sdist, tmp_path_factory):
    """Of the sdist, as pip makes it."""
    folder = tmp_path_factory.mktemp("source")
    with tarfile.open(sdist) as archive:
        archive.extractall(folder, filter="data")
    return build(next(folder.iterdir()), "wheel", tmp_path_factory.mktemp("wheel"))


def test_the_sdist_holds_what_the_project_names(sdist):
    with tarfile.open(sdist) as archive:
        names = [name.split("/", 1)[1] for name in archive.getnames()]
    # Hatchling adds the .gitignore.
    assert {name.split("/")[0] for name in names} - {".gitignore"} == TOP
    assert [name for name in names if STRAY.search(name)] == []


def test_the_wheel_holds_every_file_of_the_package(wheel):
    with zipfile.ZipFile(wheel) as archive:
        names = {name for name in archive.namelist() if name.startswith("shuzi/")}
    package = ROOT / "src" / "shuzi"
    files = [p for p in package.rglob("*") if p.is_file() and "__pycache__" not in p.parts]
    assert names == {f"shuzi/{path.relative_to(package).as_posix()}" for path in files}
    assert "shuzi/py.typed" in names


def test_the_installed_wheel_reads_a_digit(wheel, tmp_path):
    words = ["pip", "install", "-q", "--no-deps", "--no-index", "--target", str(tmp_path)]
    subprocess.run([sys.executable, "-m", *words, str(wheel)], check=True)
    code = "import shuzi; print(shuzi.__file__, shuzi.read('examples/3.png').text())"
    (tmp_path / "examples").symlink_to(ROOT / "examples")
    environment = {"PYTHONPATH": str(tmp_path), "PATH": ""}
    words = [sys.executable, "-c", code]
    said = subprocess.run(
        words, cwd=tmp_path, env=environment, capture_output=True, text=True, check=True
    ).stdout
    assert said.split() == [str(tmp_path / "shuzi" / "__init__.py"), "3"]
    assert (tmp_path / "bin" / "shuzi").exists()


def test_the_metadata_says_who_where_and_which(wheel):
    with zipfile.ZipFile(wheel) as archive:
        (name,) = [n for n in archive.namelist() if n.endswith(".dist-info/METADATA")]
        metadata = message_from_string(archive.read(name).decode())
    assert metadata["Version"] == shuzi.__version__
    assert metadata["Author"] or metadata["Author-Email"]
    assert "Typing :: Typed" in metadata.get_all("Classifier")
    shown = metadata.get_payload()
    links = re.findall(r"\]\(([^)#]+)", shown)
    assert links
    for link in links:
        assert link.startswith("http"), link
        here = re.sub(r"^https://[^/]+/[^/]+/[^/]+/(blob/)?main/", "", link)
        assert here == link or (ROOT / here).exists(), link


def test_every_file_that_names_the_repository_names_the_same():
    owner = SOURCE.removeprefix("https://github.com/")
    files = [ROOT / name for name in ("README.md", "README.zh.md", "CONTRIBUTING.md", "mkdocs.yml")]
    files += [*(ROOT / ".github").rglob("*.yml"), ROOT / "pyproject.toml"]
    for path in files:
        text = path.read_text()
        for found in re.findall(r"github(?:usercontent)?\.com/(shuzi[\w-]*/[\w-]+)", text):
            assert found == owner, path


def test_continuous_integration_runs_on_every_python_that_the_metadata_names():
    text = (ROOT / ".github" / "workflows" / "ci.yml").read_text()
    matrix = yaml.safe_load(text)["jobs"]["test"]["strategy"]["matrix"]
    said = "\n".join(PROJECT["project"]["classifiers"])
    assert matrix["python"] == re.findall(r"Python :: (3\.\d+)", said)
    assert {name.split("-")[0] for name in matrix["os"]} == {"ubuntu", "macos", "windows"}


def test_the_newest_notes_are_of_this_version():
    newest = re.search(r"^## (\S+)", (ROOT / "CHANGELOG.md").read_text(), re.M).group(1)
    assert newest == shuzi.__version__
