"""Keys, scoring rules, absences and limits, by cases worked out by hand."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import pytest

from naas_psych.study.keys import KeyFault, normal_form, parse_key, score_multiple
from naas_psych.study.load import check_study, read_study
from naas_psych.study.responses import NOT_ADMINISTERED, NOT_REACHED, OMITTED, TECHNICAL_LOSS

NORMAL = normal_form(False)
SPEC = '[tables]\nresponses = "responses.csv"\n'

#: method sheet 10.1: five options, two keyed (A, B)
RULES = {
    "exact": (Fraction(0), Fraction(0)),
    "plus_minus": (Fraction(1, 2), Fraction(1, 2)),
    "option_wise": (Fraction(4, 5), Fraction(4, 5)),
    "capped": (Fraction(0), Fraction(1, 2)),
    "half_mark": (Fraction(1, 2), Fraction(1, 2)),
}


@pytest.mark.parametrize("rule", RULES)
def test_multiple_response_rules(rule: str) -> None:
    key = parse_key("AB", kind="multiple", normal=NORMAL, rule=rule)  # type: ignore[arg-type]
    two_right_one_wrong, one_right = RULES[rule]
    assert score_multiple(frozenset("abc"), key, 5) == two_right_one_wrong
    assert score_multiple(frozenset("a"), key, 5) == one_right
    assert score_multiple(frozenset("ab"), key, 5) == 1


def test_three_of_eight_is_scored_0_to_3() -> None:
    key = parse_key("ACF", kind="multiple", normal=NORMAL, max_score=3)
    scores = [score_multiple(frozenset(c), key, 8) for c in ("acf", "acg", "agh", "bgh", "acfg")]
    assert scores == [3, 2, 1, 0, 0]


@pytest.mark.parametrize(
    ("text", "points"),
    [
        ("B", {"b": 1}),
        ("B|C", {"b": 1, "c": 1}),
        (" b | c ", {"b": 1, "c": 1}),
        ("A=1;B=0.5", {"a": 1, "b": Fraction(1, 2)}),
        ("A = 2; B = 1; C = 0", {"a": 2, "b": 1, "c": 0}),
    ],
)
def test_key_spellings(text: str, points: dict[str, Fraction]) -> None:
    assert parse_key(text, kind=None, normal=NORMAL).points == points


@pytest.mark.parametrize("text", ["|", "A=x", "=1", "A=-1", "A=0"])
def test_keys_that_make_no_sense(text: str) -> None:
    with pytest.raises(KeyFault):
        parse_key(text, kind=None, normal=NORMAL)


def study_of(tmp_path: Path, spec: str = "", **tables: str) -> Path:
    for name, text in tables.items():
        (tmp_path / f"{name}.csv").write_text(text)
    if spec:
        (tmp_path / "study.toml").write_text(spec)
    return tmp_path


def test_partial_credit_by_key(tmp_path: Path) -> None:
    responses = "person_id,Q1,Q2\np1,a,A\np2, B ,B\np3,C,b\n"
    study = read_study(
        study_of(tmp_path, responses=responses, key="item,key\nQ1,A=1;B=0.5\nQ2,A|B\n")
    )
    assert study.responses.unit == 0.5
    assert study.responses.points.tolist() == [[2, 2], [1, 2], [0, 2]]
    assert study.responses.max_points.tolist() == [2, 2]
    assert study.responses.options == (("B", "C", "a"), ("A", "B"))


def test_letter_case_can_count(tmp_path: Path) -> None:
    spec = SPEC + 'key = "key.csv"\n[responses]\ncase_sensitive = true\n'
    responses = "person_id,Q1,Q2\np1,a,A\np2,A,B\np3,B,b\n"
    study = read_study(study_of(tmp_path, spec, responses=responses, key="item,key\nQ1,A\nQ2,B\n"))
    assert study.responses.points.tolist() == [[0, 0], [1, 1], [0, 0]]


#: rows of five right/wrong items, as recorded
BLANKS = "person_id,Q1,Q2,Q3,Q4,Q5\np1,1,,0,,\np2,1,1,1,1,\np3,,,,,\np4,0,1,0,1,1\n"
OM, R, M = OMITTED, NOT_REACHED, NOT_ADMINISTERED


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        ("", [[1, OM, 0, R, R], [1, 1, 1, 1, R], [R] * 5]),
        (
            'trailing_blank = "not_reached_after_first"\n',
            [[1, OM, 0, OM, R], [1, 1, 1, 1, OM], [OM, R, R, R, R]],
        ),
        ('trailing_blank = "omitted"\n', [[1, OM, 0, OM, OM], [1, 1, 1, 1, OM], [OM] * 5]),
        ('blank = "not_administered"\n', [[1, M, 0, M, M], [1, 1, 1, 1, M], [M] * 5]),
        ('blank = "not_reached"\n', [[1, R, 0, R, R], [1, 1, 1, 1, R], [R] * 5]),
    ],
)
def test_blanks(tmp_path: Path, settings: str, expected: list[list[int]]) -> None:
    study = read_study(
        study_of(tmp_path, SPEC + "[responses]\nraw = false\n" + settings, responses=BLANKS)
    )
    assert study.responses.points[:3].tolist() == expected


def test_trailing_follows_the_order_of_presentation(tmp_path: Path) -> None:
    """Q5 comes first and Q1 last: p1 answered Q3 and Q1, so Q5, Q4 and Q2 are omitted."""
    items = "item_id,position\nQ1,5\nQ2,4\nQ3,3\nQ4,2\nQ5,1\n"
    study = read_study(study_of(tmp_path, responses=BLANKS, items=items))
    assert study.responses.points[0].tolist() == [1, OM, 0, OM, OM]
    assert study.responses.points[1].tolist() == [1, 1, 1, 1, OM]


def test_codes(tmp_path: Path) -> None:
    spec = (
        SPEC + "[responses]\nraw = false\n"
        'codes = { "." = "not_reached", "-" = "omitted", "np" = "not_administered", '
        '"X" = "technical_loss", "9" = "omitted" }\n'
    )
    responses = "person_id,Q1,Q2,Q3,Q4\np1,-,NP,1,.\np2,x,9.0,0,1\np3,0,1,1,0\n"
    study = read_study(study_of(tmp_path, spec, responses=responses))
    assert study.responses.points.tolist() == [
        [OM, M, 1, R],
        [TECHNICAL_LOSS, OM, 0, 1],
        [0, 1, 1, 0],
    ]


def test_long_rows_that_are_not_there(tmp_path: Path) -> None:
    """Form x has Q1 to Q3, form y Q3 and Q4; p2 has no row for Q3 of his form."""
    long = (
        "person_id,form_id,item_id,score,state\n"
        "p1,x,Q1,1,answered\np1,x,Q2,,\np1,x,Q3,,\n"
        "p2,x,Q1,0,answered\np2,x,Q2,1,answered\n"
        "p3,y,Q3,1,answered\np3,y,Q4,,technical_loss\np4,x,Q3,1,\np4,x,Q1,0,\np4,x,Q2,,omitted\n"
    )
    study = read_study(study_of(tmp_path, responses=long))
    assert study.responses.item_ids == ("Q1", "Q2", "Q3", "Q4")
    assert study.responses.points.tolist() == [
        [1, R, R, M],
        [0, 1, R, M],
        [M, M, 1, TECHNICAL_LOSS],
        [0, OM, 1, M],
    ]
    assert study.persons["form_id"].tolist() == ["x", "x", "y", "x"]


def test_long_without_forms_is_not_administered(tmp_path: Path) -> None:
    long = "person_id,item_id,score\np1,Q1,1\np1,Q2,0\np2,Q2,1\n"
    study = read_study(study_of(tmp_path, responses=long))
    assert study.responses.points.tolist() == [[1, 0], [M, 1]]


def test_rating_scale_is_recognised(tmp_path: Path) -> None:
    rows = "".join(f"p{k},{k % 6 + 1},{(k + 2) % 4 + 1},{(k * 5) % 6 + 1}\n" for k in range(12))
    study = read_study(study_of(tmp_path, responses="person_id,a,b,c\n" + rows + "p99,,3,3\n"))
    assert study.responses.min_points.tolist() == [1, 1, 1]
    assert study.responses.max_points.tolist() == [6, 6, 6]
    assert study.omitted == "left_out"
    assert any("from 1 to 6" in sentence for sentence in study.said)


def test_limits_of_the_items_table_win(tmp_path: Path) -> None:
    study = read_study(
        study_of(
            tmp_path,
            responses="person_id,Q1,Q2\nA,1,2\nB,2,3\nC,1,1\n",
            items="item_id,min_score,max_score\nQ1,0,4\nQ2,1,5\n",
        )
    )
    assert study.responses.min_points.tolist() == [0, 1]
    assert study.responses.max_points.tolist() == [4, 5]


def test_a_total_column_is_left_out(tmp_path: Path) -> None:
    rows = "person_id,a,b,c,marks\nA,1,0,1,2\nB,1,1,1,3\nC,0,0,1,1\nD,0,0,0,0\n"
    study = read_study(study_of(tmp_path, responses=rows))
    assert study.responses.item_ids == ("a", "b", "c")
    assert "marks" in study.spec.responses.leave_out


def test_waivers(tmp_path: Path) -> None:
    responses = "person_id,Q1,Q2\nA,1,1\nB,1,0\nB,0,0\n"
    waive = '[[waivers]]\ncode = "{}"\nreason = "seen by the panel"\n'
    spec = SPEC + waive.format("duplicate_person") + waive.format("item_without_variance")
    study = read_study(study_of(tmp_path, spec, responses=responses))
    assert study.responses.n_persons == 2
    waived = [fault for fault in study.faults if fault.waived]
    assert {fault.code for fault in waived} == {"duplicate_person", "item_without_variance"}
    assert {fault.severity for fault in waived} == {"info"}
    assert waived[0].waived == "seen by the panel"


def test_what_cannot_be_waived(tmp_path: Path) -> None:
    spec = SPEC + '[[waivers]]\ncode = "text_in_score_column"\nreason = "no time"\n'
    responses = "person_id,Q1,Q2\nA,1,1\nB,x,0\nC,0,0\nD,0,1\nE,1,1\n"
    check = check_study(study_of(tmp_path, spec, responses=responses))
    assert check.study is None
    assert {fault.code for fault in check.faults} == {"text_in_score_column", "waiver_not_possible"}


def test_optional_tables(tmp_path: Path) -> None:
    study = read_study(
        study_of(
            tmp_path,
            responses="person_id,Q1,Q2\nA,1,1\nB,1,0\nC,0,0\n",
            judgements="expert_id,item_id,relevance,essential,role_owner\n"
            "J1,Q1,4,essential,health\nJ2,Q1,,not needed,\n",
            angoff="judge_id,item_id,round,probability\nJ1,Q1,1,60\nJ1,Q2,1,75\n",
            feedback="person_id,source,fair,clear,text\nA,exit,4,5,good\nB,exit,2,,=1+1\n",
            marks="person_id,task_id,rater_id,criterion,mark\nA,T1,R1,analysis,5\n",
        )
    )
    assert study.tables["judgements"]["judge_id"].tolist() == ["J1", "J2"]
    assert study.tables["judgements"]["essential"].tolist() == ["essential", "not_needed"]
    assert study.tables["angoff"]["probability"].tolist() == [0.6, 0.75]
    assert study.tables["feedback"]["fair"].tolist() == [4, 2]
    assert study.tables["feedback"]["text"].tolist() == ["good", "=1+1"]
    assert study.tables["marks"]["mark"].tolist() == [5]
    assert any("percent" in sentence for sentence in study.said)


def test_forms_of_wide_data(tmp_path: Path) -> None:
    """A blank in an item of another form was not administered, whatever stands after it."""
    study = read_study(
        study_of(
            tmp_path,
            responses="person_id,form_id,Q1,Q2,Q3,Q4\np1,x,1,,1,\np2,y,,0,1,\np3,y,,1,,1\n",
            items="item_id,form_id,anchor\nQ1,x,\nQ2,y,\nQ3,,true\nQ4,x|y,\n",
        )
    )
    assert study.responses.points.tolist() == [[1, M, 1, R], [M, 0, 1, R], [M, 1, OM, 1]]


def test_scores_beside_the_responses_are_compared(tmp_path: Path) -> None:
    long = (
        "person_id,item_id,response,score\n"
        "p1,Q1,A,1\np1,Q2,B,0\np2,Q1,B,0\np2,Q2,C,1\np3,Q1,A,1\np3,Q2,B,1\n"
    )
    study = read_study(study_of(tmp_path, responses=long, key="item,key\nQ1,A\nQ2,B\n"))
    assert study.responses.points.tolist() == [[1, 1], [0, 0], [1, 1]]
    assert [fault.code for fault in study.faults] == ["score_contradicts_key"]
    assert study.faults[0].found == "2 scores of item 'Q2' differ from the key."


def test_many_waived_faults_leave_none_behind(tmp_path: Path) -> None:
    spec = SPEC + '[[waivers]]\ncode = "duplicate_person"\nreason = "the first sitting counts"\n'
    rows = "".join(f"p{k // 2},{k % 2},{k % 3 % 2}\n" for k in range(100))
    study = read_study(study_of(tmp_path, spec, responses="person_id,Q1,Q2\n" + rows))
    assert study.responses.n_persons == 50
    assert not [fault for fault in study.faults if fault.severity == "error"]


def test_true_and_false_are_scores(tmp_path: Path) -> None:
    text = "person_id,Q1,Q2\nA,TRUE,FALSE\nB,FALSE,TRUE\nC,true,true\n"
    study = read_study(study_of(tmp_path, responses=text))
    assert study.responses.points.tolist() == [[1, 0], [0, 1], [1, 1]]


@pytest.mark.parametrize("code", ["9", "99"])
def test_codes_for_no_answer_are_not_taken_for_scores(tmp_path: Path, code: str) -> None:
    rows = "".join(f"p{k},{k % 2},{k % 3 % 2},{code if k % 5 == 0 else 1}\n" for k in range(40))
    check = check_study(study_of(tmp_path, responses="person_id,Q1,Q2,Q3\n" + rows))
    assert check.study is None
    assert {f.code for f in check.faults} == {
        "suspected_absence_code",
        "score_above_max",
        "item_without_variance",
    } or {f.code for f in check.faults} == {"suspected_absence_code", "score_above_max"}
    spec = SPEC + f'[responses]\nraw = false\ncodes = {{ "{code}" = "omitted" }}\n'
    study = read_study(study_of(tmp_path, spec))
    assert study.responses.count(OMITTED).tolist() == [0, 0, 8]


def test_a_state_wins_over_a_response_and_says_so(tmp_path: Path) -> None:
    long = "person_id,item_id,score,state\np1,Q1,1,omitted\np1,Q2,1,answered\np2,Q1,0,\np2,Q2,0,\n"
    study = read_study(study_of(tmp_path, responses=long))
    assert study.responses.points.tolist() == [[OM, 1], [0, 0]]
    fault = next(f for f in study.faults if f.code == "state_contradicts_response")
    assert (fault.row, fault.column) == (2, "score")


def test_a_key_that_nobody_chose_is_told(tmp_path: Path) -> None:
    responses = "person_id,Q1,Q2\np1,A,A\np2,B,B\np3,C,B\n"
    study = read_study(study_of(tmp_path, responses=responses, key="item,key\nQ1,D\nQ2,B\n"))
    assert [(f.code, f.column) for f in study.faults][:1] == [("key_never_chosen", "Q1")]
