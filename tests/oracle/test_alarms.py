"""False alarms are counted on what is sound, and only there."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from naas_psych.oracle.alarms import Alarm, alarms, clean_items
from naas_psych.oracle.replicate import Case
from naas_psych.oracle.seen import Seen
from naas_psych.oracle.truth import Truth
from naas_psych.study.study import Study
from tests.make import study_from_choices

PERSONS, ITEMS = 300, 8
IDS = [f"Q{j + 1:02d}" for j in range(ITEMS)]


def truth(r: float | None = 0.5, **planted: dict[str, Any]) -> Truth:
    return Truth(
        version="0",
        seed=1,
        persons=PERSONS,
        missing=None,
        planted=planted,
        item_rest_r=dict.fromkeys(IDS, r),
    )


@pytest.fixture(scope="module")
def study() -> Study:
    """Q03 is keyed B where A is right; the truth says nothing of it."""
    rng = np.random.default_rng(5)
    ability = rng.normal(size=PERSONS)[:, None]
    right = rng.normal(size=(PERSONS, ITEMS)) < ability + 0.5
    letters = np.where(right, "A", rng.choice(["B", "C", "D"], (PERSONS, ITEMS)))
    return study_from_choices(letters, "AABAAAAA")


def by_code(found: tuple[Alarm, ...]) -> dict[str, Alarm]:
    return {alarm.code: alarm for alarm in found}


def test_a_claim_about_a_sound_item_is_a_false_alarm(study: Study) -> None:
    found = by_code(alarms(Seen(study), truth()))
    assert (found["probable_miskey"].tested, found["probable_miskey"].flagged) == (ITEMS, 1)
    assert found["discrimination_negative"].flagged == 1
    # Q03 has A among its wrong options and it draws the able.
    assert found["distractor_misleading"].tested == 3 * ITEMS
    assert found["distractor_misleading"].flagged == 1


def test_what_was_planted_is_no_false_alarm(study: Study) -> None:
    found = by_code(alarms(Seen(study), truth(P1={"items": ["Q03"]})))
    assert (found["probable_miskey"].tested, found["probable_miskey"].flagged) == (ITEMS - 1, 0)
    assert found["discrimination_negative"].flagged == 0
    assert found["distractor_misleading"].tested == 3 * (ITEMS - 1)


@pytest.mark.parametrize(("r", "negative", "weak"), [(0.05, 8, 0), (-0.1, 0, 0), (None, 0, 0)])
def test_a_weak_item_that_is_weak_is_not_tested(
    study: Study, r: float | None, negative: int, weak: int
) -> None:
    found = by_code(alarms(Seen(study), truth(r)))
    assert found["discrimination_negative"].tested == negative
    assert found["discrimination_weak"].tested == weak


def test_a_claim_that_calls_itself_uncertain_is_counted_apart(study: Study) -> None:
    assert by_code(alarms(Seen(study), truth()))["discrimination_negative"].uncertain == 0
    strict = study.thresholds.overridden_by({"item_flag_probability": 1.0})
    found = by_code(alarms(Seen(replace(study, thresholds=strict)), truth()))
    negative, key = found["discrimination_negative"], found["probable_miskey"]
    assert (negative.flagged, negative.uncertain) == (0, 1)
    assert (key.flagged, key.uncertain) == (1, 0)


def test_what_nobody_may_judge_is_not_tested(study: Study) -> None:
    """Below 30 persons only check_key is ever said of an item; here the line is above all of them.

    Dependence of items has a test of its own, whatever the number of persons.
    """
    many = study.thresholds.overridden_by({"item_persons_min": PERSONS + 1})
    found = by_code(alarms(Seen(replace(study, thresholds=many)), truth()))
    assert {code: alarm.tested for code, alarm in found.items() if alarm.tested} == {
        "check_key": ITEMS,
        "items_in_cluster": ITEMS,
    }
    rare = study.thresholds.overridden_by({"option_choosers_min": PERSONS})
    found = by_code(alarms(Seen(replace(study, thresholds=rare)), truth()))
    assert found["distractor_misleading"].tested == 0


def test_an_item_without_rival_cannot_be_called_miskeyed() -> None:
    """Nobody chooses a wrong option of Q01, whoever fails leaves it blank."""
    rng = np.random.default_rng(5)
    letters = rng.choice(["A", "B", "C"], (PERSONS, ITEMS)).astype(object)
    letters[:, 0] = np.where(letters[:, 0] == "A", "A", "")
    found = by_code(alarms(Seen(study_from_choices(letters, "A" * ITEMS)), truth()))
    tested = {code: found[code].tested for code in ("probable_miskey", "check_key")}
    assert tested == {"probable_miskey": ITEMS - 1, "check_key": ITEMS}
    assert found["possible_double_key"].tested == ITEMS - 1


def test_the_nominal_rate_is_read_from_the_thresholds(study: Study) -> None:
    strict = study.thresholds.overridden_by({"item_flag_probability": 0.95})
    changed = replace(study, thresholds=strict)
    found = by_code(alarms(Seen(changed), truth()))
    assert found["discrimination_weak"].nominal == 0.05
    assert found["distractor_misleading"].nominal == 0.025
    keys = ("probable_miskey", "check_key", "possible_double_key")
    assert [found[code].nominal for code in keys] == [None] * 3


def test_items_are_touched_by_name_and_by_place(study: Study) -> None:
    decoys = {"easy": {"item": "Q01"}, "clear_but_irrelevant": ["Q02"], "items": ["Q04"]}
    assert clean_items(Seen(study), truth(P23=decoys)) == {"Q03", *IDS[4:]}
    places = np.tile(np.arange(1, ITEMS + 1, dtype=np.int16), (PERSONS, 1))
    placed = replace(study, responses=replace(study.responses, positions=places))
    assert clean_items(Seen(placed), truth(P2={"positions": [7, 8]})) == set(IDS[:6])
    both = truth(P1={"items": ["Q01"]}, P2={"positions": [7, 8]})
    assert clean_items(Seen(placed), both) == set(IDS[1:6])


def test_the_clean_twin_is_quiet(clean: Case) -> None:
    found = alarms(Seen(clean.study), clean.truth)
    assert all(alarm.tested > 60 for alarm in found)
    for alarm in found:
        if alarm.nominal is not None:
            assert alarm.flagged <= alarm.nominal * alarm.tested
