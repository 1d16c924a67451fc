"""Eigenvalues of permuted data of a form: found once for every analysis that asks for the same."""

from __future__ import annotations

import weakref
from collections.abc import Sequence

from naas_psych.analyses.structure.matrices import CodedForm
from naas_psych.numerics.parallel_analysis import Kind, NullEigenvalues, null_eigenvalues

_KEPT: dict[tuple[int, tuple[Kind, ...], int, int], dict[Kind, NullEigenvalues]] = {}


def permuted_eigenvalues(
    form: CodedForm, *, kinds: Sequence[Kind], replicates: int, seed: int, threads: int
) -> dict[Kind, NullEigenvalues]:
    """`null_eigenvalues` of the codes of a form, kept as long as the form is."""
    place = (id(form), tuple(kinds), replicates, seed)
    if place not in _KEPT:
        weakref.finalize(form, _KEPT.pop, place, None)
        _KEPT[place] = null_eigenvalues(
            form.codes, kinds=kinds, replicates=replicates, seed=seed, threads=threads
        )
    return _KEPT[place]
