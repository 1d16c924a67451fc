"""Results through the disclosure gate: every analysis of the register, by every profile."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import naas_psych as nps
from naas_psych import register
from naas_psych.assurance.disclosure import gate, profiles
from naas_psych.assurance.disclosure.declared import layout_of
from naas_psych.errors import AnalysisImpossible
from naas_psych.result import Result
from tests.analyses.fairness_world import study_of_groups
from tests.specimen import specimen

ROUNDING = ("ofqual", "hesa", "nhs")
PILOT = Path(__file__).parents[2] / "data/sample_responses/naas_pilot"


def results() -> list[Result]:
    made = []
    for name in register.names():
        options = register.load(name).options.model_fields
        given = {"replicates": 20} if "replicates" in options else {}
        try:
            made.append(register.load(name).run(specimen(), **given))
        except AnalysisImpossible:
            continue
    return made


@pytest.fixture(scope="module")
def everything() -> list[Result]:
    return results()


@pytest.mark.parametrize("profile", [*ROUNDING, "threshold10"])
def test_every_analysis_passes_the_gate(everything: list[Result], profile: str) -> None:
    made = gate(specimen(), everything, profile=profile)
    rules = profiles()[profile]
    known = set(specimen().responses.person_ids)
    for result in made.results:
        for name, table in result.tables.items():
            assert "person_id" not in table.columns
            for column in layout_of(result.analysis, name, table).of_kind("count"):
                values = table[column.name].dropna().to_numpy(dtype=float)
                if not layout_of(result.analysis, name, table).exempt:
                    assert not rules.hides(values).any()
                    assert (rules.rounded(values) == values).all()
        for finding in result.findings:
            assert not {word.strip(".,") for word in finding.sentence.split()} & known
            assert "nan" not in finding.sentence.split()


def test_figures_are_drawn_from_what_is_left(everything: list[Result]) -> None:
    import matplotlib.pyplot as plt

    for result in gate(specimen(), everything, profile="threshold10").results:
        make = register.load(result.analysis).drawings
        for drawing in make(result) if make else ():
            drawing.draw()
            plt.close("all")


def test_the_gate_gives_the_same_each_time(everything: list[Result]) -> None:
    one, two = (gate(specimen(), everything, profile="nhs") for _ in range(2))
    pd.testing.assert_frame_equal(one.ledger, two.ledger)
    assert [r.findings for r in one.results] == [r.findings for r in two.results]


def test_the_ledger_names_cells_and_no_values(everything: list[Result]) -> None:
    made = gate(specimen(), everything, profile="ofqual")
    assert list(made.ledger.columns) == ["analysis", "table", "row", "column", "rule"]
    withheld = {
        (result.analysis, name, column)
        for result in made.results
        for name, table in result.tables.items()
        for column in table.columns
        if str(column).endswith("_reason")
        and table[column].isin(["withheld", "withheld_with_another"]).any()
    }
    listed = made.ledger[made.ledger["row"] != "(all)"]
    told = zip(listed["analysis"], listed["table"], listed["column"] + "_reason", strict=True)
    assert withheld == set(told)
    assert int(made.summary()["cells"].sum()) == len(made.ledger)


def test_internal_results_are_left_as_they_are(everything: list[Result]) -> None:
    made = gate(specimen(), everything, profile="ofqual", internal=True)
    assert made.results == tuple(everything)
    assert made.ledger.empty


def test_no_profile_names_persons(everything: list[Result]) -> None:
    made = gate(specimen(), everything, profile="none")
    tables = [table for result in made.results for table in result.tables.values()]
    assert not any("person_id" in table.columns for table in tables)
    assert set(made.ledger["rule"]) == {"a row about one person"}


def test_an_authority_of_three_is_not_shown() -> None:
    study = nps.read_study(PILOT)
    sizes = nps.group_sizes(study, group=["la_id"])
    exact = sizes.tables["groups"]
    (small,) = exact.loc[exact["n"] == 3, "group_level"]
    made = gate(study, [sizes], profile="ofqual").results[0].tables["groups"]
    row = made[made["group_level"] == small].iloc[0]
    assert np.isnan(row["n"])
    assert row["n_reason"] == "withheld"


def test_where_counts_are_exact_a_withheld_level_is_withheld_everywhere() -> None:
    """70 + 47 + 3 of 120: without the 47 the 3 cannot be had, and no error gives the 47 back."""
    team = np.repeat(["first", "second", "third"], [70, 47, 3])
    points = np.random.Generator(np.random.PCG64(3)).integers(0, 2, size=(120, 8)).astype(np.int8)
    study = study_of_groups(points, team)
    results = [nps.group_sizes(study), nps.score_gaps(study)]
    safe = gate(study, results, profile="threshold10").results
    sizes = safe[0].tables["groups"].set_index("group_level")["n"]
    assert np.isnan(sizes["third"])
    assert sizes.isna().sum() == 2
    gaps = safe[1].tables["groups"].set_index("focal")
    hidden = [name for name in ("second", "first") if np.isnan(sizes[name])]
    assert hidden == ["second"]
    assert gaps.loc["second", ["n_focal", "hedges_g_se", "mean_focal"]].isna().all()
