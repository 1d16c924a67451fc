"""Drawings as files: compact SVG that keeps its text, and PNG; the same bytes every time."""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from functools import partial
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any

from naas_psych.drawing import Drawing
from naas_psych.report.style import FONTS, house_style

if TYPE_CHECKING:
    from matplotlib.figure import Figure
    from matplotlib.text import Text

_DPI = 120
#: Letters of a title that always stand on its first line.
_SURE = 24


@dataclass(frozen=True)
class Image:
    """A drawing with its picture: `svg` is the very text of the exported file."""

    drawing: Drawing
    stem: str
    svg: str

    @property
    def titled(self) -> bool:
        """The picture itself carries its title, so a caption would say it twice."""
        return f">{escape(self.drawing.title[:_SURE])}" in self.svg


def write_figures(
    drawings: Iterable[Drawing],
    folder: Path,
    *,
    banner: str = "",
    said: Callable[[str], str] = str,
) -> tuple[Image, ...]:
    """`figures/<name>.svg` and `.png` for every drawing, drawn once each; with a banner, marked.

    `said` writes every text as the report does.
    """
    import matplotlib as mpl

    place = folder / "figures"
    images = []
    with mpl.rc_context(house_style()):
        for drawing in drawings:
            place.mkdir(exist_ok=True)
            figure = drawing.draw()
            if banner:
                _mark(figure)
            _set_aside_empty_labels(figure)
            _say(figure, said)
            told = replace(drawing, title=said(drawing.title), alt=said(drawing.alt))
            image = Image(told, stem(told.name), _svg(figure, told))
            (place / f"{image.stem}.svg").write_text(image.svg, encoding="utf-8", newline="\n")
            (place / f"{image.stem}.png").write_bytes(_png(figure))
            images.append(image)
    return tuple(images)


def svg_of(drawing: Drawing, *, banner: str = "") -> str:
    """The text of one figure as `write_figures` writes it."""
    import matplotlib as mpl

    with mpl.rc_context(house_style()):
        figure = drawing.draw()
        if banner:
            _mark(figure)
        return _svg(figure, drawing)


def _mark(figure: Figure) -> None:
    """The words in the lower right corner, below every label: they go where the picture goes."""
    figure.text(0.995, 0.008, "Synthetic data", ha="right", va="bottom", fontsize=6.5)


def _say(figure: Figure, said: Callable[[str], str]) -> None:
    """Every text of a picture anew; labels of ticks are kept by their axis until it is drawn."""
    from matplotlib.ticker import FuncFormatter

    for text in _texts(figure):
        text.set_text(said(text.get_text()))
    for axes in figure.axes:
        for axis in (axes.xaxis, axes.yaxis):
            labels = axis.get_major_formatter()
            if isinstance(labels, FuncFormatter):  # what an axis makes of labels given as words
                labels.func = partial(_said_label, labels.func, said)


def _said_label(
    label: Callable[[float, int | None], str],
    said: Callable[[str], str],
    value: float,
    place: int | None,
) -> str:
    return said(label(value, place))


def _texts(figure: Figure) -> Iterator[Text]:
    """All but the labels of ticks: to ask an axis for these makes it lay out every tick."""
    from matplotlib.text import Text

    yield from figure.texts
    legends = list(figure.legends)
    for axes in figure.axes:
        yield from (child for child in axes.get_children() if isinstance(child, Text))
        yield from (axis.label for axis in (axes.xaxis, axes.yaxis))
        legends += [one for one in (axes.get_legend(),) if one]
    for legend in legends:
        yield from (legend.get_title(), *legend.get_texts())


def _set_aside_empty_labels(figure: Figure) -> None:
    """An axis without a label measures all its ticks again to find the place of that label."""
    for axes in figure.axes:
        for axis in (axes.xaxis, axes.yaxis):
            if not axis.get_label_text():
                axis.set_label_coords(0.5, 0.5)


def stem(name: str) -> str:
    """A file name that every system takes, different for different names."""
    safe = re.sub(r"[^A-Za-z0-9._-]+", "_", name)
    return safe if safe == name else f"{safe}_{_short_digest(name)}"


def _short_digest(text: str) -> str:
    import hashlib

    return hashlib.sha256(text.encode()).hexdigest()[:6]


def _svg(figure: Figure, drawing: Drawing) -> str:
    from matplotlib.backends.backend_svg import FigureCanvasSVG

    text = io.StringIO()
    canvas: Any = FigureCanvasSVG(figure)
    canvas.print_svg(text, metadata={"Date": None, "Creator": None})
    return _compact(text.getvalue(), drawing)


def _png(figure: Figure) -> bytes:
    import numpy as np
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from PIL import Image as Picture

    figure.set_dpi(_DPI)
    canvas: Any = FigureCanvasAgg(figure)
    canvas.draw()
    # The paper is opaque, so the fourth channel says nothing and only costs time and room.
    drawn = Picture.fromarray(np.asarray(canvas.buffer_rgba())).convert("RGB")
    file = io.BytesIO()
    drawn.save(file, "png", dpi=(_DPI, _DPI), compress_level=2)
    return file.getvalue()


def _compact(svg: str, drawing: Drawing) -> str:
    """Drop what a reader never sees, make ids unique to this figure, add title and description."""
    prefix = f"f{_short_digest(drawing.name)}"
    svg = svg[svg.index("<svg") :]
    svg = re.sub(r"<!--.*?-->|<metadata>.*?</metadata>", "", svg, flags=re.DOTALL)
    used = set(re.findall(r'(?:href="#|url\(#)([^")]+)', svg))
    svg = re.sub(r' id="([^"]*)"', lambda m: f' id="{prefix}{m[1]}"' if m[1] in used else "", svg)
    svg = re.sub(r'(href="#|url\(#)', rf"\g<1>{prefix}", svg)
    svg = re.sub(r"\d+\.\d{3,}", lambda m: f"{float(m[0]):.2f}".rstrip("0").rstrip("."), svg)
    svg = re.sub(r"\s*\n\s*", " ", svg).replace("> <", "><").replace(" />", "/>")
    svg = re.sub(r'style="[^"]*"', lambda m: re.sub(r"(?<=[;:]) +", "", m[0]), svg)
    svg = re.sub(r' transform="rotate\(-?0 [^)]*\)"', "", svg)
    return _titled(_said_once(svg), drawing, prefix=prefix) + "\n"


def _said_once(svg: str) -> str:
    """Letters and line ends stated for the whole picture instead of at every word and line.

    A style sheet inside the picture would hold for the whole page that the picture stands in.
    """
    svg = re.sub(r'<defs><style type="text/css">[^<]*</style></defs>', "", svg)
    svg = re.sub(r"font-family:'DejaVu Sans';?", "", svg)
    families = ", ".join(f"'{name}'" if " " in name else name for name in FONTS)
    style = f"font-family:{families};stroke-linejoin:round;stroke-linecap:butt"
    return f'{svg[:4]} style="{style}"{svg[4:]}'


def _titled(svg: str, drawing: Drawing, *, prefix: str) -> str:
    head_end = svg.index(">")
    head = re.sub(r' (?:width|height)="[^"]*pt"', "", svg[:head_end])
    words = (
        f'<title id="{prefix}t">{escape(drawing.title)}</title>'
        f'<desc id="{prefix}d">{escape(drawing.alt)}</desc>'
    )
    labels = f' role="img" aria-labelledby="{prefix}t" aria-describedby="{prefix}d">'
    return head + labels + words + svg[head_end + 1 :]
