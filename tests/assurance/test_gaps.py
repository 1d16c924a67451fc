"""What data leave open: which study would answer it, how many it needs, and in what order."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from scipy.stats import f, norm

from naas_psych.assurance.claims import answers, claims
from naas_psych.assurance.closing import enough_to_clear, named_study
from naas_psych.assurance.gaps import Gap, gaps
from naas_psych.report.claims import register, tally
from naas_psych.report.run import Run
from naas_psych.thresholds import default_thresholds
from tests.assurance.test_claims_register import pilot_results, pilot_study
from tests.report.by_hand import small_study


@pytest.fixture(scope="module")
def pilot() -> tuple[Gap, ...]:
    study, results = pilot_study(), pilot_results()
    return gaps(study, results, answers(study, results, {}), {})


def gap_of(found: tuple[Gap, ...], claim: str) -> Gap:
    (gap,) = [one for one in found if claim in one.claims]
    return gap


def test_what_stands_on_the_first_page_comes_first(pilot: tuple[Gap, ...]) -> None:
    order = [gap.on_board for gap in pilot]
    assert order == sorted(order, reverse=True)
    sizes = [len(gap.open) for gap in pilot if gap.on_board]
    assert sizes == sorted(sizes, reverse=True)
    assert {"E01", "E50"} <= {name for gap in pilot if gap.on_board for name in gap.claims}


def test_claims_that_need_the_same_study_stand_together(pilot: tuple[Gap, ...]) -> None:
    assert set(gap_of(pilot, "E17").claims) == {"E17", "E48", "E51"}
    assert set(gap_of(pilot, "E21").claims) == {"E21", "E40", "E43", "E56"}
    assert "random order" in gap_of(pilot, "E56").title
    assert len({gap.title for gap in pilot}) == len(pilot)


def test_every_open_claim_is_listed_once_and_no_answered_one(pilot: tuple[Gap, ...]) -> None:
    study, results = pilot_study(), pilot_results()
    found = answers(study, results, {})
    listed = [name for gap in pilot for name in gap.claims]
    assert len(listed) == len(set(listed))
    still = {
        one.claim.id
        for one in found
        if one.verdict.level in ("cannot_tell", "not_yet_examined") or one.not_yet
    }
    assert set(listed) == still


@pytest.mark.parametrize(
    ("claim", "why"),
    [
        ("E01", "cannot tell"),
        ("E17", "not yet examined"),
        ("E28", "data not collected"),
        # The documents are missing, and the drift of items is not looked at either.
        ("E13", "not yet examined"),
    ],
)
def test_why_it_is_open(pilot: tuple[Gap, ...], claim: str, why: str) -> None:
    (one,) = [one for one in gap_of(pilot, claim).open if one.claim == claim]
    assert one.why == why
    assert one.because


def test_a_study_that_records_no_documents_has_not_collected_them() -> None:
    study = small_study()
    found = gaps(study, {}, answers(study, {}, {}), {})
    (one,) = [one for one in gap_of(found, "E03").open if one.claim == "E03"]
    assert one.why == "data not collected"


def test_how_many_follow_from_the_range() -> None:
    """.7699 (.7355 to .8018), 380 people: (.0319 / .0301)^2 x 380 = 427."""
    said = enough_to_clear(0.7699, (0.7355, 0.8018), line=0.8, n=380)
    assert said.startswith("About 430 people, where 380 were")
    assert "own calculation" in said
    above = enough_to_clear(0.85, (0.75, 0.95), line=0.8, n=100, counted="judges")
    assert above.startswith("About 400 judges")
    assert enough_to_clear(0.85, (0.81, 0.89), line=0.8, n=100) == ""
    for near in (0.8, 0.8001):
        assert "hardly settle it" in enough_to_clear(near, (0.7, 0.9), line=0.8, n=100)


def test_of_a_size_the_upper_half_tells_how_wide_the_range_is() -> None:
    """10 (0 to 22), line 5: 12 / 5 = 2.4, squared 5.76."""
    assert enough_to_clear(10, (0, 22), line=5, n=100, sized=True).startswith("About 580 people")


def test_too_few_are_told_how_many_the_limit_asks_for(pilot: tuple[Gap, ...]) -> None:
    study, results = pilot_study(), pilot_results()
    table = results["dimensionality"].tables["verdicts"]
    few = replace(results["dimensionality"], tables={"verdicts": table.assign(n=40)})
    found = answers(study, {**results, "dimensionality": few}, {})
    told = gap_of(gaps(study, results, found, {}), "E01")
    assert "there are 40." in next(one for one in told.open if one.claim == "E01").enough


def test_sizes_carry_the_thresholds_of_the_study() -> None:
    held = default_thresholds().overridden_by({"panel_judges_min": 12})
    assert "At least 12 judges" in named_study("expert_panel", held).size
    assert "60 of 100" in named_study("feedback_of_all", held).size


def test_an_analysis_that_no_claim_speaks_of_stands_last() -> None:
    study = small_study()
    reasons = {"ebel": "No grid was given.", "reliability": "One item."}
    found = gaps(study, {}, answers(study, {}, reasons), reasons)
    last = found[-1]
    assert [one.because for one in last.open] == ["No grid was given."]
    assert last.claims == ()


def test_a_study_of_its_own_words_stands_by_itself() -> None:
    base: Any = next(one for one in claims() if one.id == "E17")
    own = replace(base, id="B01", closing="", design="Ask.", size="About ten.", cost="desk")
    silent = replace(own, id="B02", design="", size="")
    study = replace(small_study(), claims=(own, silent))
    found = gaps(study, {}, answers(study, {}, {}), {})
    assert (gap_of(found, "B01").design, gap_of(found, "B01").cost) == ("Ask.", "desk")
    assert "names no study" in gap_of(found, "B02").design


def test_the_file_of_claims_counts_words_and_gives_no_score(pilot: tuple[Gap, ...]) -> None:
    study, results = pilot_study(), pilot_results()
    found = answers(study, results, {})
    made = register(found, Run((), {}), gaps=pilot, heard=("a laugh",))
    assert made["tally"] == tally(found)
    assert sum(made["tally"].values()) == 56
    assert all(isinstance(count, int) for count in made["tally"].values())
    assert made["heard_not_measurable"] == ["a laugh"]
    first = made["claims"][0]
    assert (first["kind"], first["where"]) == (["psychometric"], "Community Care, June 2016")
    assert first["would_answer"]["cost"] == "large"
    assert {"title", "design", "size", "cost", "claims", "open"} <= set(made["gaps"][0])
    policy = next(one for one in made["claims"] if one["id"] == "E37")
    assert policy["would_answer"] is None


def limits_of_correlation(r: float, n: int) -> tuple[float, float]:
    """By Fisher's z."""
    low, high = np.tanh(np.arctanh(r) + np.array([-1, 1]) * norm.ppf(0.975) / np.sqrt(n - 3))
    return float(low), float(high)


def limits_between_places(part: float, *, places: int, people: int) -> tuple[float, float]:
    """Of the part of the variance that lies between places, by the F distribution."""
    df = (places - 1, places * (people - 1))
    ratio = (1 + (people - 1) * part) / (1 - part)
    ends = ratio / f.ppf(0.975, *df), ratio * f.ppf(0.975, *df[::-1])
    return tuple((end - 1) / (end + people - 1) for end in ends)  # type: ignore[return-value]


def test_sizes_that_are_called_our_own_calculation_are_that() -> None:
    """By the textbook formula of each."""
    each = 2 * (norm.ppf(0.975) + norm.ppf(0.8)) ** 2
    assert each / 0.2**2 == pytest.approx(400, rel=0.02)
    assert each / 0.3**2 == pytest.approx(175, rel=0.01)
    assert 2 * np.ceil(each / 0.2**2 * (1 + 39 * 0.05) / 40) == 58
    assert norm.ppf(0.975) * np.sqrt(0.11 * 0.89 / 150) == pytest.approx(0.05, abs=1e-3)
    assert limits_of_correlation(0.35, 150)[0] == pytest.approx(0.20, abs=2e-3)
    low, high = limits_between_places(0.10, places=40, people=25)
    said = named_study("context", default_thresholds()).size
    assert f"about {100 * low:.0f} to {100 * high:.0f}" in said
