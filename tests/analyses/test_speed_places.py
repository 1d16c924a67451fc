"""Where each person met each item: which source is believed, and what is said of the others."""

from __future__ import annotations

import numpy as np
import pytest

from naas_psych.analyses.speed.places import VARIES, find_places
from tests.analyses.speed_worlds import sat
from tests.make import study_from_scores

POINTS = np.tile([[1, 0, 1, 1], [0, 1, 1, 0]], (10, 1))


def test_positions_of_responses_come_first() -> None:
    positions = np.tile(np.array([[4, 3, 2, 1]], dtype=np.int16), (20, 1))
    found = find_places(
        study_from_scores(POINTS, positions=positions, items={"position": [1, 2, 3, 4]})
    )
    assert found.source == "responses"
    np.testing.assert_array_equal(found.places, positions)
    assert found.forms[0].item_at == ("Q04", "Q03", "Q02", "Q01")


def test_then_the_items_table_then_the_order_of_the_items() -> None:
    by_table = find_places(study_from_scores(POINTS, items={"position": [30.0, 10.0, 20.0, 40.0]}))
    assert by_table.source == "items"
    np.testing.assert_array_equal(by_table.places[0], [3, 1, 2, 4])
    by_order = find_places(study_from_scores(POINTS))
    assert by_order.source == "order"
    np.testing.assert_array_equal(by_order.places[0], [1, 2, 3, 4])
    assert any("No positions were given" in said for said in by_order.notes)


@pytest.mark.parametrize(
    ("positions", "said"),
    [
        (np.full((20, 4), 7), "All positions equal 7"),
        (np.zeros((20, 4)), "No response has a position"),
        (np.tile([[1, 2, 1, 2]], (20, 1)), "20 persons have two items at one position"),
    ],
)
def test_positions_that_tell_no_order_are_said_and_not_used(
    positions: np.ndarray, said: str
) -> None:
    found = find_places(study_from_scores(POINTS, positions=positions.astype(np.int16)))
    assert found.source == "order"
    assert any(said in note for note in found.notes)
    np.testing.assert_array_equal(found.places[0], [1, 2, 3, 4])


def test_all_places_equal_in_the_items_table_are_said() -> None:
    found = find_places(study_from_scores(POINTS, items={"position": [3.0] * 4}))
    assert found.source == "order"
    assert any("All items have the position 3" in note for note in found.notes)


def test_a_missing_place_is_filled_in_only_where_the_others_agree() -> None:
    fixed = np.tile(np.array([[1, 2, 3, 4]], dtype=np.int16), (20, 1))
    fixed[5, 2] = 0
    found = find_places(study_from_scores(POINTS, positions=fixed))
    assert found.places[5, 2] == 3
    varied = np.tile(np.array([[1, 2, 3, 4], [1, 3, 2, 4]], dtype=np.int16), (10, 1))
    varied[5, 2] = 0
    found = find_places(study_from_scores(POINTS, positions=varied))
    assert found.places[5, 2] == 0
    assert found.forms[0].item_at == ("Q01", VARIES, VARIES, "Q04")
    assert any("1 responses have no known place" in note for note in found.notes)


def test_forms_are_told_apart_and_lost_answers_do_not_make_one() -> None:
    points = np.array([[1, 0, -3, -3]] * 6 + [[-3, -3, 1, 0]] * 6)
    points[0, 0] = -4
    found = find_places(study_from_scores(points, max_points=1))
    assert sorted(form.rows.size for form in found.forms) == [6, 6]
    assert all(form.positions.tolist() == [1, 2] for form in found.forms)


def test_extra_time_and_limits_are_those_of_the_study() -> None:
    study = sat(persons=6, items=4, speed={"time_limit": 60.0})
    study.persons["adjustment"] = ["none", "Extra ", None, "none", "extra", "none"]
    object.__setattr__(
        study.spec.speed,
        "extra_time",
        type(sat(speed={"extra_time": {"column": "x", "levels": ["y"]}}).spec.speed.extra_time)(
            column="adjustment", levels=["extra"]
        ),
    )
    found = find_places(study)
    assert found.extra_time.tolist() == [False, True, False, False, True, False]
    assert found.forms[0].seconds == 3600


def test_an_unknown_column_of_extra_time_is_said() -> None:
    study = sat(persons=6, speed={"extra_time": {"column": "nowhere", "levels": ["yes"]}})
    found = find_places(study)
    assert not found.extra_time.any()
    assert any("no column 'nowhere'" in note for note in found.notes)


@pytest.mark.parametrize(("share", "expected"), [(0.125, 3), (0.1, 3), (0.01, 1), (0.5, 12)])
def test_the_tail_is_the_last_share_of_the_positions_rounded_up(
    share: float, expected: int
) -> None:
    form = find_places(sat(persons=5, items=24)).forms[0]
    assert form.tail(share).tolist() == list(range(25 - expected, 25))
