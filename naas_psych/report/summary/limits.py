"""The limits that matter most, in plain words."""

from __future__ import annotations

from naas_psych.report.run import Run
from naas_psych.report.wording import count
from naas_psych.study.study import Study


def cannot_show(study: Study, run: Run) -> tuple[str, ...]:
    """The limits that matter most, in plain words."""
    said = [
        "What the score measures, and whether that is what the job needs. "
        "Numbers about answers cannot show it; experts and other evidence must.",
        _of_groups(study),
    ]
    if study.spec.cuts:
        said.append(
            "Whether the pass mark is in the right place. Numbers show what it would do; "
            "named people must say what it should be."
        )
    else:
        said.append("Who would pass. No pass mark was given with these data.")
    if study.responses.times is None:
        said.append("Whether people had enough time. No response times were recorded.")
    if run.not_examined:
        n = count(len(run.not_examined), "planned analysis", "planned analyses")
        said.append(f"{n} could not be run on these data; the reasons are given below.")
    return tuple(said)


def _of_groups(study: Study) -> str:
    if study.spec.groups:
        return "Why groups of people differ. Numbers show that they do, and where; not why."
    return "Whether the test treats groups of people alike. No groups were named with these data."
