"""Which columns a table shows on a terminal, in which order, and which give way first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

Form = Literal["value", "interval", "bar", "flags"]


@dataclass(frozen=True)
class Look:
    """One column on the screen. `rank` 0 stays; the highest rank gives way first.

    A column is hidden where every row has the same value (`hide="same"`) or a zero
    (`hide="zero"`). Prose gives way rather than stand in fewer than `least` places.
    """

    column: str
    rank: int
    form: Form = "value"
    heading: str = ""
    hide: str = ""
    least: int = 0

    @property
    def limits(self) -> tuple[str, str]:
        """The columns that hold the ends of the interval."""
        if self.column == "estimate":
            return ("low", "high")
        return (f"{self.column}_low", f"{self.column}_high")


#: The table of an analysis that a chapter shows, where it is not the first.
MAIN = {
    "item_writing": "rules",
    "measurement_error": "summary",
    "conditional_rasch": "fit",
    "person_fit": "summary",
    "information": "overview",
    "person_scores": "summary",
    "role_ownership": "roles",
}
FORM = Look("form", 0, hide="same")

LAYOUTS: dict[str, tuple[Look, ...]] = {
    "item_statistics.items": (
        Look("item_id", 0, heading="Item"),
        Look("n", 9),
        Look("facility", 0),
        Look("facility", 5, "bar", " "),
        Look("facility", 8, "interval"),
        Look("score_sd", 13),
        Look("item_rest_r", 0, heading="Item-rest r"),
        Look("item_rest_r", 4, "bar", " "),
        Look("item_rest_r", 3, "interval"),
        Look("item_total_r", 14, heading="Item-total r"),
        Look("biserial", 10),
        Look("upper_lower_d", 11, heading="Upper - lower"),
        Look("alpha_if_dropped", 6, heading="Alpha if dropped"),
        Look("omitted", 7, hide="zero"),
        Look("not_reached", 7, heading="Not reached", hide="zero"),
        Look("not_administered", 12, heading="Not admin- istered", hide="zero"),
        Look("flags", 1, "flags", "Flags"),
    ),
    "distractors.options": (
        Look("item_id", 0, heading="Item"),
        Look("option", 0),
        Look("is_key", 0),
        Look("n", 3),
        Look("proportion", 0),
        Look("proportion", 4, "bar", " "),
        Look("option_rest_r", 0, heading="Option-rest r"),
        Look("option_rest_r", 5, "interval"),
        Look("mean_rest_score", 6),
        Look("upper_proportion", 7),
        Look("lower_proportion", 7),
        Look("working", 2),
    ),
    "key_check.items": (
        Look("item_id", 0, heading="Item"),
        Look("key", 0),
        Look("suggested_key", 0),
        Look("status", 0),
        Look("reason", 2, least=20),
        Look("probability_rival", 3),
        Look("item_rest_r_if_rekeyed", 4),
        Look("facility_if_rekeyed", 5),
    ),
    "score_distribution.summary": (
        FORM,
        Look("n", 0),
        Look("items", 9),
        Look("mean", 0),
        Look("mean", 5, "interval"),
        Look("sd", 0),
        Look("min", 3),
        Look("quartile_1", 4),
        Look("median", 3),
        Look("quartile_3", 4),
        Look("max", 3),
        Look("possible_max", 8),
        Look("skewness", 2),
        Look("kurtosis", 2),
    ),
    "reliability.coefficients": (
        FORM,
        Look("coefficient", 0),
        Look("estimate", 0),
        Look("estimate", 0, "interval"),
        Look("bootstrap_bias", 5, hide="blank"),
        Look("n", 3),
        Look("items", 4),
        Look("method", 2, least=36),
    ),
    "calibration.parameters": (
        Look("item_id", 0, heading="Item"),
        Look("model", 8, hide="same"),
        Look("n", 7, hide="same"),
        Look("a", 0, heading="Slope a"),
        Look("a_se", 0, heading="SE"),
        Look("b", 0, heading="Location b"),
        Look("b_se", 0, heading="SE"),
        *(
            Look(f"b{k}{error}", 3 + (error != ""), heading="SE" if error else f"b{k}")
            for k in range(1, 10)
            for error in ("", "_se")
        ),
        Look("c", 1, heading="Guessing c", hide="same"),
        Look("c_se", 2, heading="SE", hide="blank"),
        Look("d", 1, heading="Ceiling d", hide="same"),
        Look("d_se", 2, heading="SE", hide="blank"),
        Look("flags", 1, "flags", "Flags"),
    ),
    "model_comparison.models": (
        Look("model", 0),
        Look("parameters", 3),
        Look("log_likelihood", 5),
        Look("aic", 1, heading="AIC"),
        Look("bic", 1, heading="BIC"),
        Look("rmsea", 4, heading="RMSEA"),
        Look("srmsr", 6, heading="SRMSR"),
        Look("converged", 7, hide="same"),
        Look("n", 9, hide="same"),
        Look("persons_needed", 8),
        Look("bearable", 2, heading="Enough persons"),
        Look("recommended", 0),
    ),
    "model_fit.fit": (
        Look("statistic", 0),
        Look("m2", 0, heading="Value"),
        Look("df", 0),
        Look("p_value", 0, heading="p"),
        Look("rmsea", 0, heading="RMSEA"),
        Look("rmsea", 1, "interval"),
        Look("srmsr", 0, heading="SRMSR"),
        Look("tli", 2, heading="TLI"),
        Look("cfi", 2, heading="CFI"),
        Look("n", 3),
    ),
    "conditional_rasch.fit": (
        Look("model", 0),
        Look("andersen_lr", 0),
        Look("df", 0),
        Look("p_value", 0, heading="p"),
        Look("conditional_log_likelihood", 3),
        Look("n_informative", 4),
        Look("n", 5),
    ),
    "item_fit.items": (
        Look("item_id", 0, heading="Item"),
        Look("n", 9, hide="same"),
        Look("s_x2", 0, heading="S-X2"),
        Look("df", 0),
        Look("p_value", 1, heading="p"),
        Look("p_adjusted", 2, heading="p adjusted"),
        Look("rmsea", 1, heading="RMSEA"),
        Look("infit", 0),
        Look("outfit", 0),
        Look("rmsd", 3, heading="RMSD"),
        Look("flags", 1, "flags", "Flags"),
    ),
    "local_dependence.pairs": (
        Look("item_a", 0, heading="Item"),
        Look("item_b", 0, heading="Other item"),
        Look("n", 5, hide="same"),
        Look("q3_adjusted", 0, heading="Adjusted Q3"),
        Look("q3_adjusted", 4, "bar", " "),
        Look("q3_limit", 1, heading="99 % limit"),
        Look("p_reference", 2, heading="p of the extreme"),
        Look("pair_flagged", 0, heading="Flagged"),
        Look("ld_x2", 7, heading="LD X2"),
        Look("ld_v", 3, heading="LD V"),
        Look("q3", 6, heading="Q3"),
    ),
    "domain_correlations.pairs": (
        FORM,
        Look("domain_a", 0, heading="Domain"),
        Look("domain_b", 0, heading="Other domain"),
        Look("r", 3, heading="r"),
        Look("r_corrected", 2, heading="Corrected r"),
        Look("htmt", 0, heading="HTMT"),
        Look("htmt", 0, "interval"),
        Look("apart", 0),
        Look("n", 6, hide="same"),
        Look("r", 7, "interval"),
        Look("r_corrected", 5, "interval"),
        Look("htmt2", 8, heading="HTMT2"),
    ),
    "one_factor.fit": (
        FORM,
        Look("estimator", 0),
        Look("chi_square", 1),
        Look("df", 2),
        Look("p_value", 3, heading="p"),
        Look("cfi", 0, heading="CFI"),
        Look("cfi", 5, "interval"),
        Look("tli", 6, heading="TLI"),
        Look("rmsea", 0, heading="RMSEA"),
        Look("rmsea", 2, "interval"),
        Look("srmr", 0, heading="SRMR"),
        Look("n", 7),
        Look("suited", 0),
    ),
    "domain_factors.models": (
        FORM,
        Look("model", 0),
        Look("estimator", 0),
        Look("chi_square", 3),
        Look("df", 4),
        Look("p_value", 6, heading="p"),
        Look("cfi", 0, heading="CFI"),
        Look("tli", 7, heading="TLI"),
        Look("rmsea", 0, heading="RMSEA"),
        Look("rmsea", 5, "interval"),
        Look("srmr", 2, heading="SRMR"),
        Look("bic", 1, heading="BIC", hide="blank"),
        Look("n", 8),
        Look("converged", 0, hide="same"),
    ),
    "dimensionality.verdicts": (
        FORM,
        Look("verdict", 0),
        Look("halves_correlation", 0, heading="Halves r"),
        Look("halves_correlation", 0, "interval"),
        Look("clusters", 1),
        Look("clustered_items", 3, least=16),
        Look("criteria_agree", 4, heading="Criteria that agree"),
        Look("criteria", 4, heading="of"),
        Look("n", 2),
        Look("items", 5),
    ),
    "dimensionality.evidence": (
        FORM,
        Look("criterion", 0),
        Look("value", 0),
        Look("value", 1, "interval"),
        Look("minimum", 3),
        Look("target", 2),
        Look("says", 0),
        Look("decides", 4),
    ),
    "scorecard.plants": (
        Look("plant", 0),
        Look("found", 0),
        Look("hit_rate", 0),
        Look("hit_rate", 1, "interval"),
        Look("feature", 2, least=16),
        Look("analysis", 4, least=20),
        Look("evidence", 0, least=26),
    ),
    "scorecard.false_alarms": (
        Look("code", 0, heading="Code of the finding", least=23),
        Look("tested", 0),
        Look("flagged", 0),
        Look("uncertain", 0),
        Look("rate", 0, heading="Rate"),
        Look("rate", 1, "interval"),
        Look("nominal", 0),
        Look("analysis", 2, least=16),
    ),
    "item_relevance.items": (
        Look("item_id", 0, heading="Item"),
        Look("verdict", 0),
        Look("judges", 2),
        Look("relevant_judges", 0, heading="Relevant"),
        Look("i_cvi", 0, heading="I-CVI"),
        Look("i_cvi", 1, "interval"),
        Look("essential_judges", 3, heading="Essential"),
        Look("cvr", 6, heading="CVR"),
        Look("aiken_v", 7),
        Look("relevance_sd", 9, heading="SD"),
        Look("clarity_mean", 8, heading="Clarity"),
        Look("role_owner", 1),
        Look("role_share", 2, heading="Share"),
        Look("item_text", 5, least=24),
    ),
    "blueprint.domains": (
        FORM,
        Look("domain", 0, heading="Area", least=16),
        Look("items", 0, heading="Items"),
        Look("points", 4, heading="Points"),
        Look("items_share", 5, heading="Share of items"),
        Look("score_share", 0, heading="Share of points"),
        Look("score_share", 6, "bar", " "),
        Look("planned_share", 1, heading="Planned", hide="blank"),
        Look("gap", 2, heading="Gap", hide="blank"),
        Look("within", 3, heading="Within", hide="blank"),
        Look("thin", 4, heading="Thin", hide="same"),
    ),
    "panel_agreement.criteria": (
        Look("criterion", 0),
        Look("judges", 5),
        Look("items", 6),
        Look("prevalent", 3),
        Look("prevalence", 2),
        Look("p_a", 0),
        Look("ac", 0),
        Look("ac", 1, "interval"),
        Look("fleiss_kappa", 0),
        Look("fleiss_kappa", 4, "interval"),
        Look("krippendorff_alpha", 2),
        Look("krippendorff_alpha", 5, "interval"),
    ),
    "role_ownership.roles": (
        Look("role", 0),
        Look("items", 0),
        Look("share", 0),
        Look("share", 1, "interval"),
        Look("score_share", 0),
        Look("rating_share", 2),
    ),
    "speededness.summary": (
        FORM,
        Look("measure", 0),
        Look("value", 0),
        Look("value", 0, "interval"),
        Look("n", 2),
    ),
    "speededness.positions": (
        FORM,
        Look("position", 0),
        Look("item_id", 0, heading="Item"),
        Look("n", 9),
        Look("reached", 0),
        Look("omitted", 5),
        Look("rapid", 0),
        Look("rapid", 2, "interval"),
        Look("considered", 1),
        Look("median_time", 1),
        Look("accuracy", 3),
        Look("accuracy_rapid", 4, heading="Accuracy, rapid"),
        Look("chance", 6),
    ),
    "speededness.groups": (
        FORM,
        Look("group_by", 0),
        Look("group_level", 0),
        Look("n", 0),
        Look("reached_last", 1),
        Look("rapid_tail_share", 0),
        Look("rapid_tail_share", 2, "interval"),
        Look("rushed_persons_share", 1),
        Look("rushed_persons_share", 3, "interval"),
        Look("total_time", 4),
    ),
    "response_time_effort.items": (
        Look("item_id", 0, heading="Item"),
        Look("n_timed", 3),
        Look("threshold", 0),
        Look("method", 4),
        Look("rapid", 0),
        Look("rapid", 1, "interval"),
        Look("n_rapid", 6),
        Look("accuracy_rapid", 0, heading="Accuracy, rapid"),
        Look("accuracy_rapid", 5, "interval"),
        Look("accuracy_rest", 2, heading="Accuracy, others"),
        Look("chance", 1),
        Look("flags", 1, "flags", "Flags"),
    ),
    "response_time_effort.summary": (
        FORM,
        Look("measure", 0),
        Look("value", 0),
        Look("value", 0, "interval"),
        Look("n", 2),
    ),
    "judge_influence.judges": (
        Look("judge_id", 0, heading="Judge"),
        Look("background", 2),
        Look("items", 6),
        Look("relevant_share", 0, heading="Relevant"),
        Look("deviation", 0),
        Look("rest_r", 1, heading="r with rest"),
        Look("rest_r", 4, "interval"),
        Look("s_cvi_without", 3),
        Look("s_cvi_change", 1, heading="Change"),
        Look("verdicts_changed", 5),
        Look("items_crossing", 3, heading="Sides changed"),
        Look("flags", 1, "flags", "Flags"),
    ),
    "readability.forms": (
        FORM,
        Look("part", 2, heading="Text", hide="same"),
        Look("items", 6, heading="Items"),
        Look("sentences", 8, heading="Sentences"),
        Look("words", 5, heading="Words"),
        Look("words_per_sentence", 3, heading="Words a sentence"),
        Look("syllables_per_word", 7, heading="Syllables a word"),
        Look("flesch_reading_ease", 0, heading="Reading ease"),
        Look("flesch_reading_ease", 1, "interval"),
        Look("flesch_kincaid_grade", 0, heading="Flesch- Kincaid"),
        Look("smog_grade", 2, heading="SMOG"),
        Look("gunning_fog", 4, heading="Fog"),
    ),
    "item_writing.items": (
        Look("item_id", 0, heading="Item"),
        Look("writing_flags", 0, heading="Reasons to read it", least=24),
        Look("stem_words", 3, heading="Words"),
        Look("longest_sentence", 5, heading="Longest sentence"),
        Look("negatives", 4, heading="Nega- tives"),
        Look("options_with_text", 7, heading="Options", hide="zero"),
        Look("key_length_ratio", 2, heading="Length of key", hide="blank"),
        Look("acronyms", 6, heading="Acronyms", hide="blank"),
    ),
    "item_writing.rules": (
        Look("rule", 0, heading="Looked for", least=30),
        Look("items", 0, heading="Items"),
        Look("items_share", 0, heading="Share"),
        Look("items_share", 3, "interval"),
        Look("habit", 2, heading="Habit", hide="same"),
    ),
    "comments.themes": (
        Look("source", 0, heading="Source"),
        Look("theme", 0, heading="Theme"),
        Look("comments", 0, heading="Comments"),
        Look("theme_share", 0, heading="Share"),
        Look("theme_share", 3, "bar", " "),
        Look("theme_share", 2, "interval"),
        Look("small", 4, heading="Small", hide="same"),
    ),
    "face_validity.overview": (
        Look("item_id", 0, heading="Item"),
        Look("verdict", 0),
        Look("endorsement", 1),
        Look("endorsement", 4, "interval"),
        Look("source", 6, heading="By", hide="same"),
        Look("probability_weak", 2),
        Look("named_share", 2, heading="Named", hide="blank"),
        Look("named_chance_share", 6, heading="Named by chance", hide="blank"),
        Look("looks_right", 0),
        Look("item_rest_r", 3, heading="Item-rest r"),
        Look("item_rest_r", 7, "interval"),
        Look("works", 0),
        Look("picture", 8),
        Look("reasons", 5, least=30),
    ),
    "feedback_summary.answers": (
        Look("question", 0),
        Look("source", 0, hide="same"),
        Look("n", 1),
        Look("agree", 0),
        Look("agree", 1, "interval"),
        Look("in_words", 0),
        Look("disagree", 3),
        Look("mean_rating", 2, heading="Mean"),
        Look("agree_weighted", 4, heading="Weighted", hide="blank"),
        Look("agree_weighted", 5, "interval", hide="blank"),
    ),
    "without_flagged.cuts": (
        FORM,
        Look("cut", 0),
        Look("n", 3),
        Look("changed_share", 0, heading="Changed"),
        Look("changed_share", 1, "interval"),
        Look("up_per_1000", 2),
        Look("down_per_1000", 2),
        Look("pass_rate_change", 4),
        Look("pass_rate_change", 6, "interval"),
        Look("changed_random", 1, heading="By random items"),
        Look("changed_random", 5, "interval"),
        Look("as_many_random", 3),
    ),
    "measurement_error.summary": (
        FORM,
        Look("n", 3),
        Look("items", 5),
        Look("mean", 4),
        Look("sd", 0),
        Look("reliability", 0),
        Look("reliability", 2, "interval"),
        Look("sem", 0),
        Look("sem", 1, "interval"),
    ),
}


def layout(full_name: str, columns: Sequence[str]) -> tuple[Look, ...]:
    """The layout of a table: the one above, or every column, those on the right giving way."""
    if full_name in LAYOUTS:
        return tuple(
            look for look in LAYOUTS[full_name] if look.column in columns or look.form == "flags"
        )
    looks: list[Look] = []
    for place, name in enumerate(columns):
        if name.endswith("_reason") or _is_limit(name, columns):
            continue
        if name == "form":
            looks.append(FORM)
            continue
        rank = 0 if place == 0 else place + 50 * name.endswith("_se")
        looks.append(Look(name, rank))
        if f"{name}_low" in columns and f"{name}_high" in columns:
            looks.append(Look(name, rank + 25, "interval"))
    return tuple(looks)


def _is_limit(name: str, columns: Sequence[str]) -> bool:
    base = name.removesuffix("_low").removesuffix("_high")
    return base != name and base in columns
