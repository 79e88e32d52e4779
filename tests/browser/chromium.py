"""The system's Chromium, for the tests and for the documents' pictures."""

import os
import shutil
from contextlib import contextmanager

from sizes import DESKTOP

PATH = shutil.which("chromium")
PATIENCE = 120_000
"""Milliseconds: room for a machine that does other things too."""


@contextmanager
def running():
    """The browser."""
    from playwright import sync_api

    sync_api.expect.set_options(timeout=PATIENCE)
    # Chromium has no sandbox for the superuser.
    flags = ["--no-sandbox"] if os.geteuid() == 0 else []
    with sync_api.sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=PATH, args=flags)
        yield browser
        browser.close()


def new_page(browser, size=DESKTOP, locale="en-GB", scheme="light", touch=False):
    """An empty page in a context of its own."""
    options = {"viewport": size, "color_scheme": scheme, "has_touch": touch}
    # Without motion: a colour that fades in is not the one that stays.
    context = browser.new_context(locale=locale, reduced_motion="reduce", **options)
    context.set_default_timeout(PATIENCE)
    return context.new_page()
