"""The fifteen traps that a reviewer of an evidence base probes: the report falls into none."""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Iterator
from functools import cached_property
from pathlib import Path
from typing import Any

import pytest

from naas_psych.assurance.precision import precision
from naas_psych.report.word.content import word_content
from tests.report.traps_made import reliability_of_a_testlet


class Evidence:
    """The evidence of the pilot, as its readers have it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    @cached_property
    def results(self) -> dict[str, Any]:
        return dict(json.loads((self.folder / "results.json").read_text(encoding="utf-8")))

    @cached_property
    def claims(self) -> dict[str, dict[str, Any]]:
        made = json.loads((self.folder / "claims.json").read_text(encoding="utf-8"))
        return {claim["id"]: claim for claim in made["claims"]}

    @cached_property
    def page(self) -> str:
        return (self.folder / "report.html").read_text(encoding="utf-8")

    @cached_property
    def words(self) -> str:
        """What a reader of the page reads, without mark-up, scripts and pictures."""
        bare = re.sub(r"(?s)<(script|style)\b.*?</\1>", " ", self.page)
        return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", bare))

    @cached_property
    def summary(self) -> str:
        start = self.page.index('<section id="summary"')
        part = self.page[start : self.page.index('id="part-claims"', start)]
        return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", part))

    def table(self, analysis: str, table: str) -> list[dict[str, Any]]:
        return list(self.results["results"][analysis]["tables"][table])

    def findings(self, code: str) -> list[dict[str, Any]]:
        return [f for f in self.results["findings"] if f["code"] == code]


@pytest.fixture(scope="module")
def pilot(pilot_evidence: Path) -> Evidence:
    return Evidence(pilot_evidence)


def test_1_reaching_the_last_item_does_not_clear_a_rushed_test(pilot: Evidence) -> None:
    reached = [r for r in pilot.table("speededness", "positions") if r["form"] == "alpha"]
    assert reached[-1]["reached"] / reached[0]["reached"] > 0.8
    assert pilot.claims["E08"]["verdict"] == "BORNE OUT"
    assert "Form alpha was rushed" in pilot.words


def test_2_nothing_is_cleared_of_difference_where_few_were_tested(pilot: Evidence) -> None:
    small = [
        r for r in pilot.table("dif_summary", "comparisons") if r["focal"] == "disability_team"
    ]
    assert small
    assert all(r["items_large"] is None for r in small)
    said = [f["sentence"] for f in pilot.findings("fairness_verdict")]
    assert any("cannot tell" in s and "disability_team" in s for s in said)
    assert not re.search(r"\b([Nn]o|[Ww]ithout) (DIF\b|differential item)", pilot.words)


def test_3_agreement_is_never_shown_without_what_chance_gives(pilot: Evidence) -> None:
    assert "would get the same result" in pilot.summary
    assert "(kappa" in pilot.summary
    assert pilot.findings("kappa_low_by_prevalence")
    head = re.search(r"(?s)<caption>Classification: Cuts.*?</thead>", pilot.page)
    assert head
    shown = " ".join(re.findall(r">([^<]+)</th>", head[0])).lower()
    assert "consistency" in shown
    assert "kappa" in shown


def test_4_a_testlet_does_not_raise_the_verdict_on_precision(pilot: Evidence) -> None:
    made = reliability_of_a_testlet(plain=0.85, over_scenarios=0.74)
    entry = precision(made.study, made.results)
    assert entry.estimate == 0.74
    assert entry.verdict.level == "bottom"
    assert pilot.findings("alpha_raised_by_repetition")


def test_5_a_cut_that_was_moved_afterwards_is_said_to_be_moved(pilot: Evidence) -> None:
    (moved,) = pilot.findings("cut_adjusted")
    assert "recommended" in moved["sentence"]
    assert moved["sentence"] in pilot.words
    steps = {r["decision_step"] for r in pilot.table("standard_summary", "decisions")}
    assert len(steps) > 1


def test_6_what_people_say_they_will_do_is_no_rate_of_leaving(pilot: Evidence) -> None:
    for claim in ("E26", "E27"):
        assert pilot.claims[claim]["verdict"] == "NOT YET EXAMINED"
        assert not [m for m in pilot.claims[claim]["measures"] if m["value"] is not None]


def test_7_the_share_below_carries_clusters_judges_and_weights(pilot: Evidence) -> None:
    row = [r for r in pilot.table("cut_population", "words") if r["cut_name"] == "met"][-1]
    p, n = row["share"], row["n"]
    simple = 2 * 1.96 * (p * (1 - p) / n) ** 0.5
    assert row["share_high"] - row["share_low"] > 1.5 * simple
    limits = [f"{row[f'of_population_{end}']:,.0f}" for end in ("low", "high")]
    assert all(re.search(rf"{one[:2]}", pilot.summary) for one in limits)


def test_8_no_source_of_opinions_is_the_opinion(pilot: Evidence) -> None:
    assert pilot.findings("sources_disagree")
    sources = {r["source"] for r in pilot.table("feedback_summary", "answers")}
    assert len(sources) >= 3
    assert "depends on where they were asked" in pilot.claims["E09"]["remark"]
    assert "speak for those" in pilot.claims["E09"]["main_assumption"]
    assert not re.search(r"(?i)\b(poll|survey) (shows|proves|found)", pilot.words)


def test_9_no_authority_is_ranked(pilot: Evidence) -> None:
    """Places may be named in the order of their names, with limits; never by who passed."""
    for path in (pilot.folder / "tables").glob("*.csv"):
        rows = list(_rows(path))
        places = [r for r in rows if any(re.fullmatch(r"LA\d\d", v or "") for v in r.values())]
        if not places:
            continue
        names = [next(v for v in r.values() if re.fullmatch(r"LA\d\d", v or "")) for r in places]
        assert names == sorted(names), path.name
        assert any(column.endswith("_low") for column in rows[0]), path.name
        assert not [c for c in rows[0] if re.search(r"pass|rank|below|met", c)], path.name


def test_10_a_hidden_count_is_not_the_total_less_the_others(pilot: Evidence) -> None:
    """Counts are rounded before they are added; tests/assurance/test_disclosure_attack.py adds."""
    seen = 0
    for analysis in ("group_sizes", "adverse_impact", "score_gaps"):
        for table in pilot.results["results"][analysis]["tables"].values():
            counts = [
                value
                for row in table
                for column, value in row.items()
                if re.match(r"n(_reference|_focal|_passed_\w+)?$", column)
                and not isinstance(value, str | None)
            ]
            assert all(value % 5 == 0 for value in counts), analysis
            seen += len(counts)
    assert seen > 100


def test_11_dropping_items_is_said_to_flatter_the_same_data(pilot: Evidence) -> None:
    said = " ".join(
        [*pilot.results["results"]["item_decisions"]["notes"]]
        + [f["sentence"] for f in pilot.results["findings"] if "decision" in f["code"]]
    )
    assert re.search(r"same (data|answers|people|persons)", said)
    before = {r["measure"]: r["before"] for r in pilot.table("item_decisions", "effects")}
    assert before["alpha"] is not None


def test_12_resits_are_never_praised_without_their_false_passes(pilot: Evidence) -> None:
    assert pilot.findings("resits_more_false_passes")
    for sentence in (f["sentence"] for f in pilot.findings("resits_trade_errors")):
        assert "reach it though theirs does not" in sentence
    policies = pilot.table("resits", "policies")
    assert all({"share_met", "false_pass", "false_fail"} <= set(row) for row in policies)


@pytest.mark.parametrize("where", ["page", "word"])
def test_13_a_test_is_never_called_valid(pilot: Evidence, where: str) -> None:
    text = pilot.words
    if where == "word":
        text = " ".join(word_content(pilot.folder / "report.docx"))
    assert not re.search(r"(?i)\bvalid (test|exam|assessment|score)s?\b", text)
    assert not re.search(
        r"(?i)\b(test|exam|assessment|score)s? (is|are|was|were) (not )?valid", text
    )
    assert not re.search(r"(?i)\bvalidity of the (test|exam|assessment)\b", text)


def test_14_every_verdict_has_its_word_and_its_shape(pilot: Evidence) -> None:
    badges = re.findall(r'(?s)<span class="verdict (\w+)">(.*?</span>)', pilot.page)
    assert len(badges) > 50
    for _, badge in badges:
        assert re.search(r'href="#sign-\w+"', badge)
        assert re.search(r"<span>[A-Z ]{3,}</span>", badge)


def test_15_synthetic_results_never_look_like_findings(pilot: Evidence) -> None:
    assert "Synthetic data." in pilot.words[:3000]
    for path in sorted(pilot.folder.rglob("*.json")):
        if path.name not in {"ro-crate-metadata.json", "references.json"}:
            assert json.loads(path.read_text(encoding="utf-8")).get("synthetic") or path.name == (
                "results.json"
            ), path.name
    assert pilot.results["study"]["synthetic"] is True
    assert (pilot.folder / "tables/SYNTHETIC.txt").is_file()
    for path in (pilot.folder / "figures").glob("*.svg"):
        assert "Synthetic data" in path.read_text(encoding="utf-8"), path.name
    assert any("synthetic" in line.lower() for line in word_content(pilot.folder / "report.docx"))
    methods = (pilot.folder / "methods.md").read_text(encoding="utf-8")
    assert "synthetic" in methods.lower()


def _rows(path: Path) -> Iterator[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as stream:
        yield from csv.DictReader(stream)
