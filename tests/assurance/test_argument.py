"""The argument, its sources, documents and actions: each step's strength by the one rule."""

from __future__ import annotations

import re
from dataclasses import replace
from itertools import product
from typing import Any

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from naas_psych import register
from naas_psych.assurance.actions import OWNERS, URGENCIES, action_list, group_of
from naas_psych.assurance.argument import (
    BACKINGS,
    STRENGTHS,
    Inference,
    Line,
    argue,
    strength,
    weakest,
)
from naas_psych.assurance.assured import assurance, stated
from naas_psych.assurance.claims import Answer, answers, claims
from naas_psych.assurance.documents import checklist
from naas_psych.assurance.ledger import entries
from naas_psych.assurance.measure import Measure
from naas_psych.assurance.overall import overall
from naas_psych.assurance.sources import came_out, sources
from naas_psych.assurance.verdict import Verdict
from naas_psych.finding import Finding
from naas_psych.report.parts import PARTS
from naas_psych.result import Result
from naas_psych.study.spec import Cut, StudySpec
from naas_psych.thresholds import default_thresholds, fixed
from tests.report.by_hand import small_study

NEEDS = st.lists(st.sampled_from(BACKINGS), min_size=1, max_size=6)
LEVELS = {"full": "top", "part": "middle", "against": "bottom", "unexamined": "cannot_tell"}
#: Needs of a step of each strength.
OF_STRENGTH = {
    "none": ["against", "unexamined"],
    "weak": ["full", "against"],
    "partial": ["full", "part"],
    "strong": ["full", "full"],
}
FORBIDDEN = re.compile(r"proves|significant|bias|subjects|failures|valid\b", re.IGNORECASE)


def told(**tables: Any) -> Any:
    spec = StudySpec.model_validate({"tables": {"responses": "none.csv"}, **tables})
    return replace(small_study(), spec=spec)


def line(backing: str, **more: Any) -> Line:
    made = Verdict(level=LEVELS[backing], polarity="A", sentence="So it is.")  # type: ignore[arg-type]
    said = {"warrant": "Keys are right.", "rebuttal": "Some keys are wrong.", "necessary": True}
    return Line(verdict=made, **{**said, **more})


def step(name: str, needs: list[str]) -> Inference:
    entry = entries()[name]
    words = {word: entry[word] for word in ("strong", "partial")}
    return Inference(
        name=name,
        claim=entry["claim"],
        from_to=entry["from_to"],
        words=words,
        lines=tuple(line(one) for one in needs),
    )


@given(needs=NEEDS, at=st.integers(0, 5), better=st.sampled_from(BACKINGS))
def test_a_better_backing_never_makes_a_step_weaker(needs: Any, at: int, better: Any) -> None:
    at %= len(needs)
    raised = [*needs]
    raised[at] = max(needs[at], better, key=BACKINGS.index)
    assert STRENGTHS.index(strength(raised)) >= STRENGTHS.index(strength(needs))


@given(needs=NEEDS)
def test_the_worst_need_decides(needs: Any) -> None:
    assert (strength(needs) == "strong") == (set(needs) == {"full"})
    assert (strength(needs) == "none") == (set(needs) <= {"against", "unexamined"})
    assert (strength(needs) == "partial") == ("part" in needs and set(needs) <= {"part", "full"})


@pytest.mark.parametrize("found", list(product(STRENGTHS, repeat=4)))
def test_every_chain_is_told_in_short_sentences_that_name_its_weakest(found: Any) -> None:
    steps = [step(name, OF_STRENGTH[one]) for name, one in zip(entries(), found, strict=True)]
    assert [one.strength for one in steps] == list(found)
    said = overall(steps)
    text = " ".join(said)
    assert not FORBIDDEN.search(text)
    for sentence in said:
        assert len(sentence.split()) <= 20, sentence
        assert sentence.endswith(".")
        assert sentence[0].isupper()
    weak = weakest(steps)
    assert {STRENGTHS.index(one.strength) for one in weak} == {min(map(STRENGTHS.index, found))}
    if set(found) == {"strong"}:
        assert "Every step has what it needs" in text
    elif len(weak) < 4:
        assert all(one.from_to in text for one in weak)
        assert "The weakest step" in text
    else:
        assert "No step is weaker than the others." in said


def test_of_equal_strength_the_step_with_less_shown_is_weaker() -> None:
    steps = [step("scoring", ["full", "full", "against"]), step("decision", ["full", "against"])]
    assert [one.name for one in weakest(steps)] == ["decision"]


def test_a_number_on_both_sides_of_the_line_is_open_and_no_number_is_unexamined() -> None:
    study = small_study()
    found = argue(study, {}, answers(study, {}, {}), {})
    assert {one.strength for one in found} == {"none"}
    assert {one.backing for step in found for one in step.lines} == {"unexamined"}
    assert all(one.missing == one.lines for one in found)
    assert len(weakest(found)) == 4


def test_only_the_cuts_of_the_study_count() -> None:
    """A sweep tries many cuts; one that nobody set says nothing about the decision."""
    study = small_study()
    spec = study.spec.model_copy(update={"cuts": {"met": Cut(value=3, unit="raw")}})
    rows = pd.DataFrame(
        {"method": "livingston_lewis", "cut": ["met", "other"], "consistency": [0.97, 0.50],
         "consistency_low": [0.96, 0.49], "consistency_high": [0.98, 0.51], "n": 500}
    )  # fmt: skip
    named, results = replace(study, spec=spec), {"classification": Result({"cuts": rows})}
    found = [
        each
        for inference in argue(named, results, answers(named, results, {}), {})
        for each in inference.lines
        if each.warrant == "Most people would get the same outcome again."
    ]
    (again,) = found
    assert [one.estimate for one in again.measured if one.estimate is not None] == [0.97]


def test_lines_that_do_not_concern_a_study_are_left_out() -> None:
    study = small_study()
    with_marks = replace(study, tables={"marks": study.persons})
    scoring = [argue(one, {}, answers(one, {}, {}), {})[0] for one in (study, with_marks)]
    assert len(scoring[1].lines) == len(scoring[0].lines) + 1


def measures() -> list[dict[str, Any]]:
    return [m for e in entries().values() for li in e["lines"] for m in li.get("measures", ())]


def test_the_ledger_names_what_there_is() -> None:
    known, of = default_thresholds(), {claim.id for claim in claims()}
    for entry in entries().values():
        assert any(one["necessary"] and "when" not in one for one in entry["lines"])
        for one in entry["lines"]:
            assert set(one["analyses"]) <= set(register.names())
            assert one.get("claim", "E01") in of
            ways = {"board", "claim", "measures", "not_yet"} & set(one)
            assert len(ways) == 1
            assert one["warrant"].endswith(".")
            assert one["rebuttal"].endswith(".")
            # "Shown only in part: that ..." stays a sentence of 20 words.
            assert max(len(one[key].split()) for key in ("warrant", "rebuttal")) <= 15
    for one in measures():
        made = Measure(**{key: value for key, value in one.items() if key != "where"})
        assert made.analysis in register.names()
        assert {made.minimum, made.target} <= set(known)


def test_thresholds_that_change_say_when() -> None:
    """Whoever changes a value, or adds one, writes the day and the digest at the head."""
    assert fixed().sha256 == default_thresholds().sha256
    assert re.fullmatch(r"\d{4}-\d\d-\d\d", fixed().date)
    assert "fixed" not in default_thresholds()


def test_every_document_has_a_state_and_a_use() -> None:
    assert {one.state for one in checklist(small_study())} == {"not recorded"}
    whole = {"date": "2016-01-01", "owner": "the board", "public": True}
    found = checklist(told(documents={"purpose": whole, "blueprint": {**whole, "public": False}}))
    states = {one.name: one.state for one in found}
    assert states["purpose"] == "met"
    assert states["blueprint"] == "partly met"
    assert states["appeals"] == "not met"
    assert next(one for one in found if one.name == "blueprint").lacks == "not public"
    assert all(one.what_for.endswith(".") and one.owner_is in OWNERS for one in found)


def test_sources_tally_their_claims_and_name_the_weakest() -> None:
    found = sources(answers(small_study(), {}, {}))
    assert [one.name for one in found] == [
        "content", "response_process", "internal_structure", "relations", "consequences",
    ]  # fmt: skip
    known = {part.name for part in PARTS}
    for one in found:
        assert sum(one.tally.values()) == len(one.answers) > 0
        assert set(one.parts) <= known
        assert all(one.name in answer.claim.source for answer in one.answers)
        assert one.weakest is not None
        assert one.weakest_words.startswith(one.weakest.claim.question)


def test_how_a_claim_came_out_follows_its_polarity() -> None:
    def of(level: Any, polarity: Any) -> str:
        return came_out(Verdict(level=level, polarity=polarity, sentence=""))

    assert of("bottom", "C") == "The concern is borne out."
    assert of("bottom", "A") == "The claim is not supported."
    assert of("cannot_tell", "C") == of("cannot_tell", "A") == "These data cannot tell."


def finding(code: str, subject: str, severity: Any = "warning") -> Finding:
    return Finding(
        code=code, severity=severity, subject=subject, sentence="So.", action="Look at the option."
    )


def listed(study: Any, results: dict[str, Result], found: tuple[Answer, ...] = ()) -> Any:
    return action_list(
        study,
        results,
        steps=(),
        answered=found,
        documents=checklist(study),
        argument=stated(study.spec.argument),
    )


def test_findings_of_one_kind_are_one_action_addressed_to_somebody() -> None:
    alike = tuple(finding("distractor_misleading", f"A0{k}") for k in range(1, 6))
    made = listed(
        small_study(), {"distractors": Result({}, analysis="distractors", findings=alike)}
    )
    (one,) = [action for action in made.actions if action.analysis == "distractors"]
    assert (one.owner, one.urgency) == ("test developer", "before the next form")
    assert "A01, A02, A03 and 2 more" in one.why
    assert one in made.of("test developer", "before the next form")


def test_what_nobody_wrote_down_is_to_be_written_down_and_stops_being_so() -> None:
    before = [one.text for one in listed(small_study(), {}).actions]
    assert any("what a score is taken to say" in text for text in before)
    said = dict.fromkeys(("interpretation", "use", "population", "decision_rule"), "So it is.")
    lists = {key: ["Nothing."] for key in ("not_for", "would_count_against")}
    after = listed(told(argument={**said, **lists}, assurance={"assurer": "Somebody"}), {}).actions
    assert not any("what a score is taken to say" in one.text for one in after)
    assert not any("Have somebody check" in one.text for one in after)


def test_the_list_is_short_and_the_most_urgent_first() -> None:
    results = {
        name: Result(
            {}, analysis=name, findings=(replace(finding("x", "A01"), action=f"Do {name}."),)
        )
        for name in register.names()
    }
    made = listed(small_study(), results, answers(small_study(), {}, {}))
    order = [URGENCIES.index(one.urgency) for one in made.actions]
    assert order == sorted(order)
    assert len(made.actions) == 25
    assert made.more > 0
    groups = [group_of(one.analysis) for one in made.actions if one.analysis]
    assert max(map(groups.count, groups)) == 2


def test_every_analysis_has_somebody_to_act_on_it() -> None:
    assert [name for name in register.names() if not group_of(name)] == []


def stand(study: Any) -> Any:
    return assurance(study, seed=1, version="0", board=(), claims=(), steps=(), not_examined={})


def test_the_statement_says_who_did_not_check_and_which_lines_are_the_studys_own() -> None:
    bare = stand(small_study())
    facts = {one.title: " ".join(one.facts) for one in bare.statement}
    assert "Nobody is named who checked" in facts["Independent"]
    assert "set no threshold of its own" in facts["Objective"]
    same = stand(told(assurance={"analyst": "A", "assurer": "A"}))
    assert "also made it" in " ".join(same.statement[1].facts)
    own = replace(
        told(assurance={"thresholds_fixed": "2016-01-02"}),
        thresholds=default_thresholds().overridden_by({"gap_small": 0.3}),
    )
    found = stand(own)
    assert [one.name for one in found.own] == ["gap_small"]
    assert "on 2016-01-02: gap_small." in " ".join(found.statement[3].facts)
