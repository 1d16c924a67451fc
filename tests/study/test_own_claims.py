"""A study's own claims: read with the study, answered like the others, refused with the line."""

from __future__ import annotations

import re
import shutil
import tomllib
from pathlib import Path

import pytest

from naas_psych.assurance.claims import answers
from naas_psych.errors import Fault
from naas_psych.study.load import StudyCheck, check_study
from naas_psych.study.toml_lines import line_of, line_of_error

ROOT = Path(__file__).resolve().parents[2]
MINI = ROOT / "data" / "sample_responses" / "mini"
CLAIM = """\
[B01]
quote = "the test is too short to decide about anybody, whatever anybody may say of it"
who = "a candidate"
polarity = "C"
question = "Is the score too imprecise?"
main_assumption = "the items are a sample"
would_change_if = "items are added"
cannot_show = "whether the decision is right"

[[B01.measures]]
says = "reliability"
analysis = "reliability"
table = "coefficients"
where = { coefficient = "alpha" }
each = "form"
value = "estimate"
low = "low"
high = "high"
minimum = "pass_fail_reliability_min"
target = "pass_fail_reliability_target"
"""


def checked(folder: Path, claims: str, *, name: str = "claims.toml") -> StudyCheck:
    shutil.copytree(MINI, folder, dirs_exist_ok=True)
    (folder / "claims.toml").write_text(claims, encoding="utf-8")
    spec = (MINI / "study.toml").read_text(encoding="utf-8")
    (folder / "study.toml").write_text(f'{spec}\n[report]\nclaims = "{name}"\n', encoding="utf-8")
    return check_study(folder)


def only(check: StudyCheck) -> Fault:
    (fault,) = [one for one in check.faults if one.severity == "error"]
    assert check.study is None
    return fault


def test_a_good_file_is_read_and_is_an_input_of_the_study(tmp_path: Path) -> None:
    study = checked(tmp_path, CLAIM).study
    assert study is not None
    assert [claim.id for claim in study.claims] == ["B01"]
    assert tmp_path / "claims.toml" in study.inputs
    found = answers(study, {}, {})[-1]
    assert (found.claim.id, found.claim.chapter) == ("B01", "reliability")
    assert found.verdict.word == "CANNOT TELL"


@pytest.mark.parametrize(
    ("old", "new", "code", "line", "found"),
    [
        ('who = "a candidate"\n', "", "claims_missing", 1, "has no 'who'"),
        ("who =", "hwo =", "claims_missing", 1, "has no 'who'"),
        ('polarity = "C"', 'polarity = "Z"', "claims_setting", 4, "B01.polarity = 'Z'"),
        ('quote = "the', 'quote = 7 # "', "claims_setting", 2, "B01.quote = 7"),
        ("[B01]\n", '[B01]\nremrk = "x"\n', "claims_key", 2, "Did you mean 'remark'?"),
        ("[B01]\n", '[B01]\nchapter = "irt"\n', "claims_key", 2, "no key 'chapter'"),
        ("[B01]\n", '[B01]\nclosing = "trail"\n', "claims_name", 2, "Did you mean 'trial'?"),
        ("[B01]\n", '[B01]\ndocuments = ["x"]\n', "claims_setting", 2, "B01.documents.0"),
        ("[B01]\n", '[B01]\naction = { topp = "x" }\n', "claims_name", 2, "Did you mean 'top'?"),
        ('analysis = "reliability"', 'analysis = "reliabilty"', "claims_name", 12,
         "Did you mean 'reliability'?"),
        ('table = "coefficients"', 'table = "coeficients"', "claims_name", 13,
         "Did you mean 'coefficients'?"),
        ('value = "estimate"', 'value = "estimat"', "claims_name", 16, "Did you mean 'estimate'?"),
        ('value = "estimate"', 'value = "method"', "claims_setting", 16, "holds no numbers"),
        ("coefficient =", "coeficient =", "claims_name", 14, "Did you mean 'coefficient'?"),
        ('coefficient = "alpha"', "coefficient = [[1]]", "claims_setting", 14, "match no cell"),
        ("low = ", "n = ", "claims_name", 16, "'estimate_low'"),
        ("reliability_min", "reliability_mn", "claims_name", 19,
         "Did you mean 'pass_fail_reliability_min'?"),
        ("reliability_target", "reliability_n", "claims_setting", None, ""),
        ('each = "form"\n', "total = true\n", "claims_setting", 15, "there is no `each`"),
        ('says = "reliability"\n', "", "claims_missing", 10, "has no 'says'"),
        ("[[B01.measures]]", "[B01]", "claims_twice", 10, "B01 stands above already"),
        ("[B01]\n", "[B01\n", "claims_not_toml", 1, "this is not TOML"),
        ("[B01]\n", 'free = "x"\n[B01]\n', "claims_setting", 1, "outside of every table"),
    ],
)  # fmt: skip
def test_every_mistake_is_told_with_its_line(
    tmp_path: Path, *, old: str, new: str, code: str, line: int | None, found: str
) -> None:
    assert old in CLAIM
    check = checked(tmp_path, CLAIM.replace(old, new, 1))
    if line is None:
        assert check.study is not None, "a target of 200 lies beyond the minimum"
        return
    assert check.study is None
    told = [fault for fault in check.faults if fault.code == code]
    assert told, check.faults
    assert (told[0].file, told[0].row) == ("claims.toml", line)
    assert found in told[0].found


def test_a_target_that_is_easier_than_the_minimum_is_refused(tmp_path: Path) -> None:
    turned = CLAIM.replace("reliability_min", "reliability_x").replace(
        "reliability_target", "reliability_min"
    )
    fault = only(checked(tmp_path, turned.replace("reliability_x", "reliability_target")))
    assert (fault.code, fault.row) == ("claims_setting", 20)
    assert "easier to reach" in fault.found


def test_the_numbers_of_the_register_are_taken(tmp_path: Path) -> None:
    fault = only(checked(tmp_path, CLAIM.replace("B01", "E08")))
    assert (fault.code, fault.row) == ("claims_twice", 1)


def test_a_claim_must_say_what_answers_it(tmp_path: Path) -> None:
    fault = only(checked(tmp_path, CLAIM.split("[[B01", maxsplit=1)[0]))
    assert (fault.code, fault.row) == ("claims_unanswered", 1)
    said = CLAIM.split("[[B01", maxsplit=1)[0] + 'not_yet = "a study"\n'
    assert checked(tmp_path, said).study is not None


@pytest.mark.parametrize("name", ['"a b"', '"<b>"', "1x", '"x.y"'])
def test_the_name_of_a_claim_is_a_plain_word(tmp_path: Path, name: str) -> None:
    fault = only(
        checked(tmp_path, CLAIM.replace("[B01]", f"[{name}]").replace("[[B01", f"[[{name}"))
    )
    assert (fault.code, fault.row) == ("claims_setting", 1)


def test_a_file_without_claims_is_pointed_out(tmp_path: Path) -> None:
    check = checked(tmp_path, "# none yet\n")
    assert check.study is not None
    assert "claims_none" in {fault.code for fault in check.faults}


@pytest.mark.parametrize(
    ("name", "code"), [("../claims.toml", "path_outside_study"), ("clams.toml", "file_missing")]
)
def test_the_file_lies_in_the_study_folder(tmp_path: Path, name: str, code: str) -> None:
    fault = only(checked(tmp_path, CLAIM, name=name))
    assert (fault.code, fault.file, fault.column) == (code, "study.toml", "claims")
    assert fault.row == len((tmp_path / "study.toml").read_text().splitlines())


@pytest.mark.parametrize("value", ["nan", "inf", "true", '"5"'])
def test_a_threshold_of_a_study_is_a_finite_number(tmp_path: Path, value: str) -> None:
    checked(tmp_path, CLAIM)
    spec = (MINI / "study.toml").read_text(encoding="utf-8")
    text = f"{spec}\n[thresholds]\n# ours\nitem_facility_min = {value}\n"
    (tmp_path / "study.toml").write_text(text, encoding="utf-8")
    fault = only(check_study(tmp_path))
    assert (fault.code, fault.row) == ("bad_setting", len(text.splitlines()))


def test_an_unknown_threshold_of_a_study_is_told_with_its_line(tmp_path: Path) -> None:
    shutil.copytree(MINI, tmp_path, dirs_exist_ok=True)
    text = (MINI / "study.toml").read_text(encoding="utf-8") + "\n[thresholds]\nfacility = 0.2\n"
    (tmp_path / "study.toml").write_text(text, encoding="utf-8")
    fault = only(check_study(tmp_path))
    assert (fault.code, fault.row) == ("unknown_threshold", len(text.splitlines()))


def test_a_study_toml_that_is_no_toml_says_the_line(tmp_path: Path) -> None:
    shutil.copytree(MINI, tmp_path, dirs_exist_ok=True)
    text = (MINI / "study.toml").read_text(encoding="utf-8") + "\n[thresholds\n"
    (tmp_path / "study.toml").write_text(text, encoding="utf-8")
    fault = only(check_study(tmp_path))
    assert (fault.code, fault.row) == ("not_toml", len(text.splitlines()))


def test_lines_of_keys_are_found_in_every_spelling() -> None:
    text = '[a]\n"b c" = 1\nd.e = 2\n\n[[a.list]]\nx = 1\n\n[[ a . "list" ]]\nx = 2\n'
    assert tomllib.loads(text)
    assert line_of(text, ("a", "b c")) == 2
    assert line_of(text, ("a", "d", "e")) == 3
    assert line_of(text, ("a", "list", 0, "x")) == 6
    assert line_of(text, ("a", "list", 1, "x")) == 9
    assert line_of(text, ("a", "list", 1, "nothing")) == 8
    assert line_of(text, ("z",)) is None
    with pytest.raises(tomllib.TOMLDecodeError) as error:
        tomllib.loads("a = 1\nb =")
    assert line_of_error("a = 1\nb =", error.value) == 2


def test_the_example_of_the_manual_works(tmp_path: Path) -> None:
    manual = (ROOT / "docs" / "claims.md").read_text(encoding="utf-8")
    (example,) = re.findall(r"```toml\n(# claims\.toml\n.*?)```", manual, flags=re.DOTALL)
    study = checked(tmp_path, example).study
    assert study is not None
    assert [claim.id for claim in study.claims] == ["B01", "B02", "B03"]
    words = [one.verdict.word for one in answers(study, {}, {})[-3:]]
    assert words == ["CANNOT TELL", "NOT YET EXAMINED", "NOT A MEASUREMENT QUESTION"]
