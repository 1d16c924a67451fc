"""The report as one self-contained page: what was gathered, handed to the template."""

from __future__ import annotations

import re
from importlib.resources import files

from naas_psych.finding_codes import label_of
from naas_psych.report import wording
from naas_psych.report.audience import in_order, voice
from naas_psych.report.chapters import opens
from naas_psych.report.claims import POLARITY, number_words
from naas_psych.report.explorer.panel import scripts
from naas_psych.report.parts import heading_of
from naas_psych.report.view import ReportView


def page(view: ReportView) -> str:
    """The text of report.html."""
    from jinja2 import Environment, FunctionLoader, StrictUndefined

    environment = Environment(
        loader=FunctionLoader(_template),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals |= {
        "number": wording.number,
        "interval": wording.interval,
        "count": wording.count,
        "term_of": wording.term_of,
        "title_of": wording.title_of,
        "label_of": label_of,
        "opens": opens,
        "heading_of": heading_of,
        "in_order": in_order,
        "style": _template("report.css"),
        "script": _template("report.js"),
        "explorer_script": _template("explorer.js"),
        "vega": scripts,
        "number_words": number_words,
        "polarity": POLARITY,
    }
    text = environment.get_template("report.html.j2").render(vars(view) | {"voice": voice("board")})
    return re.sub(r"\n\s*\n+", "\n", text)


def _template(name: str) -> str:
    return files("naas_psych").joinpath(f"report/templates/{name}").read_text(encoding="utf-8")
