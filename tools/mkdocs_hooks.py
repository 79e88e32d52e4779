"""What the documentation site leaves out of a page: mkdocs calls it."""

import re


def on_page_markdown(markdown, **_):
    """The line that leads to the other language; the site has a switch of its own."""
    return re.sub(r"^\[(中文|English)\]\([\w./-]+\)\n", "", markdown, count=1, flags=re.M)
