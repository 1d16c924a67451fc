"""Feedback on the test as a whole: every source its own answer, and who was heard."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import pytest

import naas_psych as nps
from naas_psych.analyses.content.feedback_shares import majority
from naas_psych.analyses.content.feedback_summary import drawings
from naas_psych.errors import AnalysisImpossible
from naas_psych.numerics.proportions import newcombe, wilson
from naas_psych.study.spec import Grouping
from naas_psych.study.study import Study
from tests.make import study_from_scores

PILOT = "data/sample_responses/naas_pilot"


def taken(n: int = 200, groups: dict[str, str] | None = None, **persons: Any) -> Study:
    made = {name: Grouping(reference=level) for name, level in (groups or {}).items()}
    rng = np.random.Generator(np.random.PCG64(6))
    study = study_from_scores(rng.integers(0, 2, size=(n, 8)), max_points=1)
    return replace(
        study,
        persons=study.persons.assign(**persons),
        spec=study.spec.model_copy(update={"groups": made}),
    )


def forms(source: str, agreeing: int, n: int, *, start: int | None = 0) -> pd.DataFrame:
    """Forms of a source on one question: so many with 5, one with 3, the others with 1."""
    ratings = [5.0] * agreeing + [3.0] + [1.0] * (n - agreeing - 1)
    ids = [None] * n if start is None else [f"P{start + k + 1}" for k in range(n)]
    return pd.DataFrame({"person_id": ids, "source": source, "fair": ratings})


def heard(study: Study, *tables: pd.DataFrame) -> Study:
    return replace(study, tables={"feedback": pd.concat(tables, ignore_index=True)})


def answer(study: Study, source: str, question: str = "fair") -> dict[str, Any]:
    table = nps.feedback_summary(study).tables["answers"]
    own = table[(table["source"] == source) & (table["question"] == question)]
    assert len(own) == 1
    return dict(own.iloc[0])


def test_shares_and_intervals_of_one_source() -> None:
    seen = answer(heard(taken(), forms("exit", 30, 50)), "exit")
    limits = wilson(30, 50, level=0.95)
    assert (seen["n"], seen["n_given"]) == (50, 50)
    assert seen["agree"] == pytest.approx(0.6)
    assert (seen["agree_low"], seen["agree_high"]) == (limits.low, limits.high)
    assert seen["disagree"] == pytest.approx(19 / 50)
    assert seen["mean_rating"] == pytest.approx((150 + 3 + 19) / 50)


@pytest.mark.parametrize(
    ("low", "high", "said"),
    [(0.71, 0.8, "clear majority"), (0.70, 0.8, "clear majority"), (0.51, 0.9, "most"),
     (0.50, 0.9, "mixed"), (0.3, 0.6, "mixed"), (0.3, 0.49, "minority"), (0.3, 0.5, "mixed")],
)  # fmt: skip
def test_the_words_follow_the_interval(low: float, high: float, said: str) -> None:
    assert majority(low, high, clear=0.70, half=0.50) == said


def test_a_few_answers_get_no_word() -> None:
    assert answer(heard(taken(), forms("phone", 13, 14)), "phone")["in_words"] == "too few"
    assert answer(heard(taken(), forms("phone", 14, 15)), "phone")["in_words"] == "clear majority"


def test_a_question_left_blank_counts_for_itself_only() -> None:
    table = forms("exit", 30, 50).assign(clear=5.0)
    table.loc[:9, "fair"] = np.nan
    study = heard(taken(), table)
    assert answer(study, "exit")["n"] == 40
    assert answer(study, "exit")["n_given"] == 50
    assert answer(study, "exit", "clear")["n"] == 50


def test_sources_are_compared_and_none_is_picked() -> None:
    study = heard(
        taken(),
        forms("exit", 80, 100),
        forms("phone", 20, 40, start=100),
        forms("open_call", 3, 40),
    )
    result = nps.feedback_summary(study)
    table = result.tables["differences"].set_index(["source", "other_source"])
    limits = newcombe((80, 100), (20, 40), level=0.95)
    seen = table.loc[("exit", "phone")]
    assert seen["agree_difference"] == pytest.approx(0.3)
    assert (seen["agree_difference_low"], seen["agree_difference_high"]) == (
        limits.low,
        limits.high,
    )
    (finding,) = [f for f in result.findings if f.code == "sources_disagree"]
    assert "Each source's own answer" in finding.sentence
    assert "None of them is the one answer" in finding.sentence
    for said in ("exit 80 % agree", "phone 50 % agree", "open call 8 % agree"):
        assert said in finding.sentence


def test_sources_that_agree_give_no_finding() -> None:
    study = heard(taken(), forms("exit", 60, 100), forms("phone", 24, 40, start=100))
    codes = [f.code for f in nps.feedback_summary(study).findings]
    assert "sources_disagree" not in codes


def test_one_person_counts_once_a_source() -> None:
    table = forms("exit", 30, 50)
    again = table.head(30).assign(fair=1.0)
    study = heard(taken(), table, again)
    assert answer(study, "exit")["agree"] == 0.0
    assert "30 forms of persons who filled in a later one" in " ".join(
        nps.feedback_summary(study).notes
    )


def test_weights_give_silent_groups_their_number() -> None:
    side = np.repeat(["a", "b"], 100)
    study = taken(side=side, groups={"side": "a"})
    # 80 of side a answered, and all agree; 20 of side b, and none does.
    table = pd.concat([forms("exit", 79, 80), forms("exit", 0, 20, start=100)], ignore_index=True)
    table["fair"] = [5.0] * 80 + [1.0] * 20
    seen = answer(heard(study, table), "exit")
    assert seen["agree"] == pytest.approx(0.8)
    assert seen["agree_weighted"] == pytest.approx(0.5, abs=1e-6)
    assert seen["agree_weighted_low"] <= 0.5 <= seen["agree_weighted_high"]


def test_weights_need_known_persons_and_a_form_put_to_all() -> None:
    study = heard(taken(), forms("open_call", 3, 40, start=None), forms("phone", 20, 40))
    assert answer(study, "open_call")["agree_weighted_reason"] == "persons_unknown"
    assert answer(study, "phone")["agree_weighted_reason"] == "not_asked_of_all"
    sources = nps.feedback_summary(study).tables["sources"].set_index("source")
    assert sources.loc["open_call", "response_rate_reason"] == "persons_unknown"
    assert sources.loc["phone", "response_rate"] == pytest.approx(0.2)


def test_a_group_that_was_heard_less_is_said() -> None:
    side = np.repeat(["a", "b"], 100)
    study = taken(side=side, groups={"side": "a"})
    table = pd.concat([forms("exit", 40, 80), forms("exit", 10, 20, start=100)], ignore_index=True)
    result = nps.feedback_summary(heard(study, table))
    rows = result.tables["who_answered"].set_index(["characteristic", "characteristic_value"])
    silent = rows.loc[("side", "b")]
    assert (silent["persons"], silent["persons_heard"]) == (100, 20)
    assert silent["response_ratio"] == pytest.approx(0.2 / 0.5)
    assert [f.subject for f in result.findings if f.code == "feedback_group_unheard"] == ["side: b"]
    assert [f.code for f in result.findings if f.subject == "exit"] == ["feedback_response_low"]


def test_hours_are_no_ratings() -> None:
    table = forms("exit", 30, 50).assign(prep_hours=np.arange(50.0))
    assert set(nps.feedback_summary(heard(taken(), table)).tables["answers"]["question"]) == {
        "fair"
    }


def test_rows_on_items_belong_elsewhere() -> None:
    table = forms("exit", 30, 50).assign(item_id=None)
    about = forms("exit", 5, 20).assign(item_id="Q01")
    assert answer(heard(taken(), table, about), "exit")["n"] == 50
    with pytest.raises(AnalysisImpossible, match="rows with an item_id"):
        nps.feedback_summary(heard(taken(), about))


def test_no_feedback_says_what_is_needed() -> None:
    with pytest.raises(AnalysisImpossible, match="Needed: one row a form"):
        nps.feedback_summary(taken())


def test_all_answers_equal_and_everybody_answered() -> None:
    table = forms("exit", 199, 200).assign(fair=5.0)
    seen = answer(heard(taken(), table), "exit")
    assert (seen["agree"], seen["agree_high"], seen["disagree"]) == (1.0, 1.0, 0.0)
    assert seen["agree_weighted"] == pytest.approx(1.0)


def test_the_pilot_finds_that_sources_differ() -> None:
    result = nps.feedback_summary(nps.read_study(PILOT))
    table = result.tables["answers"].set_index(["question", "source"])["mean_rating"]
    for source, planted in (("exit", 3.7), ("phone", 3.2), ("open_call", 2.1)):
        assert table["relevant_overall", source] == pytest.approx(planted, abs=0.35)
    assert [f.subject for f in result.findings if f.code == "sources_disagree"] == [
        "relevant_overall"
    ]
    (drawing,) = drawings(result)
    assert "none of them is the answer" in drawing.title
    assert drawing.draw().axes


def test_a_difference_has_to_hold_for_all_pairs_at_once() -> None:
    study = heard(
        taken(), forms("exit", 60, 100), forms("phone", 16, 40, start=100), forms("call", 22, 40)
    )
    result = nps.feedback_summary(study)
    table = result.tables["differences"].set_index(["source", "other_source"])
    seen = table.loc[("exit", "phone")]
    assert seen["agree_difference_low"] > 0
    assert not seen["sources_differ"]
    assert "sources_disagree" not in [f.code for f in result.findings]
