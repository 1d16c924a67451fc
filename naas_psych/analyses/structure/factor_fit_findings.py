"""What the fit of factor models says in words, by the row that suits the data."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from naas_psych.analyses.forms import form_subject, of_form
from naas_psych.analyses.items.phrasing import known, short
from naas_psych.finding import Finding
from naas_psych.finding_codes import found
from naas_psych.thresholds import Thresholds

Row = Mapping[Any, Any]
#: What the sentence calls usual lines, in its order.
_LINES = ("factor_cfi_min", "factor_rmsea_max", "factor_srmr_max")


def misfit(row: Row, thresholds: Thresholds, *, code: str, model: str) -> Iterator[Finding]:
    """A warning where CFI and RMSEA both miss their lines, one of them surely; else said.

    One alone does not decide: CFI falls with weak items and few persons, RMSEA with many items.
    """
    cfi, rmsea = known(row["cfi"]), known(row["rmsea"])
    if cfi is None or rmsea is None:
        return
    least, most = thresholds["factor_cfi_min"], thresholds["factor_rmsea_max"]
    low, high = cfi < least.value, rmsea > most.value
    if not low and not high:
        return
    sure_cfi = (known(row["cfi_high"]) or 1.0) < least.value
    sure_rmsea = (known(row["rmsea_low"]) or 0.0) > most.value
    sure = low and high and (sure_cfi or sure_rmsea)
    name = "cfi" if low else "rmsea"
    usual = ", ".join(short(thresholds[line].value) for line in _LINES)
    yield found(
        code=code,
        severity="warning" if sure else "info",
        subject=form_subject(str(row["form"])),
        sentence=f"{model} {'does' if sure else 'may'} not account for what the items"
        f"{of_form(str(row['form']))} have in common: CFI {short(cfi)} ({_limits(row, 'cfi')}), "
        f"RMSEA {_three(rmsea)} ({_limits(row, 'rmsea')}), SRMR {short(float(row['srmr']))}; "
        f"usual lines {usual}{'' if low and high else ', on which they disagree'}.",
        value=cfi if low else rmsea,
        limits=(row[f"{name}_low"], row[f"{name}_high"]),
        threshold=least if low else most,
    )


def _three(value: Any) -> str:
    return f"{float(value):.3f}".lstrip("0")


def _limits(row: Row, name: str) -> str:
    low, high = known(row[f"{name}_low"]), known(row[f"{name}_high"])
    if low is None or high is None:
        return "no limits"
    write = _three if name == "rmsea" else short
    return f"{write(low)} to {write(high)}"


def unsound(row: Row, *, model: str) -> Iterator[Finding]:
    """A model whose search ended nowhere, or whose answer no real persons can have."""
    form = str(row["form"])
    if not row["converged"] and row.get("chi_square_reason") == "not_converged":
        why = "The search for a solution ended without one"
    elif row["heywood_cases"]:
        why = f"{int(row['heywood_cases'])} items get more variance from factors than they have"
    else:
        return
    yield found(
        code="factor_model_unsound",
        severity="warning",
        subject=form_subject(form),
        sentence=f"{why}: {model}{of_form(form)}, estimator {row['estimator']}.",
    )
