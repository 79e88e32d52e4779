"""The command line: each command opens, calls the library and prints."""

from shuzi.cli.commands import app, main

__all__ = ["app", "main"]
