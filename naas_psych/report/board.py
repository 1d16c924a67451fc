"""The verdict board as claims.json has it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from naas_psych.assurance.entry import Entry


def board_document(board: Sequence[Entry]) -> list[dict[str, Any]]:
    """Each line with its number; `cells` are where that stands in results.json."""
    return [
        {
            "question": entry.question,
            "claim": entry.claim,
            "verdict": entry.verdict.word,
            "sentence": entry.verdict.sentence,
            "measure": entry.measure,
            "value": entry.estimate,
            "low": entry.low,
            "high": entry.high,
            "cells": list(entry.source),
            "answer": entry.answer,
            "action": entry.action,
            "based_on": entry.caveat.based_on,
            "main_assumption": entry.caveat.main_assumption,
            "would_change_if": entry.caveat.would_change_if,
            "does_not_show": entry.caveat.does_not_show,
        }
        for entry in board
    ]
