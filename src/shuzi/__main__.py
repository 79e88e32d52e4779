"""`shuzi` and `python -m shuzi`."""

import sys


def main() -> None:
    """Run the command line; Ctrl-C is answered while Python still loads it, too."""
    try:
        from shuzi.cli import main as run

        run()
    except KeyboardInterrupt:
        sys.exit(130)


if __name__ == "__main__":
    main()
