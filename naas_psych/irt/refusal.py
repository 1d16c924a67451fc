"""What the engine says when the arrays cannot answer the question asked of them."""

from __future__ import annotations


class Refused(ValueError):
    """The arrays are sound numbers, but no answer follows from them.

    `code` is short and stable; `message` says what was found; `remedy` says what to do.
    """

    def __init__(self, code: str, message: str, remedy: str) -> None:
        super().__init__(code, message, remedy)
        self.code = code
        self.message = message
        self.remedy = remedy

    def __str__(self) -> str:
        return f"{self.message}; {self.remedy}"
