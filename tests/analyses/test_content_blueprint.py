"""The blueprint: counts made by hand, plans of every kind, what judges see, and bad input."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import pytest

from naas_psych.analyses.content.blueprint import blueprint, drawings
from naas_psych.errors import AnalysisImpossible
from naas_psych.result import Result
from naas_psych.study.study import Study
from tests.make import study_from_scores
from tests.specimen import specimen

#: Six items: three of law (5 points), two of practice (2), one of ethics (3).
DOMAINS = ["law", "law", "law", "practice", "practice", "ethics"]
WORTH = [1, 1, 3, 1, 1, 3]


def made(plan: Any = None, judgements: Any = None, **columns: Any) -> Study:
    items = {"domain": DOMAINS, **columns}
    study = study_from_scores(np.ones((6, 6), dtype=int), max_points=WORTH, items=items)
    tables = {"blueprint": plan, "judgements": judgements}
    return replace(study, tables={name: t for name, t in tables.items() if t is not None})


def plan(**shares: float) -> pd.DataFrame:
    return pd.DataFrame({"domain": list(shares), "share": list(shares.values())})


def domains(result: Result) -> pd.DataFrame:
    return result.tables["domains"].set_index("domain")


def codes(result: Result) -> list[str]:
    return [one.code for one in result.findings]


def test_shares_of_items_and_of_score_points() -> None:
    table = domains(blueprint(made(plan(law=0.5, practice=0.2, ethics=0.3))))
    assert table["items"].to_dict() == {"ethics": 1, "law": 3, "practice": 2}
    assert table["items_share"].to_dict() == pytest.approx(
        {"ethics": 1 / 6, "law": 0.5, "practice": 2 / 6}
    )
    assert table["score_share"].to_dict() == pytest.approx(
        {"ethics": 0.3, "law": 0.5, "practice": 0.2}
    )
    assert table["gap"].tolist() == pytest.approx([0, 0, 0])
    assert table["planned_items"].tolist() == pytest.approx([1.8, 3.0, 1.2])
    assert table["within"].tolist() == [True, True, True]


def test_the_weight_decides_what_is_compared_with_the_plan() -> None:
    study = made(plan(law=0.5, practice=0.2, ethics=0.3))
    table = domains(blueprint(study, weight="items"))
    assert table.loc["practice", "gap"] == pytest.approx(1 / 3 - 0.2)
    assert table["within"].to_dict() == {"ethics": False, "law": True, "practice": False}


def test_porter_and_the_gaps_of_a_form() -> None:
    row = blueprint(made(plan(law=0.3, practice=0.4, ethics=0.3))).tables["overall"].iloc[0]
    assert row["porter_points"] == pytest.approx(1 - (0.2 + 0.2 + 0) / 2)
    assert row["largest_gap"] == pytest.approx(0.2)
    assert row["off_plan"] == 2
    assert row["domains_thin"] == 2


def test_a_gap_on_the_line_is_within_and_one_beyond_is_found() -> None:
    on = blueprint(made(plan(law=0.45, practice=0.2, ethics=0.35)))
    assert "domain_off_plan" not in codes(on)
    off = blueprint(made(plan(law=0.44, practice=0.2, ethics=0.36)))
    found = [one for one in off.findings if one.code == "domain_off_plan"]
    assert [one.subject for one in found] == ["ethics", "law"]
    assert found[1].value == pytest.approx(0.06)
    assert "too much" in found[1].sentence
    assert "as planned" in found[1].sentence


def test_no_plan_still_shows_the_content_and_says_so() -> None:
    result = blueprint(made())
    table = domains(result)
    assert table["score_share"].sum() == pytest.approx(1)
    assert set(table["gap_reason"]) == {"no_blueprint"}
    assert set(result.tables["overall"]["porter_points_reason"]) == {"no_blueprint"}
    assert codes(result)[0] == "no_blueprint"
    assert {one.severity for one in result.findings} == {"info"}


def test_a_planned_area_without_an_item_is_missing_and_its_neighbour_named() -> None:
    result = blueprint(made(plan(law=0.5, practise=0.2, ethics=0.3)))
    missing = next(one for one in result.findings if one.code == "domain_missing")
    assert missing.subject == "practise"
    assert "'practice'" in missing.sentence
    assert result.tables["overall"]["domains_missing"].tolist() == [1]
    # Case and blanks are no difference.
    assert "domain_missing" not in codes(
        blueprint(made(plan(**{"LAW": 0.5, " Practice ": 0.2, "ethics": 0.3})))
    )


def test_an_area_outside_the_plan_is_said() -> None:
    result = blueprint(made(plan(law=0.7, ethics=0.3)), weight="points")
    assert domains(result).loc["practice", "planned_share"] == 0
    assert domains(result)["within"].tolist() == [True, False, False]
    found = next(one for one in result.findings if one.code == "domain_not_planned")
    assert (found.subject, found.severity) == ("practice", "warning")


def test_a_plan_by_form() -> None:
    forms = ["a|b", "a", "a", "b", "b", "a|b"]
    by_form = pd.DataFrame(
        {
            "domain": ["law", "ethics", "law", "practice", "ethics"],
            "share": [0.6, 0.4, 0.2, 0.3, 0.5],
            "form_id": ["a", "a", None, None, None],
        }
    )
    result = blueprint(made(by_form, form_id=forms))
    table = result.tables["domains"].set_index(["form", "domain"])
    assert table.loc[("a", "law"), "planned_share"] == pytest.approx(0.6)
    assert table.loc[("b", "law"), "planned_share"] == pytest.approx(0.2)
    assert table.loc[("a", "law"), "score_share"] == pytest.approx(5 / 8)
    overlap = result.tables["overlap"].set_index(["form", "other_form"])
    assert overlap.loc[("a", "b"), "shared_items"] == 2
    assert overlap.loc[("a", "b"), "shared_share"] == pytest.approx(0.5)
    assert overlap.loc[("a", "b"), "shared_score_share"] == pytest.approx(4 / 8)


def test_a_form_without_a_plan_beside_one_that_has_one() -> None:
    forms = ["a", "a", "a", "b", "b", "a|b"]
    only = pd.DataFrame({"domain": ["law", "ethics"], "share": [0.6, 0.4], "form_id": ["a", "a"]})
    table = blueprint(made(only, form_id=forms)).tables["domains"].set_index(["form", "domain"])
    assert table.loc[("a", "law"), "planned_share"] == pytest.approx(0.6)
    assert table.loc[("b", "practice"), "planned_share_reason"] == "no_blueprint"


def test_items_of_no_area_are_counted_and_said() -> None:
    result = blueprint(made(plan(law=0.5, practice=0.5), domain=["law", None, " ", *DOMAINS[3:]]))
    assert domains(result).loc["(no domain)", "items"] == 2
    assert "items_without_domain" in codes(result)


def test_levels_tags_and_their_cross_table() -> None:
    result = blueprint(
        made(cog_level=["recall"] * 4 + ["apply"] * 2, tags=["team|error", "team", *[None] * 4]),
        tags="team, review",
    )
    levels = result.tables["levels"].set_index("cognitive_level")
    assert levels["items"].to_dict() == {"apply": 2, "recall": 4}
    assert levels.loc["apply", "score_share"] == pytest.approx(0.4)
    tags = result.tables["tags"].set_index("tag")
    assert tags["items"].to_dict() == {"error": 1, "review": 0, "team": 2}
    assert tags.loc["team", "items_share"] == pytest.approx(2 / 6)
    silent = [one.subject for one in result.findings if one.code == "tag_without_items"]
    assert silent == ["review"]
    assert result.tables["cells"]["items"].sum() == 6


def matched(rows: list[tuple[str, list[str]]]) -> pd.DataFrame:
    return pd.DataFrame(
        [
            {"judge_id": judge, "item_id": f"Q{k + 1:02d}", "round": 1.0, "domain_match": area}
            for judge, areas in rows
            for k, area in enumerate(areas)
        ]
    )


def test_what_judges_see() -> None:
    judges = matched([("X1", DOMAINS), ("X2", ["law", "law", "ethics", *DOMAINS[3:]])])
    result = blueprint(made(judgements=judges))
    table = result.tables["alignment"].set_index("domain")
    assert table["hits"].to_dict() == {"ethics": 1.5, "law": 2.5, "practice": 2.0}
    assert table.loc["law", "match_share"] == pytest.approx((1 + 2 / 3) / 2)
    assert not table["concurrence"].any()
    whole = result.tables["alignment_forms"].iloc[0]
    # 3, 2, 1 and 2, 2, 2 items in three areas.
    assert whole["balance"] == pytest.approx((1 - (1 / 6 + 0 + 1 / 6) / 2 + 1) / 2)
    assert whole["range_share"] == 1
    assert "concurrence_out_of_reach" in codes(result)


def test_the_last_round_counts_and_codes_are_read_by_their_column() -> None:
    judges = matched([("X1", DOMAINS), ("X1", ["ethics"] * 6)]).rename(
        columns={"domain_match": "kss_match"}
    )
    judges["kss_match"] = judges["kss_match"].map({"law": "1.0", "practice": "2", "ethics": "3"})
    judges.loc[6:, "round"] = 2.0
    study = made(judgements=judges, kss=["1", "1", "1", "2", "2", "3"])
    table = blueprint(study).tables["alignment"].set_index("domain")
    assert table["hits"].to_dict() == {"ethics": 6.0, "law": 0.0, "practice": 0.0}
    assert set(table["hits_low_reason"]) == {"too_few_judges"}


def test_judges_who_see_something_else_are_found_but_two_who_agree_are_few() -> None:
    wrong = ["ethics"] * 3 + DOMAINS[3:]
    many = matched([(f"X{k}", wrong) for k in range(10)])
    assert "domain_read_otherwise" in codes(blueprint(made(judgements=many)))
    two = matched([(f"X{k}", wrong) for k in range(2)])
    assert "domain_read_otherwise" not in codes(blueprint(made(judgements=two)))


def test_no_areas_are_refused_in_words() -> None:
    study = study_from_scores(np.ones((6, 3), dtype=int))
    with pytest.raises(AnalysisImpossible, match="column `domain`"):
        blueprint(study)


def test_the_order_of_items_does_not_matter() -> None:
    study = specimen()
    back = study.items.iloc[::-1].reset_index(drop=True)
    turned = replace(
        study,
        items=back,
        responses=replace(
            study.responses,
            item_ids=tuple(back["item_id"]),
            points=study.responses.points[:, ::-1],
        ),
    )
    turned.__dict__["fingerprint"] = study.fingerprint
    for name, table in blueprint(study).tables.items():
        pd.testing.assert_frame_equal(table, blueprint(turned).tables[name], obj=name)


def test_the_picture_says_its_finding() -> None:
    off = blueprint(made(plan(law=0.3, practice=0.4, ethics=0.3)))
    picture = next(iter(drawings(off)))
    assert "Law has too many score points" in picture.title
    assert "20 points of 100" in picture.title
    assert len(picture.draw().axes) == 1
    bare = next(iter(drawings(blueprint(made()))))
    assert "no plan was given" in bare.title


def test_names_of_forms_keep_their_capitals() -> None:
    forms = ["NAAS-1"] * 3 + ["NAAS-2"] * 3
    study = made(plan(law=0.5, practice=0.2, ethics=0.3), form_id=forms)
    missing = [one for one in blueprint(study).findings if one.code == "domain_missing"]
    assert missing[0].sentence.startswith("Form NAAS-1 has no item on ethics")
