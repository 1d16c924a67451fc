"""The standards that a cut is held to: the cut itself, and what the panel recommends."""

from __future__ import annotations

from collections.abc import Sequence

from naas_psych.analyses.cutscores.loss_pairs import Standard
from naas_psych.analyses.cutscores.swept import Swept
from naas_psych.analyses.standard.panel import PanelCut, panel_cuts
from naas_psych.study.study import Study

ITSELF, PANEL = "the cut itself", "the panel"


def standards(study: Study, found: Swept, place: int) -> list[Standard]:
    """Of one form, for each cut asked for that lies on its totals.

    A cut of the study has a panel's standard too where judges rated for it.
    """
    form, axis = found.totals[place], found.forms[place].axis
    panel = panel_cuts(study)
    made = []
    for k in axis.asked:
        name = axis.names[k]
        made.append(Standard(name, ITSELF, float(axis.exact[0, k])))
        own = _panel_of(panel, name, form.name)
        if own is not None:
            made.append(
                Standard(
                    name,
                    PANEL,
                    (own.cut - form.low) / study.responses.unit,
                    se=0.0 if own.se != own.se else own.se / study.responses.unit,
                    df=own.df,
                )
            )
    return made


def _panel_of(panel: Sequence[PanelCut], name: str, form: str) -> PanelCut | None:
    return next((one for one in panel if one.cut_name == name and one.form == form), None)
