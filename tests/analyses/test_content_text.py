"""Text of items and comments: what is text, what is flagged, what is counted, what is hidden."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import pytest

from naas_psych.analyses.content.comment_themes import hits
from naas_psych.analyses.content.comments import comments
from naas_psych.analyses.content.item_texts import ItemText, item_texts
from naas_psych.analyses.content.item_writing import item_writing
from naas_psych.analyses.content.readability import readability
from naas_psych.analyses.content.redaction import redacted
from naas_psych.analyses.content.wording_rules import Limits, acronyms, flags_of
from naas_psych.errors import AnalysisImpossible
from naas_psych.study.study import Study
from tests.make import study_from_scores

LIMITS = Limits(sentence_words=40, key_ratio=1.6)
FOUR = {"A": "Call the police", "B": "Ask the school", "C": "Write it down", "D": "Go home now"}


def item(stem: str | None, options: dict[str, str] | None = None, key: str = "A") -> ItemText:
    return ItemText("Q1", stem, FOUR if options is None else options, key)


def flagged(stem: str | None, options: dict[str, str] | None = None, key: str = "A") -> set[str]:
    return set(flags_of(item(stem, options, key), LIMITS))


def study(texts: list[str | None], **columns: Any) -> Study:
    scores = np.ones((4, len(texts)), dtype=int)
    return study_from_scores(scores, items={"text": texts, **columns})


# --- what is text


@pytest.mark.parametrize(
    "text",
    ["(answer A)", "Option 3", "B", "answer", "Q12", "item 7", "text withheld", "(secure)", "---",
     "", None, "The correct answer", "TBC", "lorem ipsum dolor"],
)  # fmt: skip
def test_place_holders_are_no_text(text: str | None) -> None:
    with pytest.raises(AnalysisImpossible, match="column `text`"):
        item_texts(study([text, text]))


def test_what_is_text_stays_and_one_wording_for_all_is_nobodys() -> None:
    made = item_texts(
        study(
            ["What is 3 + 4?", "What is 3 + 5?"], option_A=["7", "8"], option_B=["(answer B)"] * 2
        )
    )
    assert [one.stem for one in made] == ["What is 3 + 4?", "What is 3 + 5?"]
    assert [dict(one.options) for one in made] == [{"A": "7"}, {"A": "8"}]
    with pytest.raises(AnalysisImpossible):
        item_texts(study(["See the booklet for this one"] * 6))


def test_other_languages_are_refused_in_words() -> None:
    german = "Was soll die Fachkraft tun, wenn ein Kind sagt, dass es zu Hause verletzt wurde?"
    with pytest.raises(AnalysisImpossible, match="English"):
        readability(study([f"{german} {k}" for k in range(6)]))


# --- readability


def test_forms_and_areas_are_counted_and_short_texts_get_no_index() -> None:
    stem = "What should the worker do first when a child says that an adult hurt her?"
    texts = [f"{stem} She is {k} years old." for k in range(12)]
    result = readability(study(texts, domain=["law"] * 10 + ["ethics"] * 2))
    form = result.tables["forms"].iloc[0]
    assert (form["sentences"], form["words"]) == (24, 12 * 20)
    assert form["words_per_sentence"] == pytest.approx(10)
    assert form["smog_grade_reason"] == "too_few_sentences"
    assert form["flesch_reading_ease_low"] <= form["flesch_reading_ease"]
    areas = result.tables["domains"].set_index("domain")
    assert areas.loc["ethics", "flesch_reading_ease_reason"] == "too_few_words"
    assert np.isfinite(areas.loc["law", "flesch_kincaid_grade"])


def test_options_are_counted_apart_from_stems() -> None:
    texts = [f"Which of the plans is safe for child number {k}?" for k in range(20)]
    result = readability(study(texts, option_A=[f"Plan {k} of the worker" for k in range(20)]))
    rows = result.tables["forms"].set_index("part")
    assert rows.loc["stems", "words"] == 20 * 10
    assert rows.loc["stems and options", "words"] == 20 * 15
    assert rows.loc["stems and options", "sentences"] == 40


def test_a_very_hard_text_is_said() -> None:
    hard = "Interdisciplinary organisational accountability necessitates unequivocally documented "
    texts = [f"{hard} proportionality, notwithstanding variability {k}." for k in range(20)]
    texts = [f"In the authority of the local university {one}" for one in texts]
    result = readability(study(texts))
    assert [one.code for one in result.findings] == ["hard_to_read"]


# --- item writing


@pytest.mark.parametrize(
    ("rule", "stem", "options", "key"),
    [
        ("stem_missing", None, FOUR, "A"),
        ("question_missing", "The worker visits the family on Monday.", FOUR, "A"),
        ("long_sentence", "Which " + "very " * 45 + "long one?", FOUR, "A"),
        ("asks_for_exception", "Which of these is not a sign of neglect?", FOUR, "A"),
        ("asks_for_exception", "All of these are duties except", FOUR, "A"),
        ("asks_for_exception", "Which step is least likely to help?", FOUR, "A"),
        ("asks_for_exception", "Which of these shouldn't be shared?", FOUR, "A"),
        ("blank_inside", "The ____ must be told within one day.", FOUR, "A"),
        ("option_all_above", "Which?", {**FOUR, "D": "All of the above"}, "A"),
        ("option_none_above", "Which?", {**FOUR, "D": "None of these."}, "A"),
        ("combined_options", "Which?", {**FOUR, "D": "Both A and C"}, "A"),
        ("combined_options", "Which?", {**FOUR, "D": "A, B and C only"}, "A"),
        ("same_option_twice", "Which?", {**FOUR, "D": "call the police."}, "A"),
        ("grammar_cue", "The order is called an", {"A": "interim one", "B": "full one"}, "A"),
        ("key_longest", "Which?", {**FOUR, "A": "Call the police and write it down at once"}, "A"),
        ("absolute_wrong_option", "Which?", {**FOUR, "B": "Never tell the parents"}, "A"),
        ("repeated_words", "Which?",
         {"A": "tell the mother today", "B": "tell the mother then", "C": "Tell the mother"}, "A"),
        ("acronym", "What does the MARAC decide?", FOUR, "A"),
    ],
)  # fmt: skip
def test_each_rule_sees_what_breaks_it(
    rule: str, stem: str | None, options: dict[str, str], key: str
) -> None:
    assert rule in flagged(stem, options, key)


@pytest.mark.parametrize(
    "stem",
    [
        "How to begin a first visit with a child who will not speak",
        "What should a worker do when a parent has not answered three letters?",
        "Which of these is NOT a sign of neglect?",
        "A worker does not know the family. Which step comes first?",
        "Choose the best reply.",
        "The first thing to do is to:",
        "The law that covers this is the Children Act ____",
        "The main duty of the local authority is",
        "Who may agree to treatment in the UK when the NHS asks?",
        "What does the CIN (child in need) plan say?",
        "Which multi-agency risk assessment conference (MARAC) rule applies?",
        "Which plan, A or B, is better under part IV of the Act?",
    ],
)
def test_ordinary_stems_are_left_alone(stem: str) -> None:
    assert flagged(stem) == set()


def test_ordinary_options_are_left_alone() -> None:
    others = {"A": "All children in the home", "B": "None", "C": "Both parents", "D": "A relative"}
    assert flagged("Who should be seen?", others, "D") == set()
    assert flagged("How many?", {"A": "Three", "B": "One", "C": "Two"}, "A") == set()
    assert flagged("Which?", {"A": "Always ask first", "B": "Never ask at all"}, "A") == set()


def test_an_acronym_is_named() -> None:
    assert acronyms(item("What does the MARAC of the LSCB decide?")) == ("MARAC", "LSCB")


def test_the_pilot_raises_no_false_alarm(pilot_items: Study) -> None:
    result = item_writing(pilot_items)
    assert result.tables["items"]["flag_count"].sum() == 0
    assert result.findings == ()


@pytest.fixture(scope="module")
def pilot_items() -> Study:
    from pathlib import Path

    items = pd.read_csv(
        Path(__file__).parents[2] / "data/sample_responses/naas_pilot/items.csv", dtype=str
    )
    columns = {
        c: items[c].where(items[c].notna(), None).tolist() for c in items if c != "max_score"
    }
    ids = columns.pop("item_id")
    return study_from_scores(np.ones((3, len(ids)), dtype=int), item_ids=ids, items=columns)


def test_a_habit_is_said_once_and_not_of_items() -> None:
    texts = [f"The worker visits family number {k} in the spring." for k in range(12)]
    result = item_writing(study(texts))
    assert result.tables["items"]["flag_count"].sum() == 0
    assert [one.code for one in result.findings] == ["habit_of_wording"]


def test_a_stem_far_longer_than_the_others_is_found() -> None:
    texts = [f"What comes {'next ' * (k % 4)}in case {k}?" for k in range(14)]
    texts.append("What is right? " + "The family lives in a small house by the sea. " * 12)
    table = item_writing(study(texts)).tables["items"]
    assert table["item_id"].iloc[0] == "Q15"
    assert table["flag_count"].tolist() == [1] + [0] * 14


def test_whether_length_gives_the_key_away_rests_on_an_interval() -> None:
    def made(many: int) -> Study:
        return study(
            [f"Which is right in case {k}?" for k in range(many)],
            key=["A"] * many,
            option_A=[f"Right and a little longer {k}" for k in range(many)],
            option_B=[f"Wrong and a bit short {k}" for k in range(many)],
            option_C=[f"Wrong and quite short {k}" for k in range(many)],
        )

    assert "length_gives_key_away" in [one.code for one in item_writing(made(20)).findings]
    assert "length_gives_key_away" not in [one.code for one in item_writing(made(2)).findings]
    row = item_writing(made(20)).tables["key_lengths"].iloc[0]
    assert (row["key_longest"], row["longest_by_chance"]) == (20, pytest.approx(1 / 3))


# --- comments


def wrote(texts: list[str | None], **columns: Any) -> Study:
    base = study_from_scores(np.ones((4, 3), dtype=int), item_ids=["A11", "A12", "time"])
    feedback = pd.DataFrame({"source": ["exit"] * len(texts), "text": texts, **columns})
    return replace(base, tables={"feedback": feedback})


def themed(base: Study, rows: list[tuple[str, str]]) -> Study:
    table = pd.DataFrame(rows, columns=["theme", "word"])
    return replace(base, tables={**base.tables, "themes": table})


def counts(base: Study) -> dict[str, int]:
    table = comments(base).tables["themes"]
    return dict(zip(table["theme"], table["comments"], strict=True))


def test_words_are_whole_in_any_case_and_stars_are_endings() -> None:
    texts = ["TIME was short", "sometimes", "timing", "I ran  out", "ran-out", "rain out"]
    assert hits(texts, ["time", "tim*", "ran out"]).T.tolist() == [
        [True, False, False, False, False, False],
        [True, False, True, False, False, False],
        [False, False, False, True, True, False],
    ]
    # What means something in a pattern means nothing here.
    assert hits(["a.b", "axb", "(why)"], ["a.b", "(why)"]).tolist() == [
        [True, False],
        [False, False],
        [False, True],
    ]


def test_themes_by_source_and_what_fits_none() -> None:
    base = wrote(
        ["Too little time", "Unfair, and no time", "Nice building", None, " "],
        source=["exit", "call", "exit", "exit", "call"],
    )
    base = themed(base, [("time", "time"), ("fairness", "unfair*"), ("fairness", "fair")])
    table = comments(base).tables["themes"].set_index(["source", "theme"])
    assert table.loc[("(all)", "time"), "comments"] == 2
    assert table.loc[("exit", "time"), "theme_share"] == pytest.approx(0.5)
    assert table.loc[("call", "fairness"), "theme_share"] == 1
    assert table.loc[("exit", "(no theme)"), "comments"] == 1
    assert bool(table.loc[("exit", "time"), "small"])
    assert not bool(table.loc[("exit", "fairness"), "small"])
    sources = comments(base).tables["sources"].set_index("source")
    assert sources["forms"].to_dict() == {"call": 2, "exit": 3}
    assert sources.loc["exit", "response_share"] == pytest.approx(2 / 3)


def test_the_list_we_ship_is_used_and_said_only_without_another() -> None:
    base = wrote(["I ran out of time"] * 3)
    assert counts(base)["time"] == 3
    assert "themes_by_default" in [one.code for one in comments(base).findings]
    own = themed(base, [("haste", "ran out")])
    assert counts(own) == {"haste": 3, "(no theme)": 0}
    assert "themes_by_default" not in [one.code for one in comments(own).findings]


def test_items_by_column_or_by_name_in_the_text() -> None:
    base = wrote(
        ["A11 is unfair", "no time", "A11 and A12 are hard", "too little time", "A111 is new"],
        item_id=[None, "A12", None, None, None],
    )
    table = comments(base).tables["items"].set_index(["item_id", "theme"])
    # Two items named: about neither alone. An item whose id is a word is not looked for.
    assert set(table.index) == {("A11", "fairness"), ("A12", "time")}


@pytest.mark.parametrize(
    "tables",
    [
        {},
        {"feedback": pd.DataFrame({"source": ["exit"], "fair": [3.0]})},
        {"feedback": pd.DataFrame({"source": ["exit"], "text": [None]})},
        {"feedback": pd.DataFrame({"source": ["exit"], "text": ["..."]})},
    ],
)
def test_no_comments_are_refused_in_words(tables: dict[str, pd.DataFrame]) -> None:
    base = replace(wrote(["x"]), tables=tables)
    with pytest.raises(AnalysisImpossible, match="no comments"):
        comments(base)


def test_sources_that_write_about_other_things_are_set_apart() -> None:
    texts = ["I ran out of time"] * 25 + ["It was fair"] * 15 + ["It was fair"] * 80
    base = wrote(texts, source=["call"] * 40 + ["exit"] * 80)
    found = {one.subject: one for one in comments(base).findings if "differs" in one.code}
    assert set(found) == {"fairness", "time"}
    assert "depends on who was asked" in found["time"].sentence
    few = wrote(texts[20:45], source=["call"] * 10 + ["exit"] * 15)
    assert not [one for one in comments(few).findings if "differs" in one.code]


SECRET = "My manager Zebulon at Leeds gave me no time"


def test_no_text_leaves_unless_it_is_asked_for() -> None:
    result = comments(wrote([SECRET] * 30))
    said = json.dumps([one.sentence for one in result.findings]) + "".join(
        table.to_csv() for table in result.tables.values()
    )
    assert "quotations" not in result.tables
    assert "manager" not in said
    assert "Zebulon" not in said


def test_quotations_are_redacted_and_need_a_group() -> None:
    persons = [f"P{k}" for k in range(30)]
    shown = comments(wrote([SECRET] * 30, person_id=persons), quotes=2).tables["quotations"]
    assert shown["quotation"].tolist() == ["My manager [name] at [name] gave me no time"]
    assert list(shown.columns) == ["theme", "quotation"]
    few = comments(wrote([SECRET] * 9, person_id=persons[:9]), quotes=2).tables["quotations"]
    assert few.empty
    # Thirty comments by one person are one person's.
    one = comments(wrote([SECRET] * 30, person_id=["P1"] * 30), quotes=2).tables["quotations"]
    assert one.empty


@pytest.mark.parametrize(
    ("text", "gone"),
    [
        ("I met Sarah there and it was all fine with me", "Sarah"),
        ("Sarah was there and it was all fine with me", "Sarah"),
        ("It was all fine with me and with sarah too", "sarah"),
        ("We should like to hear from you at j.smith@x.org", "smith"),
        ("You can call me on 0113 496 0000 or on +44 7700 900123", "496"),
        ("My number in this test was P00017 as you know well", "P00017"),
        ("I live in the town near LS1 4AP and I like it there", "LS1"),
        ("I am 54 and have been doing this since 1999 and more", "54"),
        ("It was said by mrs patel that we should go home", "patel"),
        ("See www.example.org for more of what I have to say", "example"),
    ],
)
def test_what_could_name_somebody_goes(text: str, gone: str) -> None:
    every = [text, "I met Sarah there and it was all fine with me", "She met Sarah too, I was told"]
    shown = redacted(every, ids=["P00017"])[text]
    assert shown
    assert gone not in shown


def test_what_the_rule_cannot_read_is_not_shown() -> None:
    shown = redacted(["THE TEST WAS UNFAIR TO SARAH", "السؤال غير عادل", "Ann Bob Cy"])
    assert set(shown.values()) == {""}


def test_ordinary_words_stay() -> None:
    text = "I felt that the test was fair, but the last questions were too hard for me."
    assert redacted([text])[text] == text
