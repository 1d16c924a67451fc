"""Speededness: the verdict and what it rests on, in time, in haste and without times."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import naas_psych as nps
from naas_psych.errors import AnalysisImpossible
from naas_psych.result import Result
from naas_psych.study.spec import Grouping
from naas_psych.study.study import Study
from tests.analyses.speed_worlds import sat
from tests.make import study_from_choices, study_from_scores


def verdict(result: Result) -> Any:
    return next(one for one in result.findings if one.code == "speed_verdict")


def codes(result: Result) -> list[str]:
    return [one.code for one in result.findings]


def measure(result: Result, name: str) -> Any:
    return result.tables["summary"].set_index("measure").loc[name]


def test_who_has_time_is_not_rushed() -> None:
    result = nps.speededness(sat(persons=400))
    assert verdict(result).value == "not_rushed"
    assert verdict(result).subject == "test"
    assert codes(result) == ["speed_verdict"]


def test_a_third_who_guess_the_end_are_rushed_though_the_old_rule_passes() -> None:
    result = nps.speededness(sat(hasty=0.33))
    assert verdict(result).value == "rushed"
    assert measure(result, "swineford_met")["value"] == 1
    said = next(one for one in result.findings if one.code == "blanks_rule_misleads")
    assert "80 % rule passes it" in said.sentence
    assert "about as often as blind choice" in said.sentence
    assert said.value == pytest.approx(0.33, abs=0.01)


def test_few_who_guess_the_end_are_rushed_in_part() -> None:
    result = nps.speededness(sat(persons=800, hasty=0.05))
    assert verdict(result).value == "partly"
    assert verdict(result).severity == "warning"


def test_between_the_lines_nobody_can_tell() -> None:
    result = nps.speededness(sat(hasty=0.11))
    assert verdict(result).value == "cannot_tell"
    assert "both sides of the limit of 10 %" in verdict(result).sentence


def test_few_persons_cannot_tell() -> None:
    result = nps.speededness(sat(persons=12, hasty=0.5))
    assert verdict(result).value == "cannot_tell"
    assert "12 persons and at least 50" in verdict(result).sentence


def test_no_haste_among_few_is_not_called_haste() -> None:
    """The upper limit is above the target, the share is nought."""
    found = verdict(nps.speededness(sat(persons=80)))
    assert found.value == "partly"
    assert found.severity == "info"
    assert "at most rushed in part" in found.sentence


def test_without_times_blanks_cannot_clear_a_test() -> None:
    result = nps.speededness(sat(times=False, hasty=0.5))
    assert verdict(result).value == "cannot_tell"
    assert codes(result)[0] == "times_absent"
    assert measure(result, "rapid_tail_share")["value_reason"] == "no_times"
    assert result.tables["positions"]["rapid"].isna().all()
    assert result.tables["accuracy"].empty


def test_without_times_blanks_can_convict() -> None:
    points = np.ones((100, 20), dtype=int)
    points[::2, 15:] = -2
    points[1::3, 3] = 0
    result = nps.speededness(study_from_scores(points, max_points=1))
    assert verdict(result).value == "rushed"
    assert "reached the last item" in verdict(result).sentence
    assert measure(result, "reached_last")["value"] == pytest.approx(0.5)
    assert "blanks_rule_misleads" not in codes(result)


def test_the_ratios_are_the_worked_examples() -> None:
    """Wr = 2 0 3 4 1 5 and U = 0 0 2 4 0 5 of eleven items; one omitted item counts as wrong."""
    rows = []
    for wrong, beyond in zip([2, 0, 3, 4, 1, 5], [0, 0, 2, 4, 0, 5], strict=True):
        rows.append([0] * wrong + [1] * (11 - wrong - beyond) + [-2] * beyond)
    points = np.array(rows)
    points[0, 0] = -1
    result = nps.speededness(study_from_scores(points, max_points=1))
    assert measure(result, "gulliksen_ratio")["value"] == pytest.approx(0.305328, abs=5e-7)
    assert measure(result, "stafford_quotient")["value"] == pytest.approx(42.3077, abs=5e-5)


def test_positions_count_who_reached_omitted_and_answered() -> None:
    letters = ["AAA.", "AA-A", "ABAA", "A!AA"]
    study = study_from_choices(letters, "AAAA", times=np.full((4, 4), 30, dtype=np.float32))
    table = nps.speededness(study).tables["positions"].set_index("position")
    assert table["reached"].tolist() == [1, 1, 1, 0.75]
    assert table["n"].tolist() == [4, 3, 4, 4]
    assert table.loc[3, "omitted"] == 0.25
    assert table.loc[2, "accuracy"] == pytest.approx(2 / 3)
    assert table["median_time"].tolist() == [30, 30, 30, 30]


def test_extra_time_stands_apart() -> None:
    study = sat(hasty=0.4, speed={"extra_time": {"column": "more", "levels": ["yes"]}})
    study.persons["more"] = ["yes"] * 80 + ["no"] * 120
    result = nps.speededness(study)
    assert verdict(result).value == "not_rushed" or verdict(result).value == "partly"
    assert measure(result, "rushed_persons_share")["value"] == 0
    groups = result.tables["groups"].set_index("group_level")
    assert groups.loc["extra time", "rushed_persons_share"] == 1
    assert groups.loc["extra time", "n"] == 80
    assert any("80 persons had extra time" in note for note in result.notes)


def test_small_groups_have_no_share() -> None:
    study = sat(persons=100)
    study.persons["site"] = ["a"] * 9 + ["b"] * 91
    object.__setattr__(
        study, "spec", study.spec.model_copy(update={"groups": {"site": Grouping(reference="b")}})
    )
    groups = nps.speededness(study).tables["groups"].set_index("group_level")
    assert groups.loc["a", "rapid_tail_share_reason"] == "small_group"
    assert groups.loc["b", "reached_last"] == 1


def test_time_used_needs_a_limit_and_every_time() -> None:
    assert measure(nps.speededness(sat()), "time_used_share")["value_reason"] == "no_time_limit"
    timed = sat(speed={"time_limit": 18.0})
    total = timed.responses.times.sum(axis=1)  # type: ignore[union-attr]
    found = measure(nps.speededness(timed), "time_used_share")
    assert found["value"] == pytest.approx((total >= 0.95 * 18 * 60).mean())


def test_a_clock_that_was_reset_is_said_and_not_used() -> None:
    study = sat(speed={"time_limit": 30.0})
    times = study.responses.times
    assert times is not None
    times[4, 5], times[7, 2] = 9000.0, 0.02
    result = nps.speededness(study)
    assert any("1 times pass the time limit by half" in note for note in result.notes)
    positions = result.tables["positions"].set_index("position")
    assert positions.loc[6, "n_timed"] == 199
    assert positions.loc[3, "n_rapid"] == 1


@pytest.mark.parametrize(
    "study",
    [
        sat(persons=40, items=1),
        sat(persons=2, items=3),
        sat(persons=30, positions=np.full((30, 24), 5, dtype=np.int16)),
        sat(persons=30, positions=np.zeros((30, 24), dtype=np.int16)),
    ],
    ids=["one item", "two persons", "all positions equal", "no positions"],
)
def test_odd_data_end_in_a_word(study: Study) -> None:
    assert verdict(nps.speededness(study)).value == "cannot_tell"


def test_everybody_who_answers_nothing_is_refused() -> None:
    with pytest.raises(AnalysisImpossible, match="Needed: answers"):
        nps.speededness(study_from_scores(np.full((20, 5), -1), max_points=1))


def test_who_answers_nothing_is_left_out() -> None:
    points = np.ones((60, 10), dtype=int)
    points[:5] = -2
    result = nps.speededness(study_from_scores(points, max_points=1))
    assert measure(result, "reached_last")["value"] == 1
    assert any("5 persons answered nothing" in note for note in result.notes)


def test_every_person_in_an_own_order_is_looked_at_by_position() -> None:
    generator = np.random.Generator(np.random.PCG64(6))
    plain = sat(hasty=0.33)
    order = np.argsort(generator.random((200, 24)), axis=1)
    points, times = plain.responses.points, plain.responses.times
    assert times is not None
    mixed_points, mixed_times = np.empty_like(points), np.empty_like(times)
    np.put_along_axis(mixed_points, order, points, axis=1)
    np.put_along_axis(mixed_times, order, times, axis=1)
    positions = np.argsort(order, axis=1).astype(np.int16) + 1
    mixed = study_from_scores(mixed_points, max_points=1, times=mixed_times, positions=positions)
    result = nps.speededness(mixed)
    assert set(result.tables["positions"]["item_id"]) == {"varies"}
    assert measure(result, "rushed_persons_share")["value"] == pytest.approx(0.33, abs=0.02)
    assert verdict(result).value == "rushed"


def test_the_order_of_persons_does_not_matter() -> None:
    study = sat(hasty=0.2)
    order = np.random.Generator(np.random.PCG64(2)).permutation(200)
    own = study.responses
    again = study_from_scores(
        own.points[order],
        max_points=1,
        times=own.times[order],  # type: ignore[index]
    )
    first = nps.speededness(study_from_scores(own.points, max_points=1, times=own.times))
    second = nps.speededness(again)
    for name in ("summary", "positions"):
        left, right = (
            one.tables[name].drop(columns="item_id", errors="ignore") for one in (first, second)
        )
        for column in left.select_dtypes("number"):
            np.testing.assert_allclose(left[column], right[column], rtol=1e-9)


def test_drawings_say_what_they_show() -> None:
    from naas_psych import register

    drawings = register.load("speededness").drawings
    assert drawings is not None
    timed = list(drawings(nps.speededness(sat(hasty=0.3))))
    assert [one.name for one in timed] == ["rapid_by_position", "completion_all", "time_all"]
    assert "30 % of the answers at the last positions are rapid" in timed[0].title
    blank = list(drawings(nps.speededness(sat(times=False))))
    assert [one.name for one in blank] == ["completion_all"]
    for one in (*timed, *blank):
        assert one.draw().axes
