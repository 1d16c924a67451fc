"""One suite for every analysis of the register: what it promises, and what it does in extremis."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import cache

import numpy as np
import pandas as pd
import pytest
from pydantic import BaseModel

from naas_psych import register
from naas_psych.analysis import allowed_values, check_options, sections
from naas_psych.cli.columns import columns_of
from naas_psych.cli.schema import analysis_schema, document_schema
from naas_psych.errors import AnalysisImpossible, UsageError
from naas_psych.finding import SEVERITIES
from naas_psych.finding_codes import finding_codes
from naas_psych.glossary import term
from naas_psych.reason_codes import reason_codes
from naas_psych.references import references
from naas_psych.report.document import document, dumps
from naas_psych.result import Result
from naas_psych.study.responses import NOT_ADMINISTERED, NOT_REACHED, OMITTED
from naas_psych.study.study import Study
from tests.make import study_from_choices, study_from_scores
from tests.specimen import specimen

ANALYSES = register.names()
SECTIONS = ("Formula", "How to read it", "When not to use it", "Agrees with", "References")
#: Fewer replicates than anybody would report: the suite asks for behaviour, not for numbers.
QUICK = {"replicates": 20, "bootstrap": 20, "samples": 20}


def quick(name: str) -> dict[str, int]:
    fields = register.load(name).options.model_fields
    return {option: value for option, value in QUICK.items() if option in fields}


def run(name: str, study: Study) -> Result:
    return register.load(name).run(study, **quick(name))


@cache
def ran(name: str) -> Result:
    """The analysis on ordinary data, run once for all that only look at what came out."""
    return run(name, specimen())


def ordinary() -> Study:
    return specimen()


def rating_scale() -> Study:
    generator = np.random.Generator(np.random.PCG64(1))
    trait = generator.normal(size=(80, 1))
    points = np.clip(np.round(3 + trait + generator.normal(size=(80, 5))), 1, 5).astype(int)
    return study_from_scores(points, min_points=1, max_points=5, omitted="left_out")


def every_absence() -> Study:
    generator = np.random.Generator(np.random.PCG64(2))
    points = generator.integers(0, 2, size=(40, 6))
    points[0, :] = OMITTED
    points[1, 3:] = NOT_REACHED
    points[2:12, 5] = NOT_ADMINISTERED
    return study_from_scores(points)


EXTREMES: dict[str, Callable[[], Study]] = {
    "ordinary": ordinary,
    "rating scale": rating_scale,
    "every absence": every_absence,
    "no variance": lambda: study_from_scores(np.ones((20, 4), dtype=int), max_points=1),
    "all wrong": lambda: study_from_scores(np.zeros((20, 4), dtype=int), max_points=1),
    "one item": lambda: study_from_scores([[0], [1], [1], [0], [1]], max_points=1),
    "two items": lambda: study_from_scores([[0, 1], [1, 1], [1, 0], [0, 0]], max_points=1),
    "one person": lambda: study_from_scores([[0, 1, 1, 0]], max_points=1),
    "two persons": lambda: study_from_scores([[0, 1, 1], [1, 0, 1]], max_points=1),
    "all missing": lambda: study_from_scores(np.full((6, 4), OMITTED), max_points=1),
    "nobody was given anything": lambda: study_from_scores(
        np.full((6, 4), NOT_ADMINISTERED), max_points=1
    ),
    "one item nobody was given": lambda: study_from_scores(
        [[0, 1, -3], [1, 1, -3], [1, 0, -3], [0, 0, -3], [1, 1, -3]], max_points=1
    ),
    "disjoint forms": lambda: study_from_scores(
        [[0, 1, -3, -3]] * 6 + [[1, 0, -3, -3]] * 6 + [[-3, -3, 1, 0]] * 6 + [[-3, -3, 0, 1]] * 6,
        max_points=1,
    ),
    "identical items": lambda: study_from_scores([[0] * 5, [1] * 5] * 10, max_points=1),
    "everybody chose one option": lambda: study_from_choices(["AAAA"] * 12, "AAAA"),
    "nobody chose the key": lambda: study_from_choices(["BBCA", "CBBA"] * 8, "AAAB"),
}


@cache
def extreme_study(extreme: str) -> Study:
    """One study for all analyses: they share what is slow to make, such as a calibration."""
    return EXTREMES[extreme]()


@pytest.mark.parametrize("name", ANALYSES)
def test_its_docstring_teaches(name: str) -> None:
    one = register.load(name)
    found = sections(one.run.__doc__)
    assert one.question.endswith("?")
    for heading in SECTIONS:
        assert found.get(heading, "").strip(), f"{name} has no section {heading!r}"


@pytest.mark.parametrize("name", ANALYSES)
def test_its_references_are_in_the_bibliography(name: str) -> None:
    cited = sections(register.load(name).run.__doc__)["References"].replace("\n", ",")
    keys = [key.strip() for key in cited.split(",") if key.strip()]
    assert [key for key in keys if key not in references()] == []


@pytest.mark.parametrize("name", ANALYSES)
def test_every_option_is_described(name: str) -> None:
    for option, field in register.load(name).options.model_fields.items():
        assert field.description, f"{name}: option {option} has no description"
        assert allowed_values(field)


@pytest.mark.parametrize("name", ANALYSES)
def test_every_column_is_a_glossary_term(name: str) -> None:
    for columns in columns_of(name).values():
        for column in columns:
            assert term(column).label


@pytest.mark.parametrize("name", ANALYSES)
def test_its_schema_is_json_and_names_its_columns(name: str) -> None:
    made = json.loads(json.dumps(analysis_schema(name)))
    for table, columns in columns_of(name).items():
        row = made["properties"]["tables"]["properties"][table]["items"]["properties"]
        assert set(columns) <= set(row)


def test_the_schema_of_the_whole_document_is_json() -> None:
    made = json.loads(json.dumps(document_schema()))
    assert set(made["properties"]["results"]["properties"]) == {*ANALYSES, "scorecard"}


@pytest.mark.parametrize("extreme", EXTREMES)
@pytest.mark.parametrize("name", ANALYSES)
def test_extreme_data_end_in_a_result_or_a_reason(name: str, extreme: str) -> None:
    try:
        result = ran(name) if extreme == "ordinary" else run(name, extreme_study(extreme))
    except AnalysisImpossible as error:
        assert len(str(error)) > 20
        return
    for table in result.tables.values():
        undefined_have_reasons(table)
        reasons_are_listed(table)
    for finding in result.findings:
        assert finding.severity in SEVERITIES
        assert finding.sentence.strip()
        assert name in finding_codes()[finding.code].analyses


def reasons_are_listed(table: pd.DataFrame) -> None:
    for column in table.columns:
        if str(column).endswith("_reason"):
            assert set(table[column].dropna()) <= set(reason_codes())


def test_the_check_for_listed_reasons_can_fail() -> None:
    with pytest.raises(AssertionError):
        reasons_are_listed(pd.DataFrame({"x_reason": ["because"]}))


def undefined_have_reasons(table: pd.DataFrame) -> None:
    for column in table.columns:
        if table[column].dtype.kind != "f":
            continue
        values = table[column].to_numpy(dtype=float, na_value=np.nan)
        undefined = ~np.isfinite(values)
        if undefined.any():
            said = table[f"{column}_reason"][undefined]
            assert said.notna().all(), f"{column} is undefined without a reason"


def test_the_check_for_reasons_can_fail() -> None:
    bare = pd.DataFrame({"x": [1.0, np.nan]})
    with pytest.raises(KeyError):
        undefined_have_reasons(bare)
    with pytest.raises(AssertionError):
        undefined_have_reasons(bare.assign(x_reason=[None, None]))


@pytest.mark.parametrize("name", ANALYSES)
def test_the_same_input_gives_the_same_bytes_and_json_comes_back(name: str) -> None:
    study = specimen()
    first, second = (dumps(document("run", study, [r])) for r in (ran(name), run(name, study)))
    assert first == second
    again = json.loads(first)
    assert dumps(again) == first


@pytest.mark.parametrize("name", ANALYSES)
def test_threads_do_not_change_the_bytes(name: str) -> None:
    one = register.load(name)
    if "threads" not in one.options.model_fields:
        pytest.skip("it has no option threads")
    study = specimen()
    results = [ran(name), one.run(study, threads=2, **quick(name))]
    assert dumps(document("run", study, results[:1])) == dumps(document("run", study, results[1:]))


@pytest.mark.parametrize("name", ANALYSES)
def test_it_does_not_change_the_study(name: str) -> None:
    study = specimen()
    points, items = study.responses.points.copy(), study.items.copy()
    run(name, study)
    np.testing.assert_array_equal(study.responses.points, points)
    pd.testing.assert_frame_equal(study.items, items)


@pytest.mark.parametrize("name", ANALYSES)
def test_its_drawings_have_words(name: str) -> None:
    one = register.load(name)
    if one.drawings is None:
        pytest.skip("it has no drawings")
    result = ran(name)
    for drawing in one.drawings(result):
        assert drawing.title.strip()
        assert len(drawing.alt) > 20
        assert drawing.table in result.tables


def test_an_unknown_analysis_names_what_is_near() -> None:
    with pytest.raises(UsageError, match="Did you mean item_statistics"):
        register.chapter_of("item_statistic")


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"level": 1.5}, "a number above 0.5 and below 1"),
        ({"level": "high"}, "a number above 0.5 and below 1"),
        ({"not_reached": "maybe"}, "one of: wrong, left_out"),
        ({"levle": 0.9}, "Did you mean level"),
    ],
)
def test_a_wrong_option_says_what_is_allowed(options: dict[str, object], said: str) -> None:
    model: type[BaseModel] = register.load("item_statistics").options
    with pytest.raises(UsageError, match=said):
        check_options("item_statistics", model, options)
