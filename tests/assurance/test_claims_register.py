"""The register of 56 claims: against the map it was made from, and what the pilot answers."""

from __future__ import annotations

import json
import re
from collections import defaultdict
from dataclasses import replace
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from naas_psych import register
from naas_psych.assurance.claims import answers, claims, heard
from naas_psych.assurance.closing import studies
from naas_psych.report.parts import PARTS
from naas_psych.result import Result
from naas_psych.study.spec import StudySpec
from naas_psych.thresholds import default_thresholds
from tests.report.by_hand import small_study

KINDS = {
    "psy": "psychometric",
    "sim": "simulation",
    "doc": "documentary",
    "out": "outside",
}
PLACES = {
    "S0": "Community Care, September 2017",
    "S1": "Community Care, June 2016",
    "S2": "Community Care, March 2017",
    "S3": "CYP Now, December 2017",
    "S4": "a blog, March 2017",
}
#: Titles and institutions, which are no private names.
ROLES = {"Prof", "ADCS", "DfE", "PSW", "Leeds", "The", "S0", "S1", "S2", "S3", "S4", "JD"}
#: What the synthetic pilot answers, by the numbers of pilot_rows.jsonl.
PILOT = {
    "BORNE OUT": "E05 E06 E08",
    "NOT BORNE OUT": "E10 E20",
    "SUPPORTED": "E09",
    "NOT SUPPORTED": "E23 E47",
    "MET": "E11",
    "PARTLY MET": "E02 E15",
    "NOT MET": "E03 E13 E16 E41",
    "ANSWERED": "E24 E25",
    "PARTLY ANSWERED": "E22 E45",
    "CANNOT TELL": "E01 E04 E07 E12 E14 E19 E21 E28 E29 E34 E40 E43 E44 E50 E56",
    "NOT YET EXAMINED": "E17 E18 E26 E27 E30 E31 E32 E35 E36 E38 E39 E42 E46 E48 E49 E51 E53 "
    "E54 E55",
    "NOT A MEASUREMENT QUESTION": "E33 E37 E52",
}


def pilot_study() -> Any:
    """A study with the documents and groups of the pilot; its people are of no matter here."""
    public = {"date": "2015-09-14", "owner": "the test developer", "public": True}
    documents = {
        "purpose": public,
        "blueprint": {**public, "public": False},
        "administration": {**public, "public": False},
    }
    spec = StudySpec.model_validate({"tables": {"responses": "none.csv"}, "documents": documents})
    return replace(small_study(), spec=spec)


def pilot_results() -> dict[str, Result]:
    """The rows that answer, as a run on the pilot had them."""
    rows: dict[str, dict[str, list[Any]]] = defaultdict(lambda: defaultdict(list))
    text = Path(__file__).with_name("pilot_rows.jsonl").read_text(encoding="utf-8")
    for line in text.splitlines():
        one = json.loads(line)
        rows[one["analysis"]][one["table"]].append(one["row"])
    return {
        analysis: Result({name: pd.DataFrame(found) for name, found in tables.items()})
        for analysis, tables in rows.items()
    }


def map_rows(shared: Path) -> dict[str, list[str]]:
    text = (shared / "design" / "evidence_map.md").read_text(encoding="utf-8")
    found = re.findall(r"(?m)^\| (E\d\d) \| (.*?) \| (.*?) \| ([ACQD]) \| ([a-z+]+) \|$", text)
    return {name: [quote, who, polarity, kind] for name, quote, who, polarity, kind in found}


def test_every_claim_of_the_map_stands_in_the_register_word_for_word(shared: Path) -> None:
    wanted = map_rows(shared)
    assert [claim.id for claim in claims()] == list(wanted) == [f"E{k:02d}" for k in range(1, 57)]
    for claim in claims():
        quote, who, polarity, kind = wanted[claim.id]
        assert claim.quote in re.findall(r'"(.+?)"', quote), claim.id
        assert claim.polarity == polarity, claim.id
        assert set(claim.kind) == {KINDS[part] for part in kind.split("+")}, claim.id
        assert claim.where in {PLACES[place] for place in re.findall(r"S\d", who)}, claim.id


def test_nobody_is_named_but_by_what_they_were(shared: Path) -> None:
    for claim_id, (_, who, _, _) in map_rows(shared).items():
        claim = next(one for one in claims() if one.id == claim_id)
        names = set(re.findall(r"\b[A-Z][a-z]{2,}\b", who)) - ROLES
        assert not {name for name in names if name in claim.by.replace("Community Care", "")}


def test_what_cannot_be_measured_is_heard_all_the_same(shared: Path) -> None:
    text = (shared / "design" / "evidence_map.md").read_text(encoding="utf-8")
    assert "poetry-day remark, gravy-train and privatisation remarks" in text
    said = " ".join(heard())
    for word in ("poetry", "gravy", "privatisation", "patronising"):
        assert word in said
    assert "Empowering who exactly and for what?" in text
    assert "Empowering who exactly and for what?" in said


def test_every_claim_says_where_it_stands_and_what_would_answer_it() -> None:
    parts = {part.name for part in PARTS}
    for claim in claims():
        assert claim.part in parts
        assert claim.kind
        assert claim.source
        assert claim.closing in studies() or claim.who_decides
        assert claim.answered_by_something
    assert set(studies()) == {claim.closing for claim in claims() if claim.closing}


def test_sizes_name_thresholds_that_exist_and_say_what_was_worked_out_here() -> None:
    for study in studies().values():
        assert set(re.findall(r"\{(\w+)\}", study.size)) <= set(default_thresholds())
        assert study.cost in ("desk", "small", "large")
        about = re.findall(r"About \d+|about \d+ (?:people|answers)", study.size)
        advice = "own calculation" in study.size or "convention" in study.size
        assert advice or "advice" in study.size or not about


def test_the_pilot_is_answered_as_it_was() -> None:
    found = {one.claim.id: one.verdict.word for one in answers(pilot_study(), pilot_results(), {})}
    # The ledger needs every analysis; here it sees those with rows alone.
    assert found == {name: word for word, names in PILOT.items() for name in names.split()}


def test_every_verdict_says_what_it_is_based_on() -> None:
    for one in (*answers(pilot_study(), pilot_results(), {}), *answers(small_study(), {}, {})):
        caveat = one.caveat
        assert caveat.based_on, one.claim.id
        assert caveat.main_assumption
        assert caveat.would_change_if
        assert caveat.does_not_show


def test_the_phase_and_the_dates_stand_beside_the_numbers() -> None:
    study = pilot_study()
    assured = {"assurance": {"phase": "alpha and beta", "collected": "winter 2015"}}
    spec = study.spec.model_validate({**study.spec.model_dump(exclude_unset=True), **assured})
    first = answers(replace(study, spec=spec), pilot_results(), {})[0]
    assert first.caveat.based_on == (
        "380 people behind the number that decides; 40 people and 5 items, as recorded in the "
        "input files; phase: alpha and beta, collected: winter 2015"
    )


@pytest.mark.parametrize("polarity", "ACQD")
@pytest.mark.parametrize(
    ("interval", "level"),
    [
        ((0.91, 0.95, 0.97), "top"),
        ((0.81, 0.85, 0.89), "middle"),
        ((0.5, 0.6, 0.7), "bottom"),
        ((0.7, 0.82, 0.9), "cannot_tell"),
    ],
)
def test_every_level_can_be_reached_from_every_side(
    polarity: Any, interval: tuple[float, float, float], level: str
) -> None:
    low, estimate, high = interval
    row = {"coefficient": "alpha", "form": "a", "estimate": estimate, "low": low, "high": high}
    made = {"reliability": Result({"coefficients": pd.DataFrame([{**row, "n": 500}])})}
    (measure,) = next(one for one in claims() if one.id == "E34").measures
    base = next(one for one in claims() if one.id == "E14")
    own = replace(base, id="X01", polarity=polarity, measures=(measure,))
    found = answers(replace(small_study(), claims=(own,)), made, {})[-1]
    assert found.verdict.level == level
    assert found.verdict.polarity == polarity
    pending = replace(own, measures=(), not_yet="a study")
    assert _word(pending) == "NOT YET EXAMINED"
    assert _word(replace(pending, not_yet="", who_decides="us")) == "NOT A MEASUREMENT QUESTION"


def _word(claim: Any) -> str:
    return answers(replace(small_study(), claims=(claim,)), {}, {})[-1].verdict.word


def test_what_is_not_yet_examined_hides_no_failure_and_no_doubt() -> None:
    base = next(one for one in claims() if one.id == "E34")
    levels = {}
    for name, limits in {"good": (0.91, 0.97), "bad": (0.5, 0.7)}.items():
        row = {"coefficient": "alpha", "form": "a", "estimate": sum(limits) / 2, "n": 500}
        frame = pd.DataFrame([{**row, "low": limits[0], "high": limits[1]}])
        made = {"reliability": Result({"coefficients": frame})}
        found = answers(replace(small_study(), claims=(replace(base, id="X"),)), made, {})[-1]
        levels[name] = found.verdict.level
        assert found.not_yet is not None
    assert levels == {"good": "not_yet_examined", "bad": "bottom"}


def test_a_rating_that_nobody_recorded_is_no_failure() -> None:
    """E29: without inspection ratings there are no rows to count, which is not a count of none."""
    groups = pd.DataFrame([{"group": "sex", "group_level": "male", "n": 400}])
    made = {"group_sizes": Result({"groups": groups})}
    found = {one.claim.id: one for one in answers(small_study(), made, {})}
    assert found["E29"].verdict.level == "cannot_tell"
    levels = [{"group": "ofsted", "group_level": name, "n": n} for name, n in (("a", 60), ("b", 9))]
    made = {"group_sizes": Result({"groups": pd.DataFrame(levels)})}
    few = {one.claim.id: one for one in answers(small_study(), made, {})}["E29"]
    assert few.verdict.level == "cannot_tell"
    assert "9 people and at least 50" in few.verdict.sentence
    levels[1]["n"] = 50
    made = {"group_sizes": Result({"groups": pd.DataFrame(levels)})}
    assert {one.claim.id: one for one in answers(small_study(), made, {})}[
        "E29"
    ].verdict.word == "SUPPORTED"


def test_chapters_of_claims_are_those_of_the_register() -> None:
    names = {chapter.name for chapter in register.CHAPTERS}
    assert {claim.chapter for claim in claims()} <= {"", *names}


@pytest.mark.parametrize("word", ["valid test", "proves", "subjects", "significant", "bias"])
def test_no_word_that_a_lay_reader_should_not_meet(word: str) -> None:
    for claim in claims():
        ours = (claim.question, claim.remark, claim.cannot_show, claim.not_yet, claim.unanswered)
        assert word not in " ".join((*ours, *claim.action.values())).lower()


def test_intentions_are_never_used_as_departures() -> None:
    for name in ("E26", "E27"):
        claim = next(one for one in claims() if one.id == name)
        assert "stated intention to leave is not a departure" in claim.cannot_show


def test_the_manual_says_of_the_pilot_what_the_numbers_say() -> None:
    manual = (Path(__file__).parents[2] / "docs" / "claims.md").read_text(encoding="utf-8")
    told = dict(re.findall(r"(?m)^\| (E\d\d) \| .+? \| ([A-Z ]+) \| ", manual))
    words = {name: word for word, names in PILOT.items() for name in names.split()}
    left_out = ("CANNOT TELL", "NOT YET EXAMINED", "NOT A MEASUREMENT QUESTION")
    assert told == {name: word for name, word in words.items() if word not in left_out}
    not_yet, policy, unknown = (
        len(PILOT[word].split())
        for word in ("NOT YET EXAMINED", "NOT A MEASUREMENT QUESTION", "CANNOT TELL")
    )
    summed = f"{not_yet} are not yet examined and {policy} are no measurement questions; {unknown}"
    assert f"claims {summed} cannot be told" in manual.replace("\n", " ")
