"""Where the tests find things."""

from pathlib import Path

EXAMPLES = Path(__file__).parent.parent / "examples"
