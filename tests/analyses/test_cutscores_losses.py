"""Expected loss: best cuts, and the ratio of losses that a cut stands for."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from naas_psych.analyses.cutscores.cut_losses import cut_losses, drawings, findings
from naas_psych.analyses.cutscores.swept import swept
from naas_psych.errors import AnalysisImpossible, UsageError
from naas_psych.numerics.expected_loss import best_cut, expected_loss, implied_ratio
from tests.analyses.fairness_world import fair_world

WORLD = fair_world(shift=0.0, item=0)
QUICK: dict[str, Any] = {"draws": 250, "cut": ["50%"]}


@st.composite
def wrong_outcomes(draw: Any) -> tuple[Any, Any]:
    """False passes that fall and false fails that rise with the cut."""
    size = draw(st.integers(3, 9))
    share = st.floats(0.001, 0.1)
    falls = draw(st.lists(share, min_size=size, max_size=size))
    rises = draw(st.lists(share, min_size=size, max_size=size))
    return np.cumsum(falls)[::-1], np.cumsum(rises)


class TestNumbers:
    @given(wrong_outcomes(), st.floats(0.1, 10))
    @settings(max_examples=200, deadline=None)
    def test_the_best_cut_by_hand(self, wrong: tuple[Any, Any], ratio: float) -> None:
        losses = expected_loss(*wrong, np.array([[ratio, 1.0]]))
        found = best_cut(losses, flat_share=0.05)
        known = [ratio * p + f for p, f in zip(*wrong, strict=True)]
        assert found.loss[0] == pytest.approx(min(known))
        flat = [k for k, one in enumerate(known) if one <= min(known) * 1.05 + 1e-12]
        assert found.flat_low[0] >= min(flat)
        assert found.flat_high[0] <= max(flat)
        assert found.flat_low[0] <= found.place[0] <= found.flat_high[0]

    @given(wrong_outcomes())
    @settings(max_examples=200, deadline=None)
    def test_implied_ratios_make_their_cut_best(self, wrong: tuple[Any, Any]) -> None:
        """Within the limits the cut is best, beyond them it is not."""
        false_pass, false_fail = wrong
        at = np.arange(false_pass.size)
        found = implied_ratio(false_pass, false_fail, at)
        for k in at:
            low, high = found.low[k], found.high[k]
            if not low < high:
                continue
            inside = np.sqrt(max(low, 1e-6) * min(high, 1e6))
            for ratio, best in ((inside, True), (high * 1.01, False), (low * 0.99, False)):
                if not (np.isfinite(ratio) and ratio > 0):
                    continue
                loss = ratio * false_pass + false_fail
                assert (loss[k] <= loss.min() + 1e-9) == best

    def test_even_losses_are_the_fewest_wrong_outcomes(self) -> None:
        false_pass = np.array([0.3, 0.2, 0.12, 0.05, 0.0])
        false_fail = np.array([0.0, 0.03, 0.08, 0.2, 0.5])
        found = best_cut(expected_loss(false_pass, false_fail, np.ones((1, 2))), flat_share=0.05)
        assert found.place[0] == 2


class TestAnalysis:
    def test_at_the_standard_itself_it_is_the_sweep(self) -> None:
        result = cut_losses(WORLD, loss=["1:1"], **QUICK)
        found = swept(WORLD, cut=["50%"], draws=250)
        place = found.forms[0].axis.asked[0]
        point = found.forms[0].modelled.point
        one = result.tables["losses"].iloc[0]
        assert one["expected_loss_at_cut"] == pytest.approx(
            point.false_pass[place] + point.false_fail[place], abs=1e-9
        )

    def test_dearer_false_passes_raise_the_best_cut(self) -> None:
        table = cut_losses(WORLD, **QUICK).tables["losses"]
        assert table["best_cut"].is_monotonic_increasing
        assert table["best_cut"].iloc[-1] > table["best_cut"].iloc[0]
        assert (table["flat_low"] <= table["best_cut"]).all()
        assert (table["best_cut_low"] <= table["best_cut_high"]).all()

    def test_the_implied_ratio_makes_the_cut_best(self) -> None:
        first = cut_losses(WORLD, **QUICK).tables["implied"].iloc[0]
        ratio = f"{first['implied_ratio']:.6f}:1"
        table = cut_losses(WORLD, loss=[ratio], **QUICK).tables["losses"]
        assert table["best_cut"].iloc[0] == first["operational"]

    def test_against_drawn_answers(self) -> None:
        """False passes at the best cut, by the model and by persons drawn from it."""
        from naas_psych.analyses.cutscores.population_model import population_model
        from naas_psych.irt.scores.group_moments import normal_weight

        model = population_model(WORLD, None)
        form = model.forms[0]
        stream = np.random.default_rng(8)
        weight = normal_weight(model.theta, 0.0, 1.0)
        place = stream.choice(model.theta.size, 200_000, p=weight)
        chance = form.chance.cumsum(axis=0)[:, place]
        totals = (stream.random(place.size) > chance).sum(axis=0)
        true = form.expected[place] >= 5
        curve = cut_losses(WORLD, loss=["1:1"], **QUICK).tables["curve"]
        for cut in (3, 5, 7):
            one = curve[curve["cut"] == cut].iloc[0]
            # The nodes are coarse: whoever is at the standard is drawn wholly on one side of it.
            step = weight.max() / 2
            assert abs(one["false_pass"] - (~true & (totals >= cut)).mean()) < 0.004 + step
            assert abs(one["false_fail"] - (true & (totals < cut)).mean()) < 0.004 + step

    def test_a_sentence_says_the_ratio(self) -> None:
        result = cut_losses(WORLD, **QUICK)
        assert result.findings[0].code == "cut_implies_losses"
        assert "says that one false pass weighs as much as" in result.findings[0].sentence


class TestEdges:
    @pytest.mark.parametrize("text", ["2", "2:0", "-1:2", "a:b", "1:2:3", ""])
    def test_no_ratio(self, text: str) -> None:
        with pytest.raises(UsageError, match="is no ratio"):
            cut_losses(WORLD, loss=[text], **QUICK)

    def test_no_cut(self) -> None:
        with pytest.raises(AnalysisImpossible, match="--cut"):
            cut_losses(WORLD, draws=250)

    @pytest.mark.parametrize("cut", ["0%", "100%"])
    def test_the_ends_of_the_scale(self, cut: str) -> None:
        table = cut_losses(WORLD, cut=[cut], draws=250).tables["implied"]
        assert np.isnan(table["implied_ratio"].iloc[0])
        assert table["implied_ratio_reason"].iloc[0] in {"end_of_scale", "no_ratio_best"}

    @pytest.mark.parametrize("cut", ["0%", "100%"])
    def test_no_ratio_follows_where_the_standard_is_an_end(self, cut: str) -> None:
        """At the end such a cut is the best for every ratio, not for none."""
        said = cut_losses(WORLD, draws=250, cut=[cut]).findings[0].sentence
        assert "leaves open how errors weigh" in said
        assert "no ratio" not in said

    def test_a_cut_on_theta(self) -> None:
        table = cut_losses(WORLD, cut=["theta:0"], draws=250).tables["losses"]
        assert table["best_cut"].notna().all()

    def test_words_and_drawings_stand_without_numbers(self) -> None:
        result = cut_losses(WORLD, **QUICK)
        bare = {
            name: table.assign(**{c: np.nan for c in table if table[c].dtype.kind == "f"})
            for name, table in result.tables.items()
        }
        gated = replace(result, tables=bare)
        for one in findings(gated, WORLD.thresholds):
            assert "nan" not in one.sentence
        for one in [*drawings(result), *drawings(gated)]:
            assert "nan" not in one.title + one.alt
            one.draw()
