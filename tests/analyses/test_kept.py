"""What is kept for a study is made once, and goes when the study goes."""

from __future__ import annotations

import gc
import weakref

import pytest

from naas_psych.analyses.kept import kept
from naas_psych.analyses.structure.factor_data import factor_data
from naas_psych.analyses.structure.matrices import coded_forms
from naas_psych.analyses.structure.permuted_eigenvalues import permuted_eigenvalues
from tests.analyses.structure_designs import answers
from tests.make import study_from_scores


class Owner:
    """Anything that can be referred to weakly."""


def test_it_is_made_once_for_an_owner_and_a_question() -> None:
    one, other = Owner(), Owner()
    first = kept(one, "list", lambda: [1])
    assert kept(one, "list", lambda: [2]) is first
    assert kept(one, "another list", lambda: [2]) == [2]
    assert kept(other, "list", lambda: [3]) == [3]


def test_what_failed_is_tried_again() -> None:
    owner = Owner()
    with pytest.raises(ZeroDivisionError):
        kept(owner, "number", lambda: 1 / 0)
    assert kept(owner, "number", lambda: 2) == 2


def test_a_form_and_what_was_made_of_it_go_with_the_study() -> None:
    study = study_from_scores(answers(250, 6, seed=1))
    form = coded_forms(study).forms[0]
    scores = factor_data(form).scores
    permuted_eigenvalues(form, kinds=("pearson",), replicates=2, seed=1, threads=1)
    assert factor_data(form).scores is scores
    left = [weakref.ref(one) for one in (study, form, scores)]
    del study, form, scores
    gc.collect()
    assert [one() for one in left] == [None, None, None]
