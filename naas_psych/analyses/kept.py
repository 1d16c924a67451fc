"""What is slow to make and asked for by several analyses: made once, kept as long as its owner."""

from __future__ import annotations

import weakref
from collections.abc import Callable, Hashable
from functools import wraps
from typing import Any, TypeVar

Made = TypeVar("Made")

#: By the identity of the owner, then by what was asked.
_KEPT: dict[int, dict[Hashable, Any]] = {}


def kept(owner: Any, asked: Hashable, make: Callable[[], Made]) -> Made:
    """What `make` gives, made once for an owner (a study, or a form of it) and what is asked.

    `asked` starts with a name of its own, so that two makers cannot meet. What is made must not
    refer to its owner, or neither is ever let go.
    """
    if id(owner) not in _KEPT:
        weakref.finalize(owner, _KEPT.pop, id(owner), None)
        _KEPT[id(owner)] = {}
    made = _KEPT[id(owner)]
    if asked not in made:
        made[asked] = make()
    return made[asked]  # type: ignore[no-any-return]


def remembered(function: Callable[..., Made]) -> Callable[..., Made]:
    """An analysis whose result others start from: made once for a study and its options.

    It stands below `@analysis`, so that options are checked, and findings found, every time.
    """

    @wraps(function)
    def run(study: Any, /, **options: Any) -> Made:
        asked = (function.__name__, repr(sorted(options.items())))
        return kept(study, asked, lambda: function(study, **options))

    return run
