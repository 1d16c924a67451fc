"""What an analysis is, and the one place where its options are checked.

An analysis is a function. Before the star stands what it is made from; after the star how, as
keyword options whose annotations carry limits and a one-line description. The command, the option
checks, the JSON schema and the report section are all read from that signature.
"""

from __future__ import annotations

import difflib
import inspect
import sys
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from functools import wraps
from typing import (
    TYPE_CHECKING,
    Annotated,
    Any,
    Literal,
    Protocol,
    get_args,
    get_origin,
    get_type_hints,
)

import annotated_types as limits_of
from pydantic import BaseModel, ConfigDict, Field, ValidationError, create_model
from pydantic.fields import FieldInfo

from naas_psych.drawing import Drawing
from naas_psych.errors import UsageError
from naas_psych.finding import Finding
from naas_psych.result import Result

if TYPE_CHECKING:
    from naas_psych.study.study import Study
    from naas_psych.thresholds import Thresholds

Level = Annotated[float, Field(gt=0.5, lt=1.0, description="confidence level of every interval")]
#: The highest is the highest whole number that every reader of JSON takes as it is.
Seed = Annotated[int, Field(ge=0, le=2**53 - 1, description="seed of the random numbers")]
Threads = Annotated[int, Field(ge=1, le=1024, description="threads to use; the result is the same")]


class Checked(Protocol):
    """An analysis as users call it: `item_statistics(study, upper_lower_share=0.33)`."""

    __name__: str
    __doc__: str | None

    def __call__(self, study: Study, /, **options: Any) -> Result: ...


@dataclass(frozen=True)
class Analysis:
    """An analysis with all that is derived from its module and signature."""

    name: str
    chapter: str
    run: Checked
    question: str
    options: type[BaseModel]
    drawings: Callable[[Result], Iterable[Drawing]] | None


def options_model(function: Callable[..., Any]) -> type[BaseModel]:
    """The keyword-only options of `function` as a pydantic model (limits, defaults, schema)."""
    hints = get_type_hints(function, include_extras=True)
    fields: dict[str, Any] = {
        name: (hints[name], parameter.default)
        for name, parameter in inspect.signature(function).parameters.items()
        if parameter.kind is inspect.Parameter.KEYWORD_ONLY
    }
    return create_model(
        f"{function.__name__}_options",
        __config__=ConfigDict(extra="forbid", strict=False),
        **fields,
    )


def analysis(function: Callable[..., Result]) -> Checked:
    """Make a function an analysis: options checked, findings added, provenance recorded.

    The module of the function may define `findings(result, thresholds)` and `drawings(result)`.
    """
    model = options_model(function)

    @wraps(function)
    def run(study: Study, /, **options: Any) -> Result:
        checked = check_options(function.__name__, model, options)
        given = {name: getattr(checked, name) for name in model.model_fields}
        result = function(study, **given)
        recorded = {k: v for k, v in checked.model_dump(mode="json").items() if k != "threads"}
        result = replace(
            result,
            analysis=function.__name__,
            options=recorded,
            provenance={"fingerprint": study.fingerprint, **result.provenance},
        )
        return replace(result, findings=_findings(function.__module__, result, study.thresholds))

    run.__dict__["options_model"] = model
    return run


def check_options(name: str, model: type[BaseModel], given: Mapping[str, Any]) -> BaseModel:
    """The options of the analysis `name` with defaults filled in; what is wrong is a UsageError.

    Text is taken for a number where it is one, so that the command line needs no rules of its own.
    """
    try:
        return model(**given)
    except ValidationError as error:
        first = error.errors()[0]
    option = str(first["loc"][0]) if first["loc"] else "options"
    known = ", ".join(model.model_fields) or "none"
    if option not in model.model_fields:
        near = difflib.get_close_matches(option, model.model_fields, n=1)
        hint = f" Did you mean {near[0]}?" if near else ""
        raise UsageError(f"{name} has no option {option}.{hint} Its options are: {known}.")
    allowed = allowed_values(model.model_fields[option])
    raise UsageError(
        f"{name}: option {option} = {first['input']!r} is not allowed. Expected: {allowed}. "
        f"`naas-psych explain {name}` says what each option is for."
    )


def allowed_values(field: FieldInfo) -> str:
    """What an option may be, in words: "a number above 0.5 and below 1", "one of: a, b"."""
    choices = choices_of(field)
    if choices:
        return "one of: " + ", ".join(choices)
    kind = _KINDS.get(_bare(field.annotation), "a value")
    bounds = [
        f"{words} {getattr(limit, attribute):.16g}"
        for limit in field.metadata
        for rule, attribute, words in _BOUNDS
        if isinstance(limit, rule)
    ]
    text = " and ".join([f"{kind} {bounds[0]}", *bounds[1:]]) if bounds else kind
    return text.replace(" and to ", " to " if " from " in text else " and at most ")


def choices_of(field: FieldInfo) -> tuple[str, ...]:
    """The allowed words of an option that is a choice, else nothing."""
    options = (field.annotation, *get_args(field.annotation))
    return tuple(
        str(word)
        for option in options
        if get_origin(option) is Literal
        for word in get_args(option)
    )


_KINDS = {
    int: "a whole number",
    float: "a number",
    bool: "true or false",
    str: "text",
}
_BOUNDS: tuple[tuple[type, str, str], ...] = (
    (limits_of.Gt, "gt", "above"),
    (limits_of.Ge, "ge", "from"),
    (limits_of.Lt, "lt", "below"),
    (limits_of.Le, "le", "to"),
)


def _bare(annotation: Any) -> Any:
    """The type behind `X | None`."""
    inner = [part for part in get_args(annotation) if part is not type(None)]
    return inner[0] if len(inner) == 1 and type(None) in get_args(annotation) else annotation


def findings_of(result: Result, thresholds: Thresholds) -> tuple[Finding, ...]:
    """The findings of a result once more: after its tables passed the disclosure gate."""
    from naas_psych import register

    module = register.load(result.analysis).run.__module__
    return _findings(module, result, thresholds)


def _findings(module: str, result: Result, thresholds: Thresholds) -> tuple[Finding, ...]:
    find = getattr(sys.modules[module], "findings", None)
    return tuple(find(result, thresholds)) if find else ()


def sections(docstring: str | None) -> dict[str, str]:
    """A docstring by its underlined headings; what stands before the first is under ""."""
    lines = inspect.cleandoc(docstring or "").splitlines()
    found: dict[str, list[str]] = {"": []}
    current = ""
    for line, below in zip(lines, [*lines[1:], ""], strict=True):
        if line and set(below) == {"-"} and len(below) >= 3:
            current = line.strip()
            found[current] = []
        elif set(line) != {"-"} or len(line) < 3:
            found[current].append(line)
    return {heading: "\n".join(text).strip("\n") for heading, text in found.items()}
