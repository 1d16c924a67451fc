"""Claims are held to the numbers that claims.toml names, by the one rule and nothing else."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import pytest

from naas_psych import register
from naas_psych.assurance.board import board
from naas_psych.assurance.claims import Answer, answers, claims
from naas_psych.assurance.documents import documents_verdict
from naas_psych.assurance.ledger import ledger, ledger_verdict
from naas_psych.assurance.measure import Measure, measured
from naas_psych.result import Result
from naas_psych.study.spec import StudySpec
from naas_psych.thresholds import default_thresholds
from tests.report.by_hand import small_study
from tests.specimen import columns_found


def result(rows: list[dict[str, Any]], table: str = "numbers") -> Mapping[str, Result]:
    return {"made": Result({table: pd.DataFrame(rows)})}


BASE = Measure(
    says="a number",
    analysis="made",
    table="numbers",
    value="value",
    each="form",
    minimum="speed_rapid_tail_max",
    target="speed_rapid_tail_target",
    higher_is_better=False,
)


def seen(measure: Measure, rows: list[dict[str, Any]], polarity: Any = "C") -> Any:
    return measured(measure, result(rows), {}, thresholds=default_thresholds(), polarity=polarity)


def row(value: float, low: float, high: float, **more: Any) -> dict[str, Any]:
    return {"value": value, "value_low": low, "value_high": high, **more}


@pytest.mark.parametrize(
    ("low", "value", "high", "word"),
    [
        (0.11, 0.2, 0.3, "BORNE OUT"),
        (0.05, 0.2, 0.3, "CANNOT TELL"),
        (0.01, 0.05, 0.09, "PARTLY BORNE OUT"),
        (0.0, 0.01, 0.02, "NOT BORNE OUT"),
    ],
)
def test_a_concern_follows_the_interval(low: float, value: float, high: float, word: str) -> None:
    assert seen(BASE, [row(value, low, high)]).verdict.word == word


def test_the_worst_row_answers_and_is_named() -> None:
    found = seen(BASE, [row(0.01, 0, 0.02, form="beta"), row(0.2, 0.15, 0.25, form="alpha")])
    assert (found.verdict.word, found.of, found.estimate) == ("BORNE OUT", "form alpha", 0.2)
    one = seen(BASE, [row(0.2, 0.15, 0.25, form="alpha")])
    assert one.of == ""


def test_an_unknown_row_is_an_answer_unless_it_is_said_to_be_none() -> None:
    rows = [row(0.01, 0, 0.02, form="a"), row(np.nan, np.nan, np.nan, form="b")]
    assert seen(BASE, rows).verdict.word == "CANNOT TELL"
    assert seen(replace(BASE, known_only=True), rows).verdict.word == "NOT BORNE OUT"
    assert seen(replace(BASE, known_only=True), rows[1:]).verdict.word == "CANNOT TELL"


def test_one_good_row_is_enough_where_one_is_enough() -> None:
    rows = [row(0.01, 0, 0.02, form="a"), row(0.2, 0.15, 0.25, form="b")]
    assert seen(replace(BASE, best=True), rows).verdict.word == "NOT BORNE OUT"


def test_the_last_row_of_a_name_answers_where_it_has_most_taken_into_account() -> None:
    """Rows of one pass mark: as counted, then weighted; the next pass mark by itself."""
    rows = [
        row(0.2, 0.15, 0.25, form="high"),
        row(0.02, 0.01, 0.03, form="low"),
        row(0.01, 0, 0.02, form="high"),
    ]
    found = seen(replace(BASE, last=True), rows)
    assert (found.estimate, found.of, found.row) == (0.02, "form low", 1)
    assert seen(BASE, rows).estimate == 0.2


def test_rows_are_chosen_by_their_values() -> None:
    rows = [row(0.01, 0, 0.02, kind="x"), row(0.2, 0.15, 0.25, kind="y")]
    assert seen(replace(BASE, where={"kind": "x"}), rows).verdict.word == "NOT BORNE OUT"
    assert seen(replace(BASE, where={"kind": ["x", "y"]}), rows).verdict.word == "BORNE OUT"
    assert seen(replace(BASE, where={"kind": "z"}), rows).verdict.word == "CANNOT TELL"
    absent = replace(BASE, where={"kind": "z"}, absent=0.0, exact=True, each="")
    assert seen(absent, rows).verdict.word == "NOT BORNE OUT"
    assert seen(absent, []).verdict.word == "CANNOT TELL"


def test_a_form_without_such_rows_has_none_though_another_has_some() -> None:
    """Beta has items on other skills only: its share is 0, and it is the worst form."""
    rows = [
        {"value": 0.08, "form": "alpha", "kind": "team"},
        {"value": 0.05, "form": "alpha", "kind": "other"},
        {"value": 0.09, "form": "beta", "kind": "other"},
    ]
    skill = replace(
        BASE,
        where={"kind": "team"},
        absent=0.0,
        exact=True,
        total=True,
        higher_is_better=True,
        minimum="skills_share_min",
        target="skills_share_target",
    )
    found = seen(skill, rows)
    assert (found.verdict.word, found.estimate, found.of) == ("BORNE OUT", 0.0, "form beta")
    assert seen(replace(skill, absent=None), rows).verdict.word == "NOT BORNE OUT"
    assert seen(replace(skill, where={"kind": "none"}), rows).verdict.word == "BORNE OUT"


def test_counts_need_no_interval_and_are_said_to_be_counted() -> None:
    found = seen(replace(BASE, exact=True), [{"value": 0.05}])
    assert found.verdict.word == "PARTLY BORNE OUT"
    assert found.verdict.sentence.startswith("It is within the limit of 10 of 100")


def test_rows_are_counted_added_and_stripped_of_their_sign() -> None:
    rows = [{"value": -0.06, "form": "a"}, {"value": -0.06, "form": "a"}]
    assert seen(replace(BASE, exact=True, rows=True), rows).estimate == 2
    assert seen(replace(BASE, exact=True, total=True), rows).estimate == pytest.approx(-0.12)
    assert seen(replace(BASE, exact=True, size=True), rows).estimate == pytest.approx(0.06)


def test_too_few_and_nothing_recorded_are_told() -> None:
    few = seen(replace(BASE, n="n", n_min="speed_persons_min"), [row(0.2, 0.15, 0.25, n=20)])
    assert "20 people" in few.verdict.sentence
    nothing = measured(
        replace(BASE, needs="no times were recorded"),
        {},
        {},
        thresholds=default_thresholds(),
        polarity="C",
    )
    assert nothing.verdict.sentence == "We cannot tell: no times were recorded."
    impossible = measured(
        BASE, {}, {"made": "There are no items."}, thresholds=default_thresholds(), polarity="C"
    )
    assert impossible.verdict.sentence == "We cannot tell: there are no items."


def test_without_results_nothing_is_claimed() -> None:
    found = answers(small_study(), {}, {})
    assert len(found) == 56
    for one in found:
        assert one.verdict.level in (
            "cannot_tell",
            "not_yet_examined",
            "not_a_measurement_question",
        ) or (one.claim.id == "E02" and one.verdict.word == "NOT MET")


def documented(**documents: Mapping[str, Any]) -> Any:
    spec = StudySpec.model_validate({"tables": {"responses": "none.csv"}, "documents": documents})
    return replace(small_study(), spec=spec)


def test_documents_are_met_partly_met_or_not_met() -> None:
    whole = {"date": "2016-01-01", "owner": "the board", "public": True}
    assert documents_verdict(small_study(), ["blueprint"], polarity="D").word == "CANNOT TELL"
    assert documents_verdict(documented(), ["blueprint"], polarity="D").word == "NOT MET"
    partly = documents_verdict(
        documented(blueprint={**whole, "public": False}), ["blueprint"], polarity="D"
    )
    assert partly.word == "PARTLY MET"
    assert "not public" in partly.sentence
    assert documents_verdict(documented(blueprint=whole), ["blueprint"], polarity="D").word == "MET"


def test_a_missing_document_fails_a_demand_and_proves_no_concern() -> None:
    found = {one.claim.id: one for one in answers(documented(), {}, {})}
    assert found["E16"].verdict.word == "NOT MET"
    assert found["E12"].verdict.word == "CANNOT TELL"
    assert found["E12"].documents is not None
    assert found["E12"].documents.word == "NOT MET"


def test_the_ledger_names_the_steps_without_evidence() -> None:
    empty = Result({})
    assert ledger_verdict({}, polarity="D").word == "NOT MET"
    some = {name: empty for step in ledger({}) for name in step.missing if name in register.names()}
    found = ledger_verdict(some, polarity="D")
    assert found.word == "PARTLY MET"
    assert "decision" in found.sentence


def test_claims_stand_on_the_board_with_their_words() -> None:
    study = small_study()
    found = answers(study, {}, {})
    shown = [entry.claim for entry in board(study, {}, found)]
    assert sum("\N{LEFT DOUBLE QUOTATION MARK}" in claim for claim in shown) == sum(
        one.claim.on_board for one in found
    )


def test_every_claim_is_told_in_few_words_and_its_thresholds_exist() -> None:
    known = default_thresholds()
    for claim in claims():
        assert len(claim.quote.split()) <= 12
        assert claim.question.endswith("?")
        assert claim.polarity in "ACQD"
        assert claim.chapter in {"", *(chapter.name for chapter in register.CHAPTERS)}
        assert set(claim.action) <= {"top", "middle", "bottom", "cannot_tell"}
        assert not re.search(r"\d", "".join(m.says for m in claim.measures))
        for one in claim.measures:
            assert {one.minimum, one.target, *filter(None, [one.n_min])} <= set(known)


@pytest.mark.parametrize(
    ("name", "measure"),
    [(claim.id, one) for claim in claims() for one in claim.measures],
)
def test_every_measure_reads_a_column_that_its_analysis_has(name: str, measure: Measure) -> None:
    """On the specimen; the cuts by background need judges of standard setting with backgrounds."""
    tables = columns_found(measure.analysis)
    columns = tables[measure.table]
    wanted = {measure.value, *measure.where, *filter(None, [measure.each, measure.n])}
    if not measure.exact:
        wanted |= set(measure.limits)
    assert wanted <= set(columns), name


def test_answers_hold_a_number_that_decides() -> None:
    one: Answer = answers(small_study(), {}, {})[0]
    assert one.deciding is not None
    assert one.deciding.verdict == one.verdict
