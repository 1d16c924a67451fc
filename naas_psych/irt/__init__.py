"""Response models and their estimation, on plain arrays.

    from naas_psych.irt import calibrate
    fit = calibrate(scores, model="2pl", standard_errors="observed")
    fit.a, fit.b, fit.c, fit.log_likelihood, fit.converged

`scores` is a matrix of whole numbers, persons by items, negative where absent.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from naas_psych.irt.calibration import Calibration as Calibration
    from naas_psych.irt.marginal import calibrate as calibrate
    from naas_psych.irt.priors import Prior as Prior
    from naas_psych.irt.refusal import Refused as Refused

_HOMES = {
    "Calibration": "naas_psych.irt.calibration",
    "Prior": "naas_psych.irt.priors",
    "Refused": "naas_psych.irt.refusal",
    "calibrate": "naas_psych.irt.marginal",
}


def __getattr__(name: str) -> Any:
    if name in _HOMES:
        return getattr(import_module(_HOMES[name]), name)
    raise AttributeError(f"module 'naas_psych.irt' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted(_HOMES)
