"""Column and file names that are recognised without being told."""

from __future__ import annotations

from pathlib import Path

PERSON = (
    "person_id", "person", "personid", "candidate_id", "cand_id", "candidate", "student_id",
    "studentid", "student", "examinee_id", "examinee", "participant_id", "participant",
    "respondent_id", "respondent", "subject_id", "subject", "learner_id", "user_id", "case_id",
    "id",
)  # fmt: skip
ITEM = ("item_id", "item", "itemid", "question_id", "question")
RESPONSE = ("response", "resp", "answer", "choice", "raw", "option")
SCORE = ("score", "scored", "points")
TIME = ("response_time", "rt", "rt_ms", "response_time_ms", "time", "seconds")
POSITION = ("position", "item_position", "sequence", "seq")
FORM = ("form_id", "form", "booklet", "booklet_id")
STATE = ("state", "response_state")
RATER = ("rater", "rater_id")
WAVE = ("wave",)
KEY = ("key", "answer_key", "correct", "correct_answer", "correct_option", "answer")

#: Columns of a wide table that describe the person, whatever their coding.
ABOUT_PERSON = frozenset({
    *PERSON, *FORM, "gender", "sex", "age", "age_band", "age_group", "group", "ethnicity", "race",
    "year", "grade", "major", "class", "school", "region", "country", "language", "setting",
    "level", "site", "centre", "center", "cohort", "date", "wave", "rater", "name", "email",
    "disability", "employment", "route", "phase", "weight", "education", "income", "occupation",
    "marital_status", "religion", "nationality", "first_language", "ses", "district", "state",
})  # fmt: skip
#: Columns that are made from the items, and would count them twice.
TOTALS = frozenset({
    "total", "sum", "score", "total_score", "sum_score", "sumscore", "totalscore", "raw_score",
    "rawscore", "percent", "percentage", "mean_score", "number_right", "number_correct",
})  # fmt: skip
#: Columns of an items table that have a meaning; any other is kept as it is.
ITEM_TEXT = ("key", "type", "scoring", "domain", "form_id", "anchor", "scenario_id", "text")
ITEM_NUMBERS = ("min_score", "max_score", "position")

#: Tables of a study folder by the beginning of the file's name, in the order of trying.
FILES = (
    ("key", ("key", "answer_key", "answerkey")),
    ("items", ("items", "item_bank")),
    ("persons", ("persons", "candidates", "people", "students", "examinees", "participants")),
    ("judgements", ("judgements", "judgments", "expert_ratings")),
    ("judges", ("judges", "experts")),
    ("blueprint", ("blueprint",)),
    ("themes", ("themes",)),
    ("times", ("times", "response_times")),
    ("angoff", ("angoff",)),
    ("feedback", ("feedback",)),
    ("marks", ("marks", "observations")),
    ("decisions", ("decisions", "item_decisions", "dispositions")),
    ("responses", ("responses", "answers", "data", "scores")),
)


def ending_of(path: Path) -> str:
    """What the name says about the content: `.csv`, or `.csv.gz` when that is compressed."""
    ending = path.suffix.lower()
    return Path(path.stem).suffix.lower() + ending if ending == ".gz" else ending


def stem_of(path: Path) -> str:
    """The name without its ending."""
    return Path(path.stem).stem if path.suffix.lower() == ".gz" else path.stem
