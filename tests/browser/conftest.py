"""A real browser and a real service."""

import os
import shutil

import pytest
from serving import serving
from sizes import DESKTOP

PATIENCE = 120_000
"""Milliseconds: room for a machine that does other things too."""


@pytest.fixture(scope="session")
def chromium():
    """One browser for all tests."""
    path = shutil.which("chromium")
    if path is None:
        pytest.skip("there is no chromium: apt-get install chromium")
    playwright = pytest.importorskip("playwright.sync_api")
    playwright.expect.set_options(timeout=PATIENCE)
    # Chromium has no sandbox for the superuser.
    flags = ["--no-sandbox"] if os.geteuid() == 0 else []
    with playwright.sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=path, args=flags)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def service(run, tmp_path_factory):
    """The address of a service that shows one run."""
    folder = tmp_path_factory.mktemp("browser")
    options = ("--runs", run.folder.parent, "--review", folder / "reviews.db")
    with serving(*options) as client:
        yield str(client.base_url)


@pytest.fixture
def browse(chromium):
    """Open a screen of a service; what the page complains of fails the test."""
    contexts, complaints = [], []

    def open_page(url, size=DESKTOP, locale="en-GB", scheme="light", touch=False):
        options = {"viewport": size, "color_scheme": scheme, "has_touch": touch}
        # Without motion: a colour that fades in is not the one that stays.
        context = chromium.new_context(locale=locale, reduced_motion="reduce", **options)
        context.set_default_timeout(PATIENCE)
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("console", lambda said: said.type == "error" and complaints.append(said.text))
        page.goto(url)
        return page

    yield open_page
    for context in contexts:
        context.close()
    refused = "Failed to load resource"
    assert [text for text in complaints if not text.startswith(refused)] == []
