"""`python -m naas_psych` and the `naas-psych` command."""

from __future__ import annotations


def main() -> int:
    """Run the command line; returns the exit code."""
    from naas_psych.cli.app import run

    return run()


if __name__ == "__main__":
    raise SystemExit(main())
