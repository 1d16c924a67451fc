"""Figures without a folder: the same text that `--out` writes, marked where data are invented."""

from __future__ import annotations

from pathlib import Path

import pytest

import naas_psych as nps
from naas_psych.report.export import drawings_of
from naas_psych.report.figures import write_figures

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def study() -> nps.Study:
    return nps.read_study(ROOT / "data/sample_responses/mini")


def test_a_picture_is_the_file_that_is_written(study: nps.Study, tmp_path: Path) -> None:
    result = nps.score_distribution(study)
    shown = nps.pictures(study, result)
    written = write_figures(drawings_of(result), tmp_path, banner=study.banner)
    assert [image.svg for image in written] == [one.svg for one in shown.values()]
    assert study.banner
    assert all("Synthetic data" in one.svg for one in shown.values())


def test_a_notebook_gets_the_picture_and_its_words(study: nps.Study) -> None:
    shown = nps.pictures(study, nps.score_distribution(study))
    one = next(iter(shown.values()))
    bundle = one._repr_mimebundle_(include=None, exclude=None)
    assert bundle["image/svg+xml"].startswith("<svg")
    assert one.title in bundle["text/plain"]
    assert one.alt in bundle["text/plain"]


def test_an_unknown_figure_is_refused_with_those_there_are(study: nps.Study) -> None:
    shown = nps.pictures(study, nps.score_distribution(study))
    with pytest.raises(KeyError, match=next(iter(shown))):
        shown["none"]
