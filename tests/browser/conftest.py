"""A real browser and a real service."""

import chromium as chromiums
import pytest
from serving import serving
from sizes import DESKTOP


@pytest.fixture(scope="session")
def chromium():
    """One browser for all tests."""
    if chromiums.PATH is None:
        pytest.skip("there is no chromium: apt-get install chromium")
    pytest.importorskip("playwright.sync_api")
    with chromiums.running() as browser:
        yield browser


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
    pages, complaints = [], []

    def open_page(url, size=DESKTOP, locale="en-GB", scheme="light", touch=False):
        page = chromiums.new_page(chromium, size, locale, scheme, touch)
        pages.append(page)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("console", lambda said: said.type == "error" and complaints.append(said.text))
        page.goto(url)
        return page

    yield open_page
    for page in pages:
        page.context.close()
    refused = "Failed to load resource"
    assert [text for text in complaints if not text.startswith(refused)] == []
