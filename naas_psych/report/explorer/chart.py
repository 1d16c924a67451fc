"""The moving picture as a Vega specification: three panels on one axis of cuts."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from naas_psych.drawing import COLOURS
from naas_psych.report.explorer.rows import Explored

_WIDTH, _HEIGHT = 520, 190
_AXIS = "cut, per cent of the marks"
_DASHES = ([1, 0], [6, 3], [2, 2], [8, 3, 2, 3], [4, 1], [1, 3], [10, 4], [6, 2, 1, 2])
#: What a mark on the axis looks like: its line, and how it is told without colour.
_MARKS = {
    "in use": (COLOURS[6], [1, 0]),
    "judges": (COLOURS[2], [6, 3]),
    "adjusted": (COLOURS[3], [2, 2]),
}


def specification(found: Explored) -> dict[str, Any]:
    """What the page hands to Vega-Lite: data, panels, and the two cuts as parameters."""
    import altair as alt

    alt.data_transformers.disable_max_rows()
    upper = alt.param(name="upper", value=found.curve[found.upper]["percent"])
    lower = alt.param(name="lower", value=found.curve[found.lower]["percent"])
    panels = [_below(alt, found), _errors(alt, found)]
    if found.groups:
        panels.append(_ratios(alt, found))
    chart = alt.vconcat(*panels, spacing=14).resolve_scale(
        color="independent", strokeDash="independent", x="shared"
    )
    chart = chart.add_params(upper, lower).configure(
        background="white", axis={"grid": False}, view={"strokeOpacity": 0.25}
    )
    rows = {"curve": found.shown, "errors": _wrong(found), "groups": found.shown_groups}
    made: dict[str, Any] = _filled(chart.to_dict(), rows)
    made["usermeta"] = {"embedOptions": {"actions": False}}
    return made


def _rows(alt: Any, name: str) -> Any:
    """A chart of rows that stand in for many: Altair copies and checks each one many times."""
    return alt.Chart(alt.Data(values=[{"rows_of": name}]))


def _filled(made: Any, rows: Mapping[str, Any]) -> Any:
    """The specification with the rows themselves."""
    if isinstance(made, dict):
        return {name: _filled(one, rows) for name, one in made.items()}
    if not isinstance(made, list):
        return made
    if made and isinstance(made[0], dict) and "rows_of" in made[0]:
        return rows[made[0]["rows_of"]]
    return [_filled(one, rows) for one in made]


def _wrong(found: Explored) -> list[dict[str, Any]]:
    return [
        {"percent": row["percent"], "share": row[name], "error": label}
        for name, label in (("false_pass", "false pass"), ("false_fail", "false fail"))
        for row in found.shown
    ]


def _below(alt: Any, found: Explored) -> Any:
    """The share below each cut with its limits, and where cuts were put by whom."""
    curve = _rows(alt, "curve")
    x = _x(alt, found)
    whole = alt.Scale(domain=[0, 1])
    share = alt.Y("below:Q", title="share below", axis=alt.Axis(format="%"), scale=whole)
    band = curve.mark_area(opacity=0.2, color=COLOURS[0]).encode(
        x=x, y=alt.Y("below_low:Q", title="share below", scale=whole), y2="below_high:Q"
    )
    line = curve.mark_line(color=COLOURS[0], strokeWidth=2).encode(x=x, y=share)
    layers = [*_box(alt, found), band, line, *_marked(alt, found), *_chosen(alt, found)]
    at = curve.mark_point(size=70, filled=True, color=COLOURS[0]).encode(x=x, y=share)
    layers.append(at.transform_filter("datum.percent == upper || datum.percent == lower"))
    return alt.layer(*layers).properties(width=_WIDTH, height=_HEIGHT, title="Below the cut")


def _errors(alt: Any, found: Explored) -> Any:
    """Wrong outcomes at each cut, told by dash and label as well as colour."""
    x = _x(alt, found, None if found.groups else _AXIS)
    line = (
        _rows(alt, "errors")
        .mark_line(strokeWidth=2)
        .encode(
            x=x,
            y=alt.Y("share:Q", title="share of all", axis=alt.Axis(format=".1%")),
            color=_legend(alt, "error", ["false pass", "false fail"], (COLOURS[1], COLOURS[5])),
            strokeDash=_dashes(alt, "error", ["false pass", "false fail"]),
        )
    )
    return alt.layer(line, *_chosen(alt, found, None if found.groups else _AXIS)).properties(
        width=_WIDTH, height=_HEIGHT, title="Wrong outcomes"
    )


def _ratios(alt: Any, found: Explored) -> Any:
    """Pass rate of each group over that of its reference."""
    names = sorted({row["name"] for row in found.groups})
    line = (
        _rows(alt, "groups")
        .mark_line(strokeWidth=1.8)
        .encode(
            x=_x(alt, found, _AXIS),
            y=alt.Y("ratio:Q", title="ratio of pass rates", scale=alt.Scale(zero=False)),
            color=_legend(alt, "name", names, COLOURS),
            strokeDash=_dashes(alt, "name", names),
        )
    )
    line_at = alt.Chart(alt.Data(values=[{"ratio": found.ratio_line}]))
    rule = line_at.mark_rule(strokeDash=[3, 3], color="#767676").encode(y="ratio:Q")
    return alt.layer(line, rule, *_chosen(alt, found, _AXIS)).properties(
        width=_WIDTH, height=_HEIGHT, title="Groups beside their reference"
    )


def _x(alt: Any, found: Explored, title: str | None = None, *, field: str = "percent") -> Any:
    """The one axis that all panels share."""
    scale = alt.Scale(domain=found.domain, nice=False, zero=False)
    return alt.X(f"{field}:Q", title=title, scale=scale)


def _legend(alt: Any, field: str, names: list[str], colours: tuple[str, ...]) -> Any:
    scale = alt.Scale(domain=names, range=_cycled(names, colours))
    return alt.Color(f"{field}:N", scale=scale, legend=_key(alt))


def _dashes(alt: Any, field: str, names: list[str], dashes: tuple[Any, ...] = _DASHES) -> Any:
    """Dashes that go with the colours, in the same legend."""
    scale = alt.Scale(domain=names, range=_cycled(names, dashes))
    return alt.StrokeDash(f"{field}:N", scale=scale, legend=_key(alt))


def _key(alt: Any) -> Any:
    return alt.Legend(title=None, orient="bottom", columns=2, symbolType="stroke", labelLimit=190)


def _cycled(names: list[str], values: tuple[Any, ...]) -> list[Any]:
    return [values[k % len(values)] for k in range(len(names))]


def _box(alt: Any, found: Explored) -> list[Any]:
    """Hofstee's box: cuts and shares below that judges could accept."""
    if not found.boxes:
        return []
    box = alt.Chart(alt.Data(values=found.boxes)).mark_rect(
        fill="none", stroke=COLOURS[4], strokeDash=[4, 2], strokeWidth=1.5
    )
    return [
        box.encode(x=_x(alt, found, field="low"), x2="high:Q", y="fail_low:Q", y2="fail_high:Q")
    ]


def _marked(alt: Any, found: Explored) -> list[Any]:
    """Cuts in use, of the judges with their band, and as adjusted, told by dash and legend."""
    judges = [row for row in found.marks if row["kind"] == "judges"]
    band = alt.Chart(alt.Data(values=judges)).mark_rect(opacity=0.15, color=_MARKS["judges"][0])
    kinds = [kind for kind in _MARKS if any(row["kind"] == kind for row in found.marks)]
    colours, dashes = zip(*(_MARKS[kind] for kind in kinds), strict=True)
    rule = alt.Chart(alt.Data(values=found.marks)).mark_rule(strokeWidth=1.6)
    told = rule.encode(
        x=_x(alt, found),
        color=_legend(alt, "kind", kinds, colours),
        strokeDash=_dashes(alt, "kind", kinds, dashes),
    )
    return [band.encode(x=_x(alt, found, field="low"), x2="high:Q"), told]


def _chosen(alt: Any, found: Explored, title: str | None = None) -> list[Any]:
    """The cuts that the reader has chosen."""
    one = alt.Chart(alt.Data(values=[{}]))
    return [
        one.mark_rule(color=colour, strokeWidth=2, strokeDash=dash)
        .encode(x=_x(alt, found, title, field="at"))
        .transform_calculate(at=name)
        for name, colour, dash in (("upper", COLOURS[1], [1, 0]), ("lower", COLOURS[1], [5, 3]))
        if name == "upper" or not found.single
    ]
