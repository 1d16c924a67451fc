"""What an analysis is, and the one place where its options are checked.

An analysis is a function. Before the star stands what it is made from; after the star how, as
keyword options whose annotations carry limits and a one-line description. The command, the option
checks, the JSON schema and the report section are all read from that signature.
"""

from __future__ import annotations

import inspect
import sys
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from functools import wraps
from typing import TYPE_CHECKING, Annotated, Any, Protocol, get_type_hints

from pydantic import BaseModel, ConfigDict, Field, ValidationError, create_model

from naas_psych.drawing import Drawing
from naas_psych.errors import UsageError
from naas_psych.finding import Finding
from naas_psych.result import Result

if TYPE_CHECKING:
    from naas_psych.study.study import Study
    from naas_psych.thresholds import Thresholds

Level = Annotated[float, Field(gt=0.5, lt=1.0, description="confidence level of every interval")]
Seed = Annotated[int, Field(ge=0, description="seed of the random numbers")]
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
        checked = _check(function.__name__, model, options)
        given = {name: getattr(checked, name) for name in model.model_fields}
        result = function(study, **given)
        recorded = {k: v for k, v in checked.model_dump(mode="json").items() if k != "threads"}
        result = replace(
            result,
            analysis=function.__name__,
            options=recorded,
            provenance={"fingerprint": study.fingerprint, **result.provenance},
        )
        return replace(result, findings=_findings(function, result, study.thresholds))

    run.__dict__["options_model"] = model
    return run


def _check(name: str, model: type[BaseModel], options: dict[str, Any]) -> BaseModel:
    try:
        return model(**options)
    except ValidationError as error:
        first = error.errors()[0]
        option = ".".join(str(part) for part in first["loc"]) or "options"
        known = ", ".join(model.model_fields) or "none"
        raise UsageError(
            f"{name}: option {option} = {first.get('input')!r} is not allowed: {first['msg']}. "
            f"Its options are: {known}. `naas-psych explain {name}` says what each is for."
        ) from None


def _findings(
    function: Callable[..., Result], result: Result, thresholds: Thresholds
) -> tuple[Finding, ...]:
    find = getattr(sys.modules[function.__module__], "findings", None)
    return tuple(find(result, thresholds)) if find else ()
