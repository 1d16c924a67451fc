"""The figures of a result where there is no folder: in a notebook, or as SVG text."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from naas_psych.report.export import drawings_of

if TYPE_CHECKING:
    from naas_psych.drawing import Drawing
    from naas_psych.result import Result
    from naas_psych.study.study import Study


@dataclass(frozen=True)
class Picture:
    """One figure, drawn when it is looked at; a notebook shows it by itself."""

    drawing: Drawing
    banner: str = ""

    @property
    def title(self) -> str:
        """What the figure shows, in a sentence."""
        return self.drawing.title

    @property
    def alt(self) -> str:
        """The same for readers who cannot see it."""
        return self.drawing.alt

    @property
    def svg(self) -> str:
        """The very text of the file that `--out` writes."""
        from naas_psych.report.figures import svg_of

        return svg_of(self.drawing, banner=self.banner)

    def __repr__(self) -> str:
        return f"Figure: {self.title} {self.alt}"

    def _repr_mimebundle_(self, **_: object) -> Mapping[str, str]:
        return {"image/svg+xml": self.svg, "text/plain": repr(self)}


@dataclass(frozen=True)
class Pictures(Mapping[str, Picture]):
    """Figures by name."""

    found: Mapping[str, Picture]

    def __getitem__(self, name: str) -> Picture:
        if name not in self.found:
            raise KeyError(f"no figure {name!r}; there are: {', '.join(self.found) or 'none'}")
        return self.found[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self.found)

    def __len__(self) -> int:
        return len(self.found)

    def __repr__(self) -> str:
        return "\n".join(f"{name}: {one.title}" for name, one in self.items()) or "no figures"


def pictures(study: Study, result: Result) -> Pictures:
    """Every figure of a result by its name, each drawn when it is looked at.

    The study is asked for because figures of synthetic data say so.
    """
    drawings = drawings_of(result)
    return Pictures({one.name: Picture(one, study.banner) for one in drawings})
