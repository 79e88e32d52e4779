"""A service with a token asks for it on the page."""

import pytest
from accessibility import violations
from pen import SEVEN, write
from serving import serving

sync_api = pytest.importorskip("playwright.sync_api")
expect = sync_api.expect


def test_the_token_is_asked_for_once(browse):
    with serving("--token", "open sesame") as client:
        page = browse(f"{client.base_url}#learn")
        field = page.locator("#login input")
        expect(field).to_be_visible()
        expect(page.locator("#screen-learn")).to_be_hidden()
        assert violations(page) == []
        field.fill("sesame")
        page.keyboard.press("Enter")
        expect(page.locator("#login-wrong")).to_be_visible()
        expect(page.locator("#login-wrong")).to_have_text("That is not the token.")
        field.fill("open sesame")
        page.keyboard.press("Enter")
        expect(page.locator("#runs pre")).to_be_visible()
        page.goto(f"{client.base_url}#draw")
        write(page, SEVEN)
        expect(page.locator("#answer-text")).to_have_text("7")
