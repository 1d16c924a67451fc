"""The methods text: what ran, with its options and works, and nothing else."""

from __future__ import annotations

import dataclasses
import re
from pathlib import Path

import pytest

import naas_psych as nps
from naas_psych import register
from naas_psych.analysis import sections
from naas_psych.packaged import toml_entries
from naas_psych.references import references
from naas_psych.report.methods import Methods, author_year, keys_of, methods
from naas_psych.report.run import Run
from naas_psych.study.load import read_study

MINI = Path(__file__).resolve().parents[2] / "data" / "sample_responses" / "mini"
SAYS = {name: entry["says"] for name, entry in toml_entries("methods.toml").items()}


@pytest.fixture(scope="module")
def made() -> Methods:
    study = read_study(MINI)
    results = (
        nps.item_statistics(study),
        nps.key_check(study),
        nps.reliability(study, replicates=200),
    )
    run = Run(results, {"angoff": "There are no judges."})
    return methods(study, run, seed=7, internal=True)


@pytest.mark.parametrize("name", register.names())
def test_every_analysis_has_a_sentence_that_it_can_stand_by(name: str) -> None:
    analysis = register.load(name)
    own = sections(analysis.run.__doc__)["References"].replace("\n", ",").split(",")
    assert set(keys_of(SAYS[name])) <= {key.strip() for key in own}
    assert set(re.findall(r"\{(\w+)\}", SAYS[name])) <= set(analysis.options.model_fields)
    assert SAYS[name].endswith(".")


def test_no_sentence_is_left_over() -> None:
    assert set(SAYS) == set(register.names())


def test_it_fits_a_paper(made: Methods) -> None:
    general = [p for section in made.sections[:3] for p in section.paragraphs]
    assert 300 <= len(" ".join(general).split()) <= 500


def test_it_says_what_ran_and_how(made: Methods) -> None:
    text = made.markdown
    assert [one.heading for one in made.sections[3:]] == ["Items", "Reliability", "Pass mark"]
    assert "from 200 samples of persons" in text
    assert "the seed 7" in text
    assert "Not possible with these data: angoff." in text
    assert "not for publication" in text
    assert "Synthetic data" in text
    assert "{" not in text


def test_rounded_counts_are_not_added_up() -> None:
    study = read_study(MINI)
    run = Run((nps.item_statistics(study),), {})
    exact = methods(study, run, seed=1, internal=True).markdown
    said = r"There were \d+ omitted and \d+ not reached\."
    assert re.search(said, exact)
    rules = study.spec.disclosure.model_copy(update={"profile": "ofqual"})
    spec = study.spec.model_copy(update={"disclosure": rules})
    gated = methods(dataclasses.replace(study, spec=spec), run, seed=1, internal=False).markdown
    assert not re.search(said, gated)
    assert "profile ofqual" in gated


def test_it_cites_what_it_names_and_nothing_else(made: Methods) -> None:
    body, _, works = made.markdown.partition("## References")
    cited = set(keys_of(body)) - {"naas_psych"}
    assert {one.key for one in made.cited} == cited
    assert set(keys_of(works)) == {*cited, "naas_psych"}
    assert "hofstee_1983" not in cited
    assert all(references()[key].text in works for key in cited)


def test_readers_of_a_report_see_authors(made: Methods) -> None:
    said = author_year("As known [@wilson_1927; @ebel_frisbie_1991; @olsson_drasgow_dorans_1982].")
    assert said == "As known (Wilson, 1927; Ebel & Frisbie, 1991; Olsson et al., 1982)."
    assert not any("[@" in text for one in made.printed for text in one.paragraphs)
