"""Figures of a run, drawn by several processes; its tables, findings.json and results.json."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from naas_psych.drawing import Drawing
from naas_psych.report.document import document, dumps, findings_list
from naas_psych.report.explorer.panel import scripts
from naas_psych.report.explorer.twin import NAME as TWIN
from naas_psych.report.explorer.twin import twin
from naas_psych.report.export import drawings_of, write_tables, write_text
from naas_psych.report.figures import Image, write_figures
from naas_psych.report.run import Progress, Run, failure
from naas_psych.report.spoken import Said, said_of
from naas_psych.report.workers import Say, shared, workers_for
from naas_psych.study.study import Study

if TYPE_CHECKING:
    from matplotlib.figure import Figure


#: Those with most panels, which start first so that no process waits for another.
_LONG_FIRST = ("adverse_impact", "cut_groups", "distractors", "angoff")


@dataclass(frozen=True)
class Drawn:
    """Pictures by analysis, and what failed by analysis: the whole of it, or a picture."""

    images: dict[str, tuple[Image, ...]] = field(default_factory=dict)
    failed: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class _Piece:
    name: str
    draw: Callable[[], Drawn]


def write_all_figures(
    study: Study, run: Run, folder: Path, *, threads: int = 1, progress: Progress | None = None
) -> Drawn:
    """Draw every picture of the run into `folder`, which exists.

    A figure that cannot be drawn is left out and told; the others are drawn.
    """
    (folder / "figures").mkdir()
    pieces = _pieces(study, run, folder)
    begun = 0

    def say(step: str) -> None:
        nonlocal begun
        if progress:
            progress(step, begun, len(pieces))
        begun += 1

    def work(k: int, tell: Say) -> Drawn:
        tell(f"figures: {pieces[k].name.replace('_', ' ')}")
        return pieces[k].draw()

    order = sorted(range(len(pieces)), key=lambda k: pieces[k].name not in _LONG_FIRST)
    made = shared(work, order, workers=workers_for(threads), say=say, meanwhile=scripts)
    with contextlib.suppress(OSError):
        (folder / "figures").rmdir()  # where nothing was drawn
    found = Drawn(failed=dict(run.failed))
    for k in sorted(made):
        found.images.update(made[k].images)
        found.failed.update(made[k].failed)
    return found


def write_numbers(study: Study, run: Run, folder: Path, *, failed: Mapping[str, str]) -> None:
    """Tables, results.json and findings.json, which names what `failed`, pictures as well."""
    (folder / "tables").mkdir()
    for result in run.results:
        write_tables(result, folder, banner=study.banner)
    made = document(
        "evidence", study, run.results, not_examined=run.not_examined, failed=run.failed
    )
    write_text(folder / "results.json", dumps(made))
    findings = findings_list(f for result in run.results for f in result.findings)
    said = {"synthetic": study.synthetic, "findings": findings}
    write_text(folder / "findings.json", dumps(said | ({"failed": dict(failed)} if failed else {})))


def _pieces(study: Study, run: Run, folder: Path) -> list[_Piece]:
    results = {result.analysis: result for result in run.results}
    paper = partial(twin, results, study.thresholds)
    said = said_of(study, run)
    return [
        *(
            _Piece(
                result.analysis,
                partial(
                    _figures, study, result.analysis, partial(drawings_of, result), folder, said
                ),
            )
            for result in run.results
        ),
        _Piece(
            "pass mark explorer",
            lambda: _figures(study, TWIN, lambda: filter(None, [paper()]), folder, said),
        ),
    ]


def _figures(
    study: Study, name: str, make: Callable[[], Iterable[Drawing]], folder: Path, said: Said
) -> Drawn:
    found = Drawn()
    images: list[Image] = []
    try:
        for drawing in make():
            try:
                images += write_figures((drawing,), folder, banner=study.banner, said=said)
            except OSError:
                raise  # the disk, not the drawing
            except Exception as error:
                found.failed[name] = f"The figure {drawing.title!r} is missing. {failure(error)}"
    except OSError:
        raise
    except Exception as error:
        found.failed[name] = f"Its figures are missing. {failure(error)}"
    # What drew a picture holds the whole result; nobody draws it again.
    found.images[name] = tuple(
        replace(one, drawing=replace(one.drawing, draw=_drawn_already)) for one in images
    )
    return found


def _drawn_already() -> Figure:
    raise RuntimeError("this picture was drawn by another process; its text is in the image")
