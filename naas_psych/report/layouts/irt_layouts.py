"""Layouts of the tables of the chapter on response models."""

from __future__ import annotations

from naas_psych.report.layouts.look import Look

IRT_LAYOUTS: dict[str, tuple[Look, ...]] = {
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
}
