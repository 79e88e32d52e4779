"""What axe finds."""

from axe_playwright_python.sync_playwright import Axe


def violations(page):
    """What axe finds in light and in dark: scheme, rule and element."""
    found = []
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
        rules = Axe().run(page).response["violations"]
        found += [(scheme, rule["id"], node["html"]) for rule in rules for node in rule["nodes"]]
    return found
