"""Launcher: `python cli.py ...` from a clone is the same as `naas-psych ...`."""

from naas_psych.__main__ import main

raise SystemExit(main())
