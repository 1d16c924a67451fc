"""Face validity: what people say of items, kept apart from how items work."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy import stats

import naas_psych as nps
from naas_psych.analyses.content.face_validity import drawings
from naas_psych.errors import AnalysisImpossible
from naas_psych.result import Result
from naas_psych.study.study import Study
from tests.make import study_from_scores

PILOT = "data/sample_responses/naas_pilot"
PLANTED = ["AL07", "AL19", "AL22", "BE06", "BE20"]
DECOYS = ["A01", "A20", "AL08", "BE09"]


def taken(n: int = 120, items: int = 6, seed: int = 5) -> Study:
    """Persons who differ; every item works."""
    rng = np.random.Generator(np.random.PCG64(seed))
    ability = rng.normal(size=(n, 1))
    right = rng.random((n, items)) < 1 / (1 + np.exp(-1.7 * (ability - np.linspace(-1, 1, items))))
    return study_from_scores(right.astype(int), max_points=1)


def with_tables(study: Study, **tables: Any) -> Study:
    found = {name: pd.DataFrame(table) for name, table in tables.items()}
    return replace(study, tables={**study.tables, **found})


def rated(
    counts: Mapping[str, tuple[int, int]], *, source: str | None = "candidates", **more: Any
) -> pd.DataFrame:
    """Rows of feedback: of each item so many that endorse (5) and others (2), from P1 on."""
    rows = [
        {"item_id": item, "person_id": f"P{k + 1}", "relevant": 5.0 if k < yes else 2.0, **more}
        for item, (yes, n) in counts.items()
        for k in range(n)
    ]
    table = pd.DataFrame(rows)
    return table if source is None else table.assign(source=source)


def judged(counts: Mapping[str, tuple[int, int]], **columns: Any) -> pd.DataFrame:
    rows = [
        {"judge_id": f"X{k + 1}", "item_id": item, "relevance": 4.0 if k < yes else 1.0, **columns}
        for item, (yes, n) in counts.items()
        for k in range(n)
    ]
    return pd.DataFrame(rows)


def row(result: Result, table: str, item: str, **where: str) -> dict[str, Any]:
    found = result.tables[table]
    for name, value in {"item_id": item, **where}.items():
        found = found[found[name] == value]
    assert len(found) == 1
    return dict(found.iloc[0])


def codes(result: Result, item: str) -> list[str]:
    return [f"{f.severity} {f.code}" for f in result.findings if f.subject == item]


@pytest.mark.parametrize(
    ("counts", "probability", "verdict"),
    [((9, 15), 0.8040, "weak"), ((12, 15), 0.2027, "ok"), ((10, 15), 0.6, "watch"),
     ((3, 14), 0.9999, "insufficient"), ((18, 20), 0.0176, "ok")],
)  # fmt: skip
def test_the_verdict_of_candidates(
    counts: tuple[int, int], probability: float, verdict: str
) -> None:
    study = with_tables(taken(), feedback=rated({"Q01": counts}))
    seen = row(nps.face_validity(study), "items", "Q01", source="candidates")
    assert seen["verdict"] == verdict
    exact = stats.beta.cdf(0.7, counts[0] + 0.5, counts[1] - counts[0] + 0.5)
    assert seen["probability_weak"] == pytest.approx(exact, rel=1e-12)
    if verdict != "watch":
        assert seen["probability_weak"] == pytest.approx(probability, abs=1e-3)
    assert seen["endorsement"] == pytest.approx(counts[0] / counts[1])


def test_experts_need_five_and_are_a_source_of_their_own() -> None:
    study = with_tables(
        taken(),
        feedback=rated({"Q01": (20, 20), "Q02": (20, 20)}),
        judgements=judged({"Q01": (1, 5), "Q02": (0, 4)}),
    )
    result = nps.face_validity(study)
    assert row(result, "items", "Q01", source="experts")["verdict"] == "weak"
    assert row(result, "items", "Q02", source="experts")["verdict"] == "insufficient"
    assert row(result, "items", "Q01", source="candidates")["verdict"] == "ok"
    # The worst of the sources that have enough raters, never an average.
    assert row(result, "overview", "Q01")["verdict"] == "weak"
    assert row(result, "overview", "Q02")["verdict"] == "ok"
    assert row(result, "quadrants", "Q01")["quadrant"] == "off-construct"


def test_one_row_an_item_and_source_and_the_question_on_relevance_stands() -> None:
    table = rated({"Q01": (15, 20), "Q02": (5, 20)}, clear=1.0, realistic=5.0)
    result = nps.face_validity(with_tables(taken(), feedback=table))
    items = result.tables["items"]
    assert not items.duplicated(["item_id", "source"]).any()
    assert set(items["question"]) == {"relevant"}
    questions = result.tables["questions"]
    assert set(questions["question"]) == {"relevant", "clear", "realistic"}
    # Everybody finds Q01 unclear; that is shown, and does not enter the verdict.
    unclear = row(result, "questions", "Q01", question="clear")
    assert unclear["verdict"] == "weak"
    assert row(result, "overview", "Q01")["verdict"] == "ok"


def test_an_item_nobody_rated_is_there_and_undefined() -> None:
    result = nps.face_validity(with_tables(taken(), feedback=rated({"Q01": (15, 20)})))
    nobody = row(result, "items", "Q06", source="candidates")
    assert nobody["n"] == 0
    assert nobody["verdict"] == "insufficient"
    assert np.isnan(nobody["endorsement"])
    assert nobody["endorsement_reason"] == "not_rated"
    assert nobody["probability_weak_reason"] == "not_rated"
    assert row(result, "overview", "Q06")["looks_right"] == "unclear"


def test_weak_discrimination_is_no_evidence_of_weak_face_validity() -> None:
    study = taken(n=400)
    points = study.responses.points.copy()
    rng = np.random.Generator(np.random.PCG64(8))
    points[:, 0] = rng.integers(0, 2, size=400)
    blind = replace(study, responses=replace(study.responses, points=points))
    counts = dict.fromkeys(study.responses.item_ids, (19, 20))
    result = nps.face_validity(with_tables(blind, feedback=rated(counts)))
    overview = row(result, "overview", "Q01")
    assert overview["works"] == "no"
    assert overview["verdict"] == "ok"
    assert overview["picture"] == "looks right, does not work"
    assert result.findings == ()
    same = nps.face_validity(with_tables(study, feedback=rated(counts)))
    # Only the thirds of the score, which every item is part of, know of the responses.
    shown = [c for c in same.tables["items"] if not c.startswith("endorsement_")]
    pd.testing.assert_frame_equal(same.tables["items"][shown], result.tables["items"][shown])


def test_an_item_that_looks_wrong_may_work() -> None:
    study = taken(n=400)
    counts = dict.fromkeys(study.responses.item_ids, (19, 20)) | {"Q03": (2, 20)}
    result = nps.face_validity(with_tables(study, feedback=rated(counts)))
    assert row(result, "overview", "Q03")["picture"] == "looks wrong, works"
    assert codes(result, "Q03") == ["warning face_validity_weak"]
    assert result.tables["overview"]["item_id"].iloc[0] == "Q03"


def test_correlations_are_those_of_item_statistics() -> None:
    study = nps.read_study(PILOT)
    ours = nps.face_validity(study).tables["overview"].set_index("item_id").sort_index()
    theirs = nps.item_statistics(study).tables["items"].set_index("item_id").sort_index()
    for name in ("item_rest_r", "item_rest_r_low", "item_rest_r_high"):
        pd.testing.assert_series_equal(ours[name], theirs[name], rtol=1e-12)


def test_endorsement_by_third_of_the_score_and_at_equal_scores() -> None:
    points = np.repeat([[0, 0, 0], [1, 1, 0], [1, 1, 1]], 20, axis=0)
    study = study_from_scores(points, max_points=1)
    low = rated({"Q01": (5, 20)})
    high = rated({"Q01": (16, 16)})
    high["person_id"] = [f"P{k + 41}" for k in range(16)]
    middle = rated({"Q01": (6, 12)})
    middle["person_id"] = [f"P{k + 21}" for k in range(12)]
    table = pd.concat([low, middle, high], ignore_index=True)
    seen = row(nps.face_validity(with_tables(study, feedback=table)), "items", "Q01")
    thirds = [seen[f"endorsement_{name}_third"] for name in ("low", "middle", "top")]
    assert thirds == pytest.approx([0.25, 0.5, 1.0])
    assert seen["endorsement_adjusted"] == pytest.approx((0.25 + 2 * 0.5 + 1.0) / 4)
    assert seen["endorsement"] == pytest.approx(27 / 48)


def test_without_persons_there_are_no_thirds() -> None:
    table = rated({"Q01": (15, 20)}).drop(columns="person_id")
    seen = row(nps.face_validity(with_tables(taken(), feedback=table)), "items", "Q01")
    assert seen["n"] == 20
    assert seen["endorsement_adjusted_reason"] == "no_raters_in_third"


def test_a_blank_source_and_no_source_have_names() -> None:
    table = rated({"Q01": (15, 20)}, source=None)
    result = nps.face_validity(with_tables(taken(), feedback=table))
    assert set(result.tables["items"]["source"]) == {"candidates"}
    table["source"] = ["users"] * 15 + [None] * 5
    result = nps.face_validity(with_tables(taken(), feedback=table))
    assert set(result.tables["items"]["source"]) == {"users", "unnamed"}


def test_ratings_by_persons_who_never_had_the_item_are_set_aside_and_said() -> None:
    points = np.array([[1, 0, 1, -3], [0, 1, -3, 1]] * 20)
    study = study_from_scores(points, max_points=1)
    result = nps.face_validity(with_tables(study, feedback=rated({"Q03": (20, 40)})))
    # P1, P3, ... had Q03; the first twenty endorse, ten of whom had it.
    seen = row(result, "items", "Q03")
    assert (seen["n"], seen["endorsing"]) == (20, 10)
    assert "20 rows of feedback by persons who were never given the item" in " ".join(result.notes)


def test_a_person_counts_once_an_item_and_unknown_items_are_said() -> None:
    table = rated({"Q01": (20, 20), "Q99": (1, 3)})
    again = table[table["item_id"] == "Q01"].assign(relevant=1.0)
    both = pd.concat([table, again], ignore_index=True)
    result = nps.face_validity(with_tables(taken(), feedback=both))
    seen = row(result, "items", "Q01")
    assert (seen["n"], seen["endorsing"]) == (20, 0)
    assert "3 rows of feedback on items that are not in the responses" in " ".join(result.notes)


def test_named_items_are_held_against_blind_naming() -> None:
    named = ["Q02"] * 30 + [f"Q{k % 6 + 1:02d}" for k in range(60)]
    table = pd.DataFrame(
        {
            "person_id": [f"P{k + 1}" for k in range(90)],
            "source": "exit",
            "fair": 4.0,
            "most_irrelevant_item": named,
        }
    )
    result = nps.face_validity(with_tables(taken(), feedback=table))
    seen = row(result, "naming", "Q02")
    assert (seen["named"], seen["n"]) == (40, 90)
    assert seen["named_chance_share"] == pytest.approx(1 / 6)
    assert seen["p_value"] == pytest.approx(stats.binom.sf(39, 90, 1 / 6), rel=1e-9)
    assert seen["verdict"] == "weak"
    assert row(result, "naming", "Q01")["verdict"] == "ok"
    assert codes(result, "Q02") == ["warning face_validity_weak"]
    sentence = next(f.sentence for f in result.findings if f.subject == "Q02")
    assert "named as most irrelevant by 40 of 90, about 15 by chance" in sentence
    overview = row(result, "overview", "Q02")
    assert overview["endorsement_reason"] == "not_rated"
    assert overview["named_share"] == pytest.approx(40 / 90)


def test_names_of_items_of_another_form_do_not_count() -> None:
    points = np.array([[1, 0, 1, -3], [0, 1, -3, 1]] * 20)
    study = study_from_scores(points, max_points=1)
    table = pd.DataFrame(
        {
            "person_id": [f"P{k + 1}" for k in range(40)] + [None],
            "source": ["exit"] * 41,
            "most_irrelevant_item": ["Q03"] * 40 + ["Q01"],
        }
    )
    result = nps.face_validity(with_tables(study, feedback=table))
    seen = row(result, "naming", "Q03")
    assert (seen["named"], seen["n"]) == (20, 20)
    assert seen["named_chance_share"] == pytest.approx(1 / 3)
    assert "1 names by exit are not counted" in " ".join(result.notes)


def test_judged_essential_is_no_warning() -> None:
    judgements = judged({"Q01": (2, 10), "Q02": (2, 10)})
    judgements["essential"] = np.where(judgements["item_id"] == "Q01", "essential", "not_needed")
    result = nps.face_validity(with_tables(taken(), judgements=judgements))
    assert row(result, "items", "Q01")["verdict"] == "weak"
    assert codes(result, "Q01") == ["info face_validity_watch"]
    assert "kept: judged essential by 10 of 10" in row(result, "overview", "Q01")["reasons"]
    assert codes(result, "Q02") == ["warning face_validity_weak"]


def test_experts_alone_do_not_outvote_those_who_took_the_test() -> None:
    study = with_tables(
        taken(), feedback=rated({"Q01": (20, 20)}), judgements=judged({"Q01": (2, 10)})
    )
    result = nps.face_validity(study)
    assert row(result, "overview", "Q01")["verdict"] == "weak"
    assert codes(result, "Q01") == ["info face_validity_watch"]
    against = nps.face_validity(
        with_tables(study, feedback=rated({"Q01": (2, 20)}), judgements=judged({"Q01": (10, 10)}))
    )
    assert codes(against, "Q01") == ["warning face_validity_weak"]
    assert row(against, "quadrants", "Q01")["quadrant"] == "communication problem"


def test_a_prior_by_moments_draws_items_together() -> None:
    rng = np.random.Generator(np.random.PCG64(4))
    study = taken(items=30)
    endorsing = rng.binomial(16, rng.beta(8, 2, 30)).tolist()
    counts = {q: (k, 16) for q, k in zip(study.responses.item_ids, endorsing, strict=True)}
    study = with_tables(study, feedback=rated(counts))
    own, drawn = (nps.face_validity(study, prior=p).tables for p in ("jeffreys", "moments"))
    gap = [np.abs(t["items"]["probability_weak"] - 0.5).mean() for t in (own, drawn)]
    assert gap[0] != gap[1]
    table = own["questions"]
    low = table["endorsement"].idxmin()
    assert table["endorsement"][low] < table["shrunken"][low] < table["endorsement"].mean()
    few = nps.face_validity(with_tables(taken(), feedback=rated({"Q01": (9, 15)})), prior="moments")
    assert row(few, "items", "Q01")["probability_weak"] == pytest.approx(0.8040, abs=1e-4)


def test_all_ratings_equal_is_no_trouble() -> None:
    counts = {f"Q{k:02d}": (20, 20) for k in range(1, 7)}
    result = nps.face_validity(with_tables(taken(), feedback=rated(counts)))
    assert set(result.tables["items"]["verdict"]) == {"ok"}
    assert set(result.tables["questions"]["shrunken_reason"]) == {"items_alike"}


def test_nothing_to_go_by_says_what_is_needed() -> None:
    with pytest.raises(AnalysisImpossible, match="Needed: a table judgements"):
        nps.face_validity(taken())
    whole = pd.DataFrame({"person_id": ["P1"], "source": ["exit"], "fair": [4.0]})
    with pytest.raises(AnalysisImpossible, match="Needed"):
        nps.face_validity(with_tables(taken(), feedback=whole))


def test_the_order_of_rows_does_not_matter() -> None:
    study = nps.read_study(PILOT)
    shuffled = {n: t.sample(frac=1, random_state=3) for n, t in study.tables.items()}
    again = nps.face_validity(replace(study, tables=shuffled))
    for name, table in nps.face_validity(study).tables.items():
        keys = [c for c in ("item_id", "source", "question") if c in table]
        first, second = (
            t.sort_values(keys).reset_index(drop=True).drop(columns="reasons", errors="ignore")
            for t in (table, again.tables[name])
        )
        pd.testing.assert_frame_equal(first, second)


def test_the_pilot_names_the_planted_items_and_no_decoy() -> None:
    result = nps.face_validity(nps.read_study(PILOT))
    warned = [f.subject for f in result.findings if f.severity != "info"]
    assert sorted(warned) == PLANTED
    assert not set(warned) & set(DECOYS)
    assert sorted(result.tables["overview"]["item_id"].head(5)) == PLANTED
    experts = result.tables["items"].set_index("item_id")
    assert (experts.loc[PLANTED, "endorsement"] < 0.5).all()


def test_where_responses_name_nobody_feedback_has_no_persons() -> None:
    study = taken()
    nameless = replace(study, responses=replace(study.responses, anonymous=True))
    result = nps.face_validity(with_tables(nameless, feedback=rated({"Q01": (15, 20)})))
    seen = row(result, "items", "Q01")
    assert seen["n"] == 20
    assert seen["endorsement_adjusted_reason"] == "no_raters_in_third"


def test_the_picture_is_drawn_and_names_what_looks_wrong() -> None:
    result = nps.face_validity(nps.read_study(PILOT))
    (drawing,) = drawings(result)
    assert drawing.title.startswith("5 of 96 items look wrong to those who were asked")
    assert all(item in drawing.alt for item in PLANTED)
    texts = {text.get_text() for text in drawing.draw().axes[0].texts}
    assert {*PLANTED, "looks wrong,\nworks", "looks right,\ndoes not work"} <= texts


def test_a_role_that_no_judge_names_leaves_the_judges_out_and_says_so() -> None:
    study = with_tables(
        taken(),
        feedback=rated({"Q01": (15, 20)}),
        judgements=judged({"Q01": (5, 5)}, role_owner="health"),
    )
    spec = study.spec.model_copy(
        update={"content": study.spec.content.model_copy(update={"role": "social_worker"})}
    )
    result = nps.face_validity(replace(study, spec=spec))
    assert set(result.tables["items"]["source"]) == {"candidates"}
    assert "The judges are left out" in " ".join(result.notes)
