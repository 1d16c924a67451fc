"""The study.toml of a synthetic pilot: one each for the long, the wide raw and the wide scored."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import tomlkit
from tomlkit.items import Table

from naas_psych.simulate.clock import EXTRA_TIME
from naas_psych.simulate.plan import ALPHA, BETA, Plan
from naas_psych.simulate.response_tables import CODES
from naas_psych.simulate.world import World

TITLE = "Synthetic pilot (invented data)"
#: Tables of a study by the name they have in study.toml.
_ROLES = {
    "items": "items",
    "persons": "candidates",
    "judgements": "expert_ratings",
    "judges": "experts",
    "blueprint": "blueprint",
    "angoff": "angoff",
    "feedback": "feedback",
    "marks": "observations",
    "endorsements": "endorsements",
    "compromise": "hofstee",
    "components": "outcomes",
    "frame": "workforce_frame",
    "decisions": "decisions",
}
_LAYOUTS = {
    "study.toml": "responses_long",
    "study_wide_raw.toml": "responses_wide_raw",
    "study_wide_scored.toml": "responses_wide_scored",
}


def specs(world: World, files: Mapping[str, str]) -> dict[str, str]:
    """File name to text; a layout whose table is not in `files` is left out."""
    return {name: _spec(world, table, files) for name, table in _LAYOUTS.items() if table in files}


def _spec(world: World, responses: str, files: Mapping[str, str]) -> str:
    """One study.toml, whose responses are in this table."""
    document = tomlkit.document()
    study = _table(title=TITLE, synthetic=True)
    study["title"].comment(f"seed {world.plan.seed}, {world.plan.persons} persons")
    document["study"] = study
    tables = {role: files[name] for role, name in _ROLES.items() if name in files}
    document["tables"] = _table(responses=files[responses], **tables)
    if responses != "responses_long" and "times_wide" in files:
        document["tables"]["times"] = files["times_wide"]
    document["responses"] = _long() if responses == "responses_long" else _wide(responses)
    document["content"] = _table(
        role=world.plan.numbers["expert_ratings"]["role_owner"]["own"],
        levels=_inline(column="level", order=["practitioner", "supervisor"]),
    )
    document["speed"] = _speed(world.plan)
    document["documents"] = _table(
        **{name: _inline(**known) for name, known in world.plan.numbers["documents"].items()}
    )
    document["argument"] = _table(**world.plan.numbers["argument"])
    document["assurance"] = _assurance(world.plan.numbers["assurance"])
    document["groups"] = _nested(world.plan.numbers["reference_groups"])
    document["fairness"] = _fairness(world.plan.numbers["fairness"])
    cuts = world.plan.numbers["outcomes"]["digital"]
    lines = {name: _inline(value=value, unit="percent") for name, value in cuts.items()}
    document["cuts"] = _table(**lines)
    document["standard"] = _nested(world.plan.numbers["standard"])
    document["population"] = _table(**world.plan.numbers["population"])
    document["privacy"] = _table(**world.plan.numbers["privacy"])
    if "outcomes" in files:
        document["decision"] = _decision(world.plan.numbers)
    if world.plan.has("P22"):
        document["waivers"] = _waivers(raw=responses != "responses_wide_scored")
    return tomlkit.dumps(document)


def _speed(plan: Plan) -> Table:
    """Minutes by form, and who had more of them."""
    numbers = plan.numbers["sitting"]
    forms = (ALPHA, BETA)
    given = {form: numbers["minutes"][form] for form in forms}
    if not plan.has("P2"):
        given = dict.fromkeys(forms, numbers["minutes_unspeeded"])
    return _table(
        time_limit=_inline(**given),
        extra_time=_inline(column="adjustment", levels=[EXTRA_TIME]),
    )


def _assurance(given: Mapping[str, Any]) -> Table:
    """What nobody wrote down is left out; each assumption stands by itself."""
    log = tomlkit.aot()
    for one in given["assumptions"]:
        log.append(_table(**one))
    said = {name: value for name, value in given.items() if name != "assumptions" and value}
    return _table(**said, assumptions=log)


def _decision(numbers: Mapping[str, Any]) -> Table:
    """The rule, and the column and cuts of every component."""
    rule, cuts = numbers["decision"], numbers["outcomes"]
    known = rule["reliability"]
    parts = {
        name: _inline(
            column=column,
            cuts=_within(cuts[name]),
            **({"reliability": known[name]} if name in known else {}),
        )
        for name, column in rule["components"].items()
    }
    return _table(rule=rule["rule"], components=_table(**parts))


def _nested(given: Mapping[str, Any]) -> Table:
    """A table whose values may be tables: these stand within one line."""
    return _table(**{name: _within(value) for name, value in given.items()})


def _within(value: Any) -> Any:
    if not isinstance(value, Mapping):
        return value
    return _inline(**{name: _within(one) for name, one in value.items()})


def _fairness(given: Mapping[str, Any]) -> Table:
    return _table(**given)


def _long() -> Table:
    return _table(
        layout="long",
        person="person_id",
        item="item_id",
        response="response",
        score="score",
        time="response_time",
        time_unit="seconds",
        position="position",
        form="form_id",
        state="state",
        raw=True,
        leave_out=["visits", "seq"],
    )


def _wide(responses: str) -> Table:
    return _table(
        layout="wide",
        person="person_id",
        raw=responses == "responses_wide_raw",
        codes=_inline(**{code: state for state, code in CODES.items()}),
    )


def _waivers(*, raw: bool) -> tomlkit.items.AoT:
    """The faults that were looked at and left in, so that the rest can be analysed."""
    waivers = tomlkit.aot()
    waivers.append(
        _table(
            code="duplicate_person",
            reason="the booking system wrote a row twice; both rows are the same",
        )
    )
    if raw:
        waivers.append(
            _table(
                code="option_outside_options",
                reason="a slip on a paper copy typed in by hand; scored as wrong",
            )
        )
    return waivers


def _table(**entries: object) -> Table:
    table = tomlkit.table()
    for name, value in entries.items():
        table[name] = value
    return table


def _inline(**entries: object) -> tomlkit.items.InlineTable:
    table = tomlkit.inline_table()
    table.update(entries)
    return table
