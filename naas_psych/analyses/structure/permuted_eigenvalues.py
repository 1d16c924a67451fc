"""Eigenvalues of permuted data of a form: found once for every analysis that asks for the same."""

from __future__ import annotations

from collections.abc import Sequence

from naas_psych.analyses.kept import kept
from naas_psych.analyses.structure.matrices import CodedForm
from naas_psych.numerics.parallel_analysis import Kind, NullEigenvalues, null_eigenvalues

#: How often data are permuted, and the quantile to be passed, unless something else is asked for.
PERMUTATIONS, QUANTILE = 200, 0.95


def permuted_eigenvalues(
    form: CodedForm, *, kinds: Sequence[Kind], replicates: int, seed: int, threads: int
) -> dict[Kind, NullEigenvalues]:
    """`null_eigenvalues` of the codes of a form, kept as long as the form is."""
    return kept(
        form,
        ("permuted eigenvalues", tuple(kinds), replicates, seed),
        lambda: null_eigenvalues(
            form.codes, kinds=kinds, replicates=replicates, seed=seed, threads=threads
        ),
    )
