"""naas_psych: the psychometric analysis of test items.

    import naas_psych as nps
    study = nps.read_study("data/sample_responses/mini")
    result = nps.item_statistics(study)
    result.tables["items"], result.findings

Every analysis of `naas_psych.register` is a function of this package; names are loaded when used.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from naas_psych.analyses.content.blueprint import blueprint as blueprint
    from naas_psych.analyses.content.cognitive_levels import cognitive_levels as cognitive_levels
    from naas_psych.analyses.content.comments import comments as comments
    from naas_psych.analyses.content.face_validity import face_validity as face_validity
    from naas_psych.analyses.content.feedback_summary import feedback_summary as feedback_summary
    from naas_psych.analyses.content.item_relevance import item_relevance as item_relevance
    from naas_psych.analyses.content.item_writing import item_writing as item_writing
    from naas_psych.analyses.content.judge_influence import judge_influence as judge_influence
    from naas_psych.analyses.content.known_groups import known_groups as known_groups
    from naas_psych.analyses.content.panel_agreement import panel_agreement as panel_agreement
    from naas_psych.analyses.content.readability import readability as readability
    from naas_psych.analyses.content.role_ownership import role_ownership as role_ownership
    from naas_psych.analyses.content.without_flagged import without_flagged as without_flagged
    from naas_psych.analyses.cutscores.classification import classification as classification
    from naas_psych.analyses.cutscores.composite import composite as composite
    from naas_psych.analyses.cutscores.cut_groups import cut_groups as cut_groups
    from naas_psych.analyses.cutscores.cut_losses import cut_losses as cut_losses
    from naas_psych.analyses.cutscores.cut_population import cut_population as cut_population
    from naas_psych.analyses.cutscores.cut_sweep import cut_sweep as cut_sweep
    from naas_psych.analyses.cutscores.decision_rule import decision_rule as decision_rule
    from naas_psych.analyses.cutscores.resits import resits as resits
    from naas_psych.analyses.cutscores.top_of_scale import top_of_scale as top_of_scale
    from naas_psych.analyses.fairness.adjusted_gaps import adjusted_gaps as adjusted_gaps
    from naas_psych.analyses.fairness.adjustments import adjustments as adjustments
    from naas_psych.analyses.fairness.adverse_impact import adverse_impact as adverse_impact
    from naas_psych.analyses.fairness.dif_distractors import dif_distractors as dif_distractors
    from naas_psych.analyses.fairness.dif_impact import dif_impact as dif_impact
    from naas_psych.analyses.fairness.dif_item_parameters import (
        dif_item_parameters as dif_item_parameters,
    )
    from naas_psych.analyses.fairness.dif_likelihood_ratio import (
        dif_likelihood_ratio as dif_likelihood_ratio,
    )
    from naas_psych.analyses.fairness.dif_logistic import dif_logistic as dif_logistic
    from naas_psych.analyses.fairness.dif_mantel_haenszel import (
        dif_mantel_haenszel as dif_mantel_haenszel,
    )
    from naas_psych.analyses.fairness.dif_sibtest import dif_sibtest as dif_sibtest
    from naas_psych.analyses.fairness.dif_standardisation import (
        dif_standardisation as dif_standardisation,
    )
    from naas_psych.analyses.fairness.dif_summary import dif_summary as dif_summary
    from naas_psych.analyses.fairness.endorsement import endorsement as endorsement
    from naas_psych.analyses.fairness.equal_standard import equal_standard as equal_standard
    from naas_psych.analyses.fairness.group_sizes import group_sizes as group_sizes
    from naas_psych.analyses.fairness.intersections import intersections as intersections
    from naas_psych.analyses.fairness.participation import participation as participation
    from naas_psych.analyses.fairness.rater_groups import rater_groups as rater_groups
    from naas_psych.analyses.fairness.score_gaps import score_gaps as score_gaps
    from naas_psych.analyses.fairness.test_functioning import test_functioning as test_functioning
    from naas_psych.analyses.irt.calibration import calibration as calibration
    from naas_psych.analyses.irt.conditional_rasch import conditional_rasch as conditional_rasch
    from naas_psych.analyses.irt.information import information as information
    from naas_psych.analyses.irt.item_fit import item_fit as item_fit
    from naas_psych.analyses.irt.model_comparison import model_comparison as model_comparison
    from naas_psych.analyses.irt.model_fit import model_fit as model_fit
    from naas_psych.analyses.irt.person_fit import person_fit as person_fit
    from naas_psych.analyses.irt.person_scores import person_scores as person_scores
    from naas_psych.analyses.items.distractors import distractors as distractors
    from naas_psych.analyses.items.item_decisions import item_decisions as item_decisions
    from naas_psych.analyses.items.item_statistics import item_statistics as item_statistics
    from naas_psych.analyses.items.key_check import key_check as key_check
    from naas_psych.analyses.items.score_distribution import (
        score_distribution as score_distribution,
    )
    from naas_psych.analyses.reliability.measurement_error import (
        measurement_error as measurement_error,
    )
    from naas_psych.analyses.reliability.reliability import reliability as reliability
    from naas_psych.analyses.reliability.subscores import subscores as subscores
    from naas_psych.analyses.speed.position_effects import position_effects as position_effects
    from naas_psych.analyses.speed.response_time_effort import (
        response_time_effort as response_time_effort,
    )
    from naas_psych.analyses.speed.response_times import response_times as response_times
    from naas_psych.analyses.speed.speed_impact import speed_impact as speed_impact
    from naas_psych.analyses.speed.speededness import speededness as speededness
    from naas_psych.analyses.speed.time_opinion import time_opinion as time_opinion
    from naas_psych.analyses.standard.angoff import angoff as angoff
    from naas_psych.analyses.standard.beuk import beuk as beuk
    from naas_psych.analyses.standard.body_of_work import body_of_work as body_of_work
    from naas_psych.analyses.standard.bookmark import bookmark as bookmark
    from naas_psych.analyses.standard.borderline_group import borderline_group as borderline_group
    from naas_psych.analyses.standard.borderline_regression import (
        borderline_regression as borderline_regression,
    )
    from naas_psych.analyses.standard.cohen import cohen as cohen
    from naas_psych.analyses.standard.contrasting_groups import (
        contrasting_groups as contrasting_groups,
    )
    from naas_psych.analyses.standard.de_gruijter import de_gruijter as de_gruijter
    from naas_psych.analyses.standard.ebel import ebel as ebel
    from naas_psych.analyses.standard.hofstee import hofstee as hofstee
    from naas_psych.analyses.standard.nedelsky import nedelsky as nedelsky
    from naas_psych.analyses.standard.standard_summary import (
        standard_summary as standard_summary,
    )
    from naas_psych.analyses.structure.dimensionality import dimensionality as dimensionality
    from naas_psych.analyses.structure.domain_correlations import (
        domain_correlations as domain_correlations,
    )
    from naas_psych.analyses.structure.domain_factors import domain_factors as domain_factors
    from naas_psych.analyses.structure.factorability import factorability as factorability
    from naas_psych.analyses.structure.item_correlations import (
        item_correlations as item_correlations,
    )
    from naas_psych.analyses.structure.local_dependence import local_dependence as local_dependence
    from naas_psych.analyses.structure.one_factor import one_factor as one_factor
    from naas_psych.analyses.structure.parallel_analysis import (
        parallel_analysis as parallel_analysis,
    )
    from naas_psych.analyses.structure.velicer_map import velicer_map as velicer_map
    from naas_psych.errors import AnalysisImpossible as AnalysisImpossible
    from naas_psych.errors import DataRefused as DataRefused
    from naas_psych.errors import NaasPsychError as NaasPsychError
    from naas_psych.errors import UsageError as UsageError
    from naas_psych.finding import Finding as Finding
    from naas_psych.oracle.scorecard import scorecard as scorecard
    from naas_psych.report.changes.compare import diff_evidence as diff_evidence
    from naas_psych.report.folder import evidence as evidence
    from naas_psych.report.pictures import pictures as pictures
    from naas_psych.result import Result as Result
    from naas_psych.study.load import read_study as read_study
    from naas_psych.study.responses import Responses as Responses
    from naas_psych.study.study import Study as Study

__version__ = "0.1.0"

#: Public names that are not analyses, and where they live.
_HOMES = {
    "read_study": "naas_psych.study.load",
    "Study": "naas_psych.study.study",
    "Responses": "naas_psych.study.responses",
    "Result": "naas_psych.result",
    "Finding": "naas_psych.finding",
    "evidence": "naas_psych.report.folder",
    "diff_evidence": "naas_psych.report.changes.compare",
    "pictures": "naas_psych.report.pictures",
    "scorecard": "naas_psych.oracle.scorecard",
    "NaasPsychError": "naas_psych.errors",
    "UsageError": "naas_psych.errors",
    "DataRefused": "naas_psych.errors",
    "AnalysisImpossible": "naas_psych.errors",
}


def __getattr__(name: str) -> Any:
    if name in _HOMES:
        return getattr(import_module(_HOMES[name]), name)
    if not name.startswith("_"):
        # Not `from naas_psych import register`: that asks this very function for `register`.
        register = import_module("naas_psych.register")
        if name in register.names():
            return register.load(name).run
    raise AttributeError(f"module 'naas_psych' has no attribute {name!r}")


def __dir__() -> list[str]:
    register = import_module("naas_psych.register")
    return sorted(["__version__", *_HOMES, *register.names()])
