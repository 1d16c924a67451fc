"""The report as one self-contained page: what was gathered, handed to the template."""

from __future__ import annotations

import re
from importlib.resources import files
from typing import Any

from naas_psych.assurance.argument import RULE
from naas_psych.assurance.assured import GRADES
from naas_psych.finding_codes import label_of
from naas_psych.report import wording
from naas_psych.report.audience import VOICES, in_order, voice
from naas_psych.report.chapters import ROWS_SHOWN, file_of, opens
from naas_psych.report.claims import POLARITY, number_words
from naas_psych.report.explorer.panel import scripts
from naas_psych.report.parts import heading_of
from naas_psych.report.partviews import part_views
from naas_psych.report.view import ReportView

_STYLES = ("base", "parts", "items", "small", "print")
_SCRIPTS = ("report", "items", "claims")
#: Characters of the data that a page may not hold, and those that turn the direction of what
#: follows, so that an item text could make the report itself read otherwise.
_UNSEEN = re.compile(
    "[\\x00-\\x08\\x0b\\x0c\\x0e-\\x1f\\x7f-\\x9f\\u202a-\\u202e\\u2066-\\u2069\\ufdd0-\\ufdef\\ufffe\\uffff]"
)


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
        "file_of": file_of,
        "opens": opens,
        "rows_shown": ROWS_SHOWN,
        "heading_of": heading_of,
        "in_order": in_order,
        "voices": VOICES,
        "strength_rule": RULE,
        "grades": GRADES,
        "style": _joined("css", _STYLES),
        "script": _joined("js", _SCRIPTS),
        "explorer_script": _text("explorer.js"),
        "vega": scripts,
        "number_words": number_words,
        "polarity": POLARITY,
    }
    text = environment.get_template("report.html.j2").render(_shown(view))
    return re.sub(r"\n\s*\n+", "\n", _UNSEEN.sub("\N{REPLACEMENT CHARACTER}", text))


def _shown(view: ReportView) -> dict[str, Any]:
    reader = voice(view.audience)
    parts = part_views(
        view.chapters, board=view.board, claims=view.claims, items=view.anchors, voice=reader
    )
    analyses = {section.name for chapter in view.chapters for section in chapter.sections}
    return vars(view) | {"voice": reader, "parts": parts, "analyses": analyses}


def _joined(kind: str, names: tuple[str, ...]) -> str:
    return "\n".join(_text(f"{kind}/{name}.{kind}") for name in names)


def _text(name: str) -> str:
    place = files("naas_psych").joinpath(f"report/templates/{name}")
    return place.read_text(encoding="utf-8")


def _template(name: str) -> str | None:
    """The text of a template, or nothing where there is none: a part may go without."""
    try:
        return _text(name)
    except FileNotFoundError:
        return None
