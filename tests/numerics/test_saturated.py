"""A model without degrees of freedom takes plain percentiles, stretched to hold its estimate."""

import numpy as np

from naas_psych.numerics.bootstrap import bootstrap_interval
from tests.make import study_from_scores


def test_percentiles_hold_the_estimate() -> None:
    values = np.linspace(0.5, 0.7, 201)
    found = bootstrap_interval(0.49, values, values, level=0.9, saturated=True)
    assert found.rule == "percentile"
    assert found.interval.low == 0.49
    assert abs(found.interval.high - 0.69) < 1e-12


def test_six_items_say_percentile_and_seven_do_not() -> None:
    import naas_psych as nps

    rng = np.random.default_rng(5)
    ability = rng.normal(size=(300, 1))
    scores = (rng.normal(size=(300, 7)) + ability > 0).astype(int)
    for n_items, said in ((6, True), (7, False)):
        study = study_from_scores(scores[:, :n_items])
        rows = nps.reliability(study, replicates=50).tables["coefficients"]
        method = rows.set_index("coefficient")["method"]["omega_total"]
        assert ("percentile interval" in method) is said
