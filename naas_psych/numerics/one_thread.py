"""One thread inside each product and decomposition of matrices, for a while.

Matrices here are small, so that threads only wait for one another, and sums depend on how many
share them.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from threadpoolctl import ThreadpoolController


def one_blas_thread() -> Any:
    """A context in which BLAS uses one thread."""
    return _controller().limit(limits=1, user_api="blas")


@cache
def _controller() -> ThreadpoolController:
    """Looked for once: it reads the list of all libraries of the process, which takes milliseconds.

    numpy and scipy bring a BLAS each, and both have to be there to be found.
    """
    import scipy.linalg  # noqa: F401
    from threadpoolctl import ThreadpoolController

    return ThreadpoolController()
