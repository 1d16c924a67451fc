"""What each optional table holds: the columns it must have, and what may stand in them."""

from __future__ import annotations

from dataclasses import dataclass

from naas_psych.study.endorsed import ENDORSED, EVIDENCE, SITE, SUPERVISOR
from naas_psych.study.scales import RELEVANCE, Scale

_ANY = Scale()
_JUDGE = ("judge_id", "judge", "expert_id", "expert", "rater_id", "rater")
_ITEM = ("item_id", "item")
_PERSON = ("person_id", "person", "cand_id", "candidate_id", "student_id", "id")


@dataclass(frozen=True)
class Shape:
    """One optional table: names it must have, scales of its columns, and who it is about.

    names : canonical column to the names under which it is recognised
    required : columns without which the table is of no use
    scales : column to what it may hold; `rest` for every other column, None to keep text
    rated : columns of ratings, for telling a judge who gave none
    """

    names: dict[str, tuple[str, ...]]
    required: tuple[str, ...]
    scales: dict[str, Scale]
    rest: Scale | None = None
    rated: tuple[str, ...] = ()


SHAPES = {
    "judgements": Shape(
        names={"judge_id": _JUDGE, "item_id": _ITEM, "round": ("round",)},
        required=("judge_id", "item_id"),
        scales={
            "round": _ANY,
            "relevance": RELEVANCE,
            "clarity": RELEVANCE,
            "essential": Scale(words=("essential", "useful", "not_needed")),
        },
        rated=("relevance", "clarity", "essential", "role_owner"),
    ),
    "judges": Shape(
        names={"judge_id": _JUDGE, "background": ("background", "profession", "occupation")},
        required=("judge_id",),
        scales={},
    ),
    "blueprint": Shape(
        names={
            "domain": ("domain", "area", "content_area"),
            "share": ("share", "weight", "planned_share", "percent", "items", "planned_items"),
            "form_id": ("form_id", "form", "booklet"),
        },
        required=("domain", "share"),
        scales={"share": Scale(0)},
    ),
    "themes": Shape(
        names={"theme": ("theme",), "word": ("word", "words", "phrase")},
        required=("theme", "word"),
        scales={},
    ),
    "angoff": Shape(
        names={
            "judge_id": _JUDGE,
            "item_id": _ITEM,
            "round": ("round",),
            "probability": ("probability", "p_borderline", "rating", "angoff"),
        },
        required=("judge_id", "item_id", "probability"),
        scales={"round": _ANY, "probability": Scale(0, 100), "p_partial": Scale(0, 100)},
        rated=("probability",),
    ),
    "feedback": Shape(
        names={"person_id": _PERSON, "source": ("source",), "item_id": _ITEM},
        required=(),
        scales={},
        rest=Scale(1, 5),
    ),
    "marks": Shape(
        names={
            "person_id": _PERSON,
            "task_id": ("task_id", "task", "scenario_id", "scenario"),
            "rater_id": ("rater_id", "rater", "marker_id", "marker"),
            "criterion": ("criterion",),
            "mark": ("mark", "rating", "score"),
            "occasion": ("occasion", "wave"),
        },
        required=("person_id", "rater_id", "mark"),
        scales={"mark": _ANY},
        rated=("mark",),
    ),
    "endorsements": Shape(
        names={
            "person_id": _PERSON,
            "rating": ("rating", "overall", "overall_rating", "endorsement"),
            "decision": ("decision", "endorsed"),
            "supervisor_id": SUPERVISOR,
            "evidence_n": EVIDENCE,
            "site": SITE,
        },
        required=("person_id", "rating"),
        scales={"rating": _ANY, "evidence_n": _ANY, "put_forward": ENDORSED},
        rest=_ANY,
    ),
    "compromise": Shape(
        names={"judge_id": _JUDGE},
        required=("judge_id",),
        scales=dict.fromkeys(
            (
                "min_cut",
                "max_cut",
                "min_fail",
                "max_fail",
                "cut",
                "pass_rate",
                "cut_se",
                "pass_rate_se",
            ),
            Scale(0, 100),
        ),
        rated=("min_cut", "cut"),
    ),
    "ebel_items": Shape(
        names={
            "judge_id": _JUDGE,
            "item_id": _ITEM,
            "relevance": ("relevance", "importance"),
            "difficulty": ("difficulty",),
        },
        required=("item_id", "relevance", "difficulty"),
        scales={},
    ),
    "ebel_success": Shape(
        names={
            "judge_id": _JUDGE,
            "relevance": ("relevance", "importance"),
            "difficulty": ("difficulty",),
            "success": ("success", "probability", "expected"),
        },
        required=("relevance", "difficulty", "success"),
        scales={"success": Scale(0, 100)},
    ),
    "nedelsky": Shape(
        names={"judge_id": _JUDGE, "item_id": _ITEM, "round": ("round",)},
        required=("judge_id", "item_id"),
        scales={"round": _ANY, "options_left": Scale(1)},
        rated=("eliminated", "options_left"),
    ),
    "bookmark": Shape(
        names={
            "judge_id": _JUDGE,
            "item_id": _ITEM,
            "round": ("round",),
            "place": ("place", "page", "bookmark"),
            "panel_table": ("panel_table", "table", "group"),
            "boundary": ("boundary", "cut"),
        },
        required=("judge_id",),
        scales={"round": _ANY, "place": _ANY, "step": _ANY},
        rated=("place", "item_id"),
    ),
    "judged_persons": Shape(
        names={
            "person_id": _PERSON,
            "judge_id": _JUDGE,
            "round": ("round",),
            "level": ("level", "judgement", "category", "standing"),
        },
        required=("person_id", "level"),
        scales={},
        rated=("level",),
    ),
    "components": Shape(
        names={"person_id": _PERSON}, required=("person_id",), scales={}, rest=_ANY
    ),
    "decisions": Shape(
        names={
            "item_id": _ITEM,
            "decision": ("decision", "disposition"),
            "who": ("who", "by", "decided_by"),
            "when": ("when", "date", "decided_on"),
            "why": ("why", "reason"),
            "form_id": ("form_id", "form", "booklet"),
        },
        required=("item_id", "decision"),
        scales={},
    ),
    "frame": Shape(names={"n": ("n", "persons", "count")}, required=(), scales={"n": Scale(0)}),
}
