"""Names of the data as people say them, and findings of one kind told once."""

from __future__ import annotations

from dataclasses import replace

import matplotlib.figure as drawn
import pandas as pd

from naas_psych.finding import Finding
from naas_psych.report.alike import alike
from naas_psych.report.figures import _say
from naas_psych.report.run import Run
from naas_psych.report.spoken import said_of, spoken
from naas_psych.result import Result
from tests.report.by_hand import small_study


def finding(subject: str, sentence: str, code: str = "item_hard") -> Finding:
    return Finding(code=code, severity="warning", subject=subject, sentence=sentence)


def made(*findings: Finding) -> Run:
    groups = pd.DataFrame({"focal": ["foster_care", "30_39", "Q_1"], "group": "age_band"})
    result = Result({"groups": groups}, findings=findings, analysis="dif_summary")
    return Run((result,), {})


def test_groups_are_words_and_items_keep_their_names() -> None:
    study = small_study()
    responses = replace(study.responses, item_ids=("Q_1", *study.responses.item_ids[1:]))
    study = replace(study, responses=responses)
    run = made(finding("foster_care", "Q_1 is -.20 for foster_care and 30_39, see x/30_39.csv"))
    (told,) = spoken(study, run).results[0].findings
    assert told.subject == "foster care"
    assert told.sentence == (
        "Q_1 is \N{MINUS SIGN}.20 for foster care and 30 to 39, see x/30_39.csv"
    )
    assert run.results[0].tables["groups"]["focal"].tolist() == ["foster_care", "30_39", "Q_1"]


def test_a_picture_says_the_same_words() -> None:
    said = said_of(small_study(), made())
    figure = drawn.Figure()
    axes = figure.add_subplot()
    axes.plot([0, 1], [0, 1], label="foster_care")
    axes.legend(title="age_band")
    axes.set(title="foster_care", xlabel="for 30_39")
    axes.set_yticks([0, 1], ["foster_care", "other"])
    figure.text(0, 0, "30_39")
    _say(figure, said)
    legend = axes.get_legend()
    assert [legend.get_title().get_text(), *(t.get_text() for t in legend.get_texts())] == [
        "age band",
        "foster care",
    ]
    assert (axes.get_title(), axes.get_xlabel()) == ("foster care", "for 30 to 39")
    assert figure.texts[0].get_text() == "30 to 39"
    figure.canvas.draw()
    assert [t.get_text() for t in axes.get_yticklabels()] == ["foster care", "other"]


def test_three_of_a_kind_are_told_once_and_two_apart() -> None:
    hard = [finding(name, f"{name} is hard") for name in "abc"]
    easy = [finding(name, f"{name} is easy", code="item_easy") for name in "ab"]
    told = alike([hard[0], easy[0], *hard[1:], easy[1]])
    assert [[one.subject for one in each.findings] for each in told] == [
        ["a", "b", "c"],
        ["a"],
        ["b"],
    ]
    assert [one.subject for one in told[0].others] == ["b", "c"]
