"""Every number of the summary is that of the table it cites, and no number stands without one."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import naas_psych as nps
from naas_psych.study.study import Study
from tests.pilot_evidence import PILOT
from tests.report.cells import Citation, Folder, Summary
from tests.report.study_files import write_study

#: What may stand in the words around: denominators, the 68 of a standard error, the scale of a
#: coefficient, the level of intervals, years, and numbers of parts.
_FREE = re.compile(r"^(0|1|2|68|95|100|1000|1,000|(19|20)\d\d)$")


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The evidence of a small study with a cut."""
    root = tmp_path_factory.mktemp("cited")
    more = '[cuts]\nmet = { value = 50, unit = "percent" }\n'
    study = nps.read_study(write_study(root / "study", persons=260, items=12, more=more))
    return nps.evidence(study, out=root / "out")


def _folders(small: Path, pilot: Path) -> tuple[tuple[Folder, Study], ...]:
    studies = (nps.read_study(small.parent / "study"), nps.read_study(PILOT))
    return tuple(
        (Folder(place, study.thresholds), study)
        for place, study in zip((small, pilot), studies, strict=True)
    )


def _summary(folder: Folder) -> Summary:
    return Summary((folder.place / "report.html").read_text(encoding="utf-8"))


def test_every_number_is_that_of_its_cell(small: Path, pilot_evidence: Path) -> None:
    for folder, _ in _folders(small, pilot_evidence):
        found = _summary(folder).citations
        assert len(found) > 12
        for one in found:
            assert len(one.values) == len(one.sources), one
            for value, source in zip(one.values, one.sources, strict=True):
                assert abs(value) == pytest.approx(abs(folder.value(source)), abs=1e-12), one


def test_every_number_is_written_as_it_is(small: Path, pilot_evidence: Path) -> None:
    for folder, study in _folders(small, pilot_evidence):
        for one in _summary(folder).citations:
            assert _written(one, study.responses.n_items), one


def _written(one: Citation, n_items: int) -> bool:
    """Each value is among the written numbers: itself, of 100, or of the items; rounded."""
    shown = re.findall(r"(?<![\w.])[\N{MINUS SIGN}-]?(?:\d[\d,]*\.?\d*|\.\d+)", one.text)
    return all(
        any(_rounds_to(value * scale, text) for text in shown for scale in (1, 100, n_items))
        for value in one.values
    )


def _rounds_to(value: float, text: str) -> bool:
    """Within half a unit of the last place; a number of many people to a tenth of its limits."""
    number = float(text.replace(",", "").replace("\N{MINUS SIGN}", "-"))
    unit = 10.0 ** -len(text.partition(".")[2])
    rough = 0.05 * abs(value) if abs(number) >= 100 else 0.0
    return abs(abs(value) - abs(number)) <= max(0.501 * unit, rough)


def test_no_other_number_stands_in_the_summary(small: Path, pilot_evidence: Path) -> None:
    for folder, study in _folders(small, pilot_evidence):
        known = {f"{t.value:g}" for t in study.thresholds.values()}
        known |= {f"{100 * t.value:g}" for t in study.thresholds.values()}
        known |= {one.removeprefix("0") for one in known}
        known |= {f"{t.value:.2f}".removeprefix("0") for t in study.thresholds.values()}
        text = " ".join(_summary(folder).other)
        stray = [
            number
            for number in re.findall(r"(?<![\w.,])(?:\d[\d,]*\.?\d*|\.\d+)(?![\w])", text)
            if not _FREE.match(number.rstrip(".,")) and number.rstrip(".,") not in known
        ]
        assert not stray, (stray, text)


def test_a_number_that_drifts_is_caught(small: Path) -> None:
    folder = Folder(small, nps.read_study(small.parent / "study").thresholds)
    one = next(c for c in _summary(folder).citations if c.sources[0].startswith("reliability"))
    assert not _written(Citation("9.99", one.values, one.sources), 12)
