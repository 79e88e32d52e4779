"""Sizes of the browser's window."""

DESKTOP = {"width": 1280, "height": 860}
PHONE = {"width": 360, "height": 740}
