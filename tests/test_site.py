"""The documentation site builds, and nothing on it leads nowhere."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

import shuzi

ROOT = Path(__file__).parent.parent


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    """Built with warnings as errors."""
    out = tmp_path_factory.mktemp("site")
    words = [sys.executable, "-m", "mkdocs", "build", "--strict", "--quiet", "--site-dir", str(out)]
    environment = os.environ | {"NO_MKDOCS_2_WARNING": "1"}
    done = subprocess.run(
        words, cwd=ROOT, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return out


def test_every_document_is_a_page_in_its_language(site):
    for path in (ROOT / "docs").glob("*.md"):
        name, *language = path.name.removesuffix(".md").split(".")
        page = "" if name == "index" else name
        assert (site.joinpath(*language) / page / "index.html").exists(), path.name


def test_the_reference_has_every_public_name(site):
    text = (site / "api" / "index.html").read_text()
    assert {name for name in shuzi.__all__ if f'id="shuzi.{name}"' not in text} == set()


def test_the_site_loads_nothing_from_elsewhere(site):
    for name in ("index.html", "zh/tutorial/index.html"):
        text = (site / name).read_text()
        loaded = re.findall(
            r"<(?:script|img|link rel=.stylesheet.)[^>]*(?:src|href)=.?(http[^ >]*)", text
        )
        assert loaded == []
        assert "fonts.googleapis" not in text
