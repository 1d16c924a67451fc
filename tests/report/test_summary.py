"""The first page: every number is that of the table it comes from, in plain short sentences."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from pathlib import Path

import pandas as pd
import pytest

import naas_psych as nps
from naas_psych.assurance.board import board
from naas_psych.report.cited import plain
from naas_psych.report.itemcards import item_cards
from naas_psych.report.run import Run, run_all
from naas_psych.report.summary.first import look_first
from naas_psych.report.summary.limits import cannot_show
from naas_psych.report.summary.lines import Line, lines
from naas_psych.report.summary.outcomes import _METHOD, outcomes
from naas_psych.report.summary.tiles import tiles
from naas_psych.result import Result
from naas_psych.study.spec import Cut
from naas_psych.study.study import Study
from tests.report.by_hand import small_study
from tests.report.study_files import write_study

_JARGON = ("subject", "examinee", "valid test", "proves", "proven", "significant", "facility")


@dataclass(frozen=True)
class Ran:
    """A study with every analysis of it."""

    study: Study
    run: Run

    def table(self, analysis: str, table: str) -> pd.DataFrame:
        result = self.run.get(analysis)
        assert result is not None
        return result.tables[table]

    def said(self) -> list[str]:
        return [
            " ".join(map(plain, [tile.figure, *tile.sentences]))
            for tile in tiles(self.study, self.run)
        ]

    def lines(self) -> tuple[Line, ...]:
        return lines(board(self.study, {r.analysis: r for r in self.run.results}))


@pytest.fixture(scope="module")
def ran(tmp_path_factory: pytest.TempPathFactory) -> Ran:
    """A test of 14 items: the key of the fourth is wrong, and the second was answered blindly."""
    folder = write_study(tmp_path_factory.mktemp("summary") / "study", persons=300, items=14)
    table = pd.read_csv(folder / "items.csv")
    table.loc[3, "key"] = "B"
    table.to_csv(folder / "items.csv", index=False)
    answers = pd.read_csv(folder / "responses.csv")
    answers["Q02"] = [*answers["Q02"][1:], answers["Q02"].iloc[0]]
    answers.to_csv(folder / "responses.csv", index=False)
    study = nps.read_study(folder)
    return Ran(study, run_all(study, seed=2017, threads=1))


def _written(value: float, decimals: int) -> str:
    return f"{value:.{decimals}f}".removeprefix("0") if abs(value) < 1 else f"{value:.{decimals}f}"


def test_who_and_how_hard_are_the_tables(ran: Ran) -> None:
    who, hard, _, _ = ran.said()
    row = ran.table("score_distribution", "summary").iloc[0]
    assert f"{row['n']} people answered {row['items']} items" in who
    assert f"The mean score was {row['mean']:.1f} of {row['possible_max']:.0f} points" in hard
    assert f"Scores ran from {row['min']:.0f} to {row['max']:.0f}" in hard
    items = ran.table("item_statistics", "items").sort_values("facility")
    for word, at in (("hardest", items.iloc[0]), ("easiest", items.iloc[-1])):
        said = f"The {word} item is {at['item_id']}: {100 * at['facility']:.0f} of 100"
        assert said in hard


def test_precision_is_the_table(ran: Ran) -> None:
    precise = ran.said()[2]
    table = ran.table("reliability", "coefficients")
    alpha = table[table["coefficient"] == "alpha"].iloc[0]
    value, low, high = (_written(alpha[name], 3) for name in ("estimate", "low", "high"))
    assert f"Reliability is {value} on a scale from 0 to 1 (plausible: {low} to {high})" in precise
    sem = ran.table("measurement_error", "summary").iloc[0]
    assert f"within {sem['sem']:.1f} points" in precise
    assert f"(plausible: {sem['sem_low']:.1f} to {sem['sem_high']:.1f})" in precise
    said = plain(ran.lines()[0].measured)
    assert said == f"Reliability (alpha): {value} (plausible: {low} to {high})."


def test_flags_are_counted_from_the_findings(ran: Ran) -> None:
    hit = {
        f.subject
        for result in ran.run.results
        for f in result.findings
        if f.severity != "info" and f.subject in ran.study.responses.item_ids
    }
    assert ran.said()[3].startswith(f"{len(hit)} of 14")


def test_the_wrong_key_comes_first_with_the_likely_one(ran: Ran) -> None:
    found = look_first(item_cards(ran.study, ran.run, {}), ran.run)
    table = ran.table("key_check", "items").set_index("item_id")
    first = found.items[0]
    assert "Q02" in [card.item_id for one in found.items[1:] for card in one.cards]
    assert first.cards[0].item_id == "Q04"
    assert f"now B, likely {table.loc['Q04', 'suggested_key']}" in first.why
    assert table.loc["Q04", "suggested_key"] == "A"


def test_sentences_are_short_and_plain(ran: Ran) -> None:
    said = [plain(s) for tile in tiles(ran.study, ran.run) for s in tile.sentences]
    said += [*cannot_show(ran.study, ran.run), *map(plain, outcomes(ran.study, ran.run))]
    for line in ran.lines():
        said += [plain(line.measured), line.entry.verdict.sentence, line.entry.action]
    for sentence in re.split(r"(?<=[.!?])\s+(?=[A-Z])", " ".join(said)):
        assert len(sentence.split()) <= 20, sentence
        assert not [word for word in _JARGON if word in sentence.lower()], sentence


def test_every_verdict_with_a_share_or_coefficient_shows_its_interval(ran: Ran) -> None:
    for line in ran.lines():
        if line.entry.estimate is not None and line.entry.column != "n":
            assert "plausible" in plain(line.measured)


def test_only_words_reach_the_board(ran: Ran, tmp_path: Path) -> None:
    labels = [flag.label for card in item_cards(ran.study, ran.run, {}) for flag in card.flags]
    assert labels
    assert not [label for label in labels if "_" in label]


def test_all_forms_together_are_no_form_that_could_be_the_weakest() -> None:
    known = {"consistency": 0.9, "consistency_high": 0.95, "cut": "met", "method": _METHOD}
    rows = [
        {"form": form, "consistency_low": low, **known}
        for form, low in (("alpha", 0.86), ("beta", 0.85), ("all forms", 0.84))
    ]
    study = small_study()
    spec = study.spec.model_copy(update={"cuts": {"met": Cut(value=60, unit="percent")}})
    table = Result({"cuts": pd.DataFrame(rows)}, analysis="classification")
    (said,) = outcomes(replace(study, spec=spec), Run((table,), {}, {}))
    assert plain(said).startswith("If people sat a second version of form beta, the weakest, ")
