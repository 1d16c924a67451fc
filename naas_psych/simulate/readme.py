"""The README of a synthetic pilot: first that it is invented, then what is in it."""

from __future__ import annotations

from collections.abc import Mapping
from importlib.resources import files

from naas_psych.packaged import toml_entries
from naas_psych.simulate.plan import ALPHA, Plan
from naas_psych.simulate.specs import TITLE
from naas_psych.simulate.world import World


def readme(world: World, named: Mapping[str, str]) -> str:
    """Markdown for the folder; `named` is table to file name."""
    from jinja2 import Environment, StrictUndefined

    template = files("naas_psych.simulate").joinpath("readme.md.jinja")
    environment = Environment(undefined=StrictUndefined, keep_trailing_newline=True)
    page = environment.from_string(template.read_text(encoding="utf-8"))
    about = toml_entries("simulate/tables.toml")
    return page.render(
        title=TITLE,
        plan=world.plan,
        items=len(world.bank.items),
        length=len(world.bank.form(ALPHA)),
        anchors=world.plan.numbers["items"]["anchors"],
        options=_options(world.plan),
        planted={name: world.plan.plant(name) for name in _planted(world.plan)},
        tables=[
            {"file": file, "rows": len(world.table(name)), "meaning": about[name]["meaning"]}
            for name, file in named.items()
        ],
    )


def _planted(plan: Plan) -> list[str]:
    """Names of the plants, in the order of their numbers."""
    return [name for name in plan.numbers["plants"] if plan.has(name)]


def _options(plan: Plan) -> str:
    """The options that make this study again."""
    words = [f"--seed {plan.seed}"]
    if plan.persons != plan.numbers["size"]["persons"]:
        words.append(f"--persons {plan.persons}")
    planted = _planted(plan)
    if not planted:
        words.append("--clean")
    elif len(planted) < len(plan.numbers["plants"]):
        words += [f"--plant {name}" for name in planted]
    if plan.missing:
        words.append(f"--missing {plan.missing.by}:{plan.missing.share:g}")
    return "".join(f" {word}" for word in words)
