"""An items table that is a bank: items of forms that nobody sat are counted in one line."""

from __future__ import annotations

from pathlib import Path

import pytest

from naas_psych.study.load import StudyCheck, check_study

#: item, form, key
ITEMS = (
    ("A1", "alpha|beta", "A"),
    ("A2", "alpha", "B"),
    ("A3", "beta", "C"),
    ("A4", "alpha", "A"),
    ("A5", "", "B"),
    ("B1", "bank", "A"),
    ("B2", "bank", "B"),
    ("B3", "gamma|bank", "C"),
)
#: nobody has a response to A4 (of a form that was sat) and A5 (of no form)
PERSONS = {"p1": "alpha", "p2": "alpha", "p3": "beta", "p4": "beta"}
GIVEN = {"alpha": ("A1", "A2"), "beta": ("A1", "A3")}
ANSWERS = {"p1": "AB", "p2": "BA", "p3": "AC", "p4": "BA"}
KEYS = {item: key for item, _, key in ITEMS}


def cells(raw: bool) -> dict[tuple[str, str], str]:
    found = {}
    for person, form in PERSONS.items():
        for item, option in zip(GIVEN[form], ANSWERS[person], strict=True):
            found[person, item] = option if raw else str(int(option == KEYS[item]))
    return found


def wide(raw: bool, columns: tuple[str, ...]) -> str:
    recorded = cells(raw)
    rows = [",".join(["person_id", *columns])]
    rows += [",".join([p, *(recorded.get((p, c), "") for c in columns)]) for p in PERSONS]
    return "\n".join(rows) + "\n"


def long() -> str:
    rows = [f"{p},{PERSONS[p]},{i},{text}" for (p, i), text in cells(True).items()]
    return "\n".join(["person_id,form_id,item_id,response", *rows]) + "\n"


LAYOUTS = {
    "long": (long(), "long", True),
    "wide raw": (wide(True, ("A1", "A2", "A3")), "wide", True),
    "wide scored": (wide(False, ("A1", "A2", "A3")), "wide", False),
    "wide raw with bank columns": (wide(True, ("A1", "A2", "A3", "B1", "B2", "B3")), "wide", True),
    "wide scored with bank columns": (wide(False, ("A1", "A2", "B1", "A3", "B3")), "wide", False),
}


def check(folder: Path, layout: str, *, forms: bool = True) -> StudyCheck:
    text, kind, raw = LAYOUTS[layout]
    (folder / "responses.csv").write_text(text)
    items = "item_id,form_id,key,max_score\n" + "".join(f"{i},{f},{k},1\n" for i, f, k in ITEMS)
    (folder / "items.csv").write_text(items)
    people = "".join(f"{p},{form if forms else ''}\n" for p, form in PERSONS.items())
    (folder / "persons.csv").write_text("person_id,form_id\n" + people)
    (folder / "study.toml").write_text(
        '[tables]\nresponses = "responses.csv"\nitems = "items.csv"\npersons = "persons.csv"\n'
        f'[responses]\nlayout = "{kind}"\nraw = {str(raw).lower()}\n'
    )
    return check_study(folder)


@pytest.mark.parametrize("layout", LAYOUTS)
def test_a_bank_is_one_line(tmp_path: Path, layout: str) -> None:
    found = check(tmp_path, layout)
    assert found.study is not None, [fault.sentence for fault in found.faults]
    assert found.study.responses.item_ids == ("A1", "A2", "A3")
    told = [(f.severity, f.code, f.value) for f in found.faults if f.code.startswith("item")]
    assert told == [
        ("warning", "item_without_responses", "A4"),
        ("warning", "item_without_responses", "A5"),
        ("info", "items_of_unused_forms", "3"),
    ]
    line = next(f for f in found.faults if f.code == "items_of_unused_forms")
    assert line.found == "3 items belong to forms that nobody sat (bank, gamma)."


def test_the_layouts_are_one_study(tmp_path: Path) -> None:
    prints = set()
    for k, layout in enumerate(LAYOUTS):
        folder = tmp_path / str(k)
        folder.mkdir()
        study = check(folder, layout).study
        assert study is not None
        prints.add(study.fingerprint)
    assert len(prints) == 1


def test_forms_are_known_from_the_items_that_were_answered(tmp_path: Path) -> None:
    """Persons without forms: alpha and beta have items with responses, bank and gamma have none."""
    found = check(tmp_path, "wide raw", forms=False)
    codes = [fault.code for fault in found.faults if fault.code.startswith("item")]
    assert codes == ["item_without_responses"] * 2 + ["items_of_unused_forms"]


def test_a_column_with_an_answer_is_never_dropped(tmp_path: Path) -> None:
    text = LAYOUTS["wide raw with bank columns"][0].replace("p1,A,B,,,,", "p1,A,B,,A,,")
    check(tmp_path, "wide raw with bank columns")
    (tmp_path / "responses.csv").write_text(text)
    study = check_study(tmp_path).study
    assert study is not None
    assert study.responses.item_ids == ("A1", "A2", "A3", "B1")
