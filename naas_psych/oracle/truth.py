"""The truth about a simulated study: what was planted, and what is true of its items."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any, Literal

import numpy as np
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from naas_psych.errors import DataRefused, Fault, UsageError
from naas_psych.packaged import toml_entries
from naas_psych.simulate.plan import FEWEST, MOST, NUMBERS, Missing
from naas_psych.study.audit import Audit
from naas_psych.study.checks import checks
from naas_psych.study.read import read_text
from naas_psych.study.study import Study

TRUTH_NAME = "truth.json"


@dataclass(frozen=True, kw_only=True)
class Truth:
    """What truth.json says.

    Attributes
    ----------
    version : of the program that made the study
    planted : plant to its numbers; each has `feature` and `analysis`
    item_rest_r : item to the item-rest correlation that it has in this population (None: unknown)
    marks : item to the sum of its marks over all persons, where it is known
    """

    version: str
    seed: int
    persons: int
    missing: Missing | None
    planted: Mapping[str, Mapping[str, Any]]
    item_rest_r: Mapping[str, float | None]
    marks: Mapping[str, int] = field(default_factory=dict)

    def touched(self) -> frozenset[str]:
        """The items that a plant works on by name."""
        return frozenset(item for plant in self.planted.values() for item in named_items(plant))


def named_items(plant: Mapping[str, Any]) -> Iterator[str]:
    """The items that the numbers of one plant name."""
    for name, value in plant.items():
        if name in ("items", "clear_but_irrelevant"):
            yield from value
        elif isinstance(value, Mapping) and "item" in value:
            yield value["item"]


def read_truth(study_path: Path, study: Study) -> Truth:
    """The truth beside a study.

    Raises
    ------
    DataRefused
        It is damaged, or the truth of another study.
    """
    path = folder_of(study_path) / TRUTH_NAME
    audit = Audit()
    text = read_text(path, audit)
    if text is None:
        raise DataRefused(audit.faults())
    try:
        raw = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise _refused(f"it is not JSON: {error}.") from None
    truth = truth_of(raw)
    _check_it_is_of(study, truth)
    return truth


def require_truth(study_path: Path) -> None:
    """Say what a truth is, before anything is read, where there is none.

    Raises
    ------
    UsageError
        The study is there and no truth.json is beside it.
    """
    if study_path.exists() and not (folder_of(study_path) / TRUTH_NAME).is_file():
        raise UsageError(
            f"There is no {TRUTH_NAME} beside {study_path.name}: a scorecard needs a study of "
            "which is known what was planted in it. `naas-psych simulate OUT` makes one, and "
            "`naas-psych scorecard` without STUDY makes its own."
        )


def folder_of(study_path: Path) -> Path:
    """The folder that a study's files are in."""
    return study_path if study_path.is_dir() else study_path.parent


def truth_of(raw: Any) -> Truth:
    """The truth as a record.

    Raises
    ------
    DataRefused
        A key is missing or wrong, or a plant or an item does not exist.
    """
    try:
        file = _File.model_validate(raw)
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"]) or "the whole file"
        raise _refused(f"{place}: {first['msg'].lower()}.", value=place) from None
    missing = Missing(share=file.missing.share, by=file.missing.by) if file.missing else None
    truth = Truth(
        version=file.naas_psych,
        seed=file.seed,
        persons=file.persons,
        missing=missing,
        planted=file.planted,
        item_rest_r={item.item_id: item.item_rest_r for item in file.items},
        marks={item.item_id: item.marks for item in file.items if item.marks is not None},
    )
    _check_names(truth)
    return truth


class _Part(BaseModel):
    model_config = ConfigDict(extra="ignore", strict=True)


class _Item(_Part):
    item_id: str
    item_rest_r: float | None = None
    marks: int | None = None


class _Missing(_Part):
    share: Annotated[float, Field(ge=0, lt=1)]
    by: Literal["chance", "ability", "difficulty"] = "chance"


class _File(_Part):
    """The keys of truth.json that a scorecard needs."""

    naas_psych: str
    seed: Annotated[int, Field(ge=0)]
    persons: Annotated[int, Field(ge=FEWEST, le=MOST)]
    missing: _Missing | None = None
    planted: dict[str, dict[str, Any]]
    items: list[_Item]


def _check_names(truth: Truth) -> None:
    """Every plant exists, says what it is, and names items of this truth."""
    known = toml_entries(NUMBERS)["plants"]
    for name, plant in truth.planted.items():
        if name not in known:
            raise _refused(f"there is no plant {name!r}.", value=name)
        for key, model in known[name].items():
            if key not in plant:
                raise _refused(f"planted.{name} does not say {key}.", value=name)
            if not _alike(plant[key], model):
                raise _refused(f"planted.{name}.{key} is {plant[key]!r}.", value=name)
        for item in named_items(plant):
            if item not in truth.item_rest_r:
                raise _refused(f"planted.{name} names the item {item!r}, not in items.", value=item)


def _alike(given: Any, model: Any) -> bool:
    """Of the same shape: the same keys, lists of the same kind of thing, numbers for numbers."""
    if isinstance(model, Mapping):
        return isinstance(given, Mapping) and all(
            key in given and _alike(given[key], part) for key, part in model.items()
        )
    if isinstance(model, list):
        return isinstance(given, list) and all(_alike(part, model[0]) for part in given)
    if isinstance(model, str):
        return isinstance(given, str)
    return isinstance(given, int | float)


def _check_it_is_of(study: Study, truth: Truth) -> None:
    """Its persons and items are those of the truth, with the marks that the truth tells of."""
    ids = study.responses.item_ids
    strangers = [item for item in ids if item not in truth.item_rest_r]
    if strangers:
        raise _refused(
            f"it does not know the item {strangers[0]!r}, so it is the truth of another study.",
            value=strangers[0],
        )
    gone = sorted(truth.touched() - set(ids))
    if gone:
        raise _refused(f"the item {gone[0]!r} was planted and is not in the study.", value=gone[0])
    n = study.responses.n_persons
    if n != truth.persons:
        raise _refused(f"it is of {truth.persons:,} persons; the study has {n:,}.", value=str(n))
    points = np.where(study.responses.points > 0, study.responses.points, 0)
    marks = points.sum(axis=0, dtype=np.int64) * study.responses.unit
    for item, found in zip(ids, marks, strict=True):
        if truth.marks.get(item, found) != found:
            raise _refused(
                f"the persons have {found:g} marks on item {item!r}, and {truth.marks[item]:g} by "
                "the truth: it is that of another study, or the responses were changed.",
                value=item,
            )


def _refused(found: str, *, value: str | None = None) -> DataRefused:
    check = checks()["bad_truth"]
    fault = Fault(
        code=check.code,
        severity=check.severity,
        found=found,
        expected=check.expected,
        action=check.action,
        file=TRUTH_NAME,
        value=value,
    )
    return DataRefused([fault])
