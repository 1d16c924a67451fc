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
#: Numbers of a name, or of what a list leaves out; a chance that is not rounded up.
_NAMES = re.compile(
    r"part \d+|and \d+ more|\d+ more are|\d+ (?:studies|planned analyses)"
    r"|more than 99 of 100|: \d+\. "
)


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
        known = _known(folder, study)
        text = _NAMES.sub(" ", " ".join(_summary(folder).other))
        found = re.findall(r"(?<![\w.,])(?:\d[\d,]*\.?\d*|\.\d+)(?![\w])", text)
        stray = [one for one in (n.rstrip(".,") for n in found) if one not in known]
        assert not [one for one in stray if not _FREE.match(one)], text


def _known(folder: Folder, study: Study) -> set[str]:
    """Thresholds as they are written, and how many a verdict is based on, as claims.json has it."""
    values = [t.value for t in study.thresholds.values()]
    known = {f"{v:g}" for v in values} | {f"{100 * v:g}" for v in values}
    known |= {f"{v:.2f}".removeprefix("0") for v in values}
    based = " ".join(line["based_on"] for line in folder.claims["board"])
    return known | set(re.findall(r"\d[\d,]*", based))


def test_a_number_that_drifts_is_caught(small: Path) -> None:
    folder = Folder(small, nps.read_study(small.parent / "study").thresholds)
    one = next(c for c in _summary(folder).citations if c.sources[0].startswith("reliability"))
    assert not _written(Citation("9.99", one.values, one.sources), 12)
