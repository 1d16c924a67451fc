"""Verdicts and urgencies as words with a sign and a background, never by colour alone."""

from __future__ import annotations

from naas_psych.assurance.verdict import Verdict
from naas_psych.report.word.grid import Box
from naas_psych.report.word.text import Run

#: Signs that every common font has, by level.
_SIGNS = {
    "top": "\N{BLACK UP-POINTING TRIANGLE}",
    "middle": "\N{LOZENGE}",
    "bottom": "\N{BLACK DOWN-POINTING TRIANGLE}",
    "cannot_tell": "?",
    "not_yet_examined": "\N{WHITE CIRCLE}",
    "not_a_measurement_question": "\N{EN DASH}",
}
_FILLS = {
    "green": "E8F4EC", "amber": "FDF3E1", "red": "FDECEA", "grey": "F0F1F3", "white": "",
}  # fmt: skip
#: What the signs mean, for the line below a board.
KEY = (
    f"Signs: {_SIGNS['top']} good news, {_SIGNS['middle']} partly, {_SIGNS['bottom']} bad news, "
    f"{_SIGNS['cannot_tell']} these data cannot tell, {_SIGNS['not_yet_examined']} not yet "
    f"examined, {_SIGNS['not_a_measurement_question']} not a measurement question. "
    "The words say the same."
)
#: What the report calls a severity.
URGENCY = {"error": "Act", "warning": "Look", "info": "Note"}


def sign(verdict: Verdict) -> Run:
    """`▼ BORNE OUT`, in the style of its colour."""
    words = f"{_SIGNS[verdict.level]} {verdict.word}"
    return Run(words, f"Sign{verdict.colour.capitalize()}")


def sign_cell(verdict: Verdict) -> Box:
    """A cell of a verdict, with the background of its colour."""
    return Box((sign(verdict),), fill=_FILLS[verdict.colour])
