"""The stairs run downwards: who may import whom, open files, print, and load heavy modules."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

import naas_psych

ROOT = Path(naas_psych.__file__).parent

#: Each floor with what it may import beside itself. Files of the top folder are nouns.
FLOORS: dict[str, frozenset[str]] = {
    "nouns": frozenset(),
    "register": frozenset({"nouns", "analyses"}),
    "study": frozenset({"nouns"}),
    "numerics": frozenset(),
    "irt": frozenset({"numerics"}),
    "analyses": frozenset({"nouns", "study", "numerics", "irt"}),
    "simulate": frozenset({"nouns", "study", "numerics", "irt"}),
    "assurance": frozenset({"nouns", "study", "analyses", "register", "numerics"}),
    "oracle": frozenset(
        {"nouns", "study", "numerics", "analyses", "register", "assurance", "simulate"}
    ),
    "report": frozenset({"nouns", "study", "analyses", "register", "assurance"}),
    "cli": frozenset(
        {
            *("nouns", "study", "analyses", "register", "assurance", "report", "simulate"),
            "oracle",
        }
    ),
}
#: A result imports no study; these nouns know one only for the type checker, or when called.
DOORS = ("__init__", "__main__")
HEAVY = ("scipy.stats", "matplotlib", "pingouin", "numba", "seaborn", "altair", "sklearn")
#: The command line must start fast: these are loaded when a command needs them.
SLOW = (*HEAVY, "pandas", "numpy", "scipy", "pyarrow", "jinja2", "pydantic")
FILES = ("study/", "assurance/", "report/", "simulate/", "oracle/")
#: The loader of data that ship with the package.
PACKAGE_DATA = "packaged.py"
#: The way to say nothing to a closed pipe is to send it to the null device.
NULL_DEVICE = ("cli/trouble.py", "__main__.py")
OPENERS = ("open", "read_text", "write_text", "read_bytes", "write_bytes", "read_csv", "to_csv")
MODULES = sorted(ROOT.rglob("*.py"))


@dataclass(frozen=True)
class Import:
    """One import: the module, the line, and whether loading the file runs it."""

    module: str
    line: int
    at_load: bool
    for_types: bool


def relative(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def floor_of(path: str) -> str:
    """The floor of a file or module path such as study/read or naas_psych.study.read."""
    parts = path.removeprefix("naas_psych.").replace(".", "/").split("/")
    if parts[0] in FLOORS:
        return parts[0]
    return "nouns"


def imports_of(tree: ast.Module) -> Iterator[Import]:
    yield from _walk(tree.body, at_load=True, for_types=False)


def _walk(body: list[ast.stmt], *, at_load: bool, for_types: bool) -> Iterator[Import]:
    for node in body:
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield Import(alias.name, node.lineno, at_load, for_types)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield Import(node.module, node.lineno, at_load, for_types)
            for alias in node.names:
                yield Import(f"{node.module}.{alias.name}", node.lineno, at_load, for_types)
        elif isinstance(node, ast.If):
            typed = "TYPE_CHECKING" in ast.dump(node.test)
            yield from _walk(node.body, at_load=at_load, for_types=for_types or typed)
            yield from _walk(node.orelse, at_load=at_load, for_types=for_types)
        else:
            deeper = isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
            for name in ("body", "orelse", "finalbody"):
                inner = getattr(node, name, [])
                yield from _walk(inner, at_load=at_load and not deeper, for_types=for_types)
            for handler in getattr(node, "handlers", []):
                yield from _walk(handler.body, at_load=at_load, for_types=for_types)


def trespasses(path: str, tree: ast.Module) -> list[str]:
    """Imports that go up the stairs or across the wall."""
    home = floor_of(path.removesuffix(".py"))
    stem = path.removesuffix(".py")
    found = []
    for one in imports_of(tree):
        if not one.module.startswith("naas_psych.") or stem in DOORS:
            continue
        target = floor_of(one.module)
        nouns_by_name = home == "nouns" and (one.for_types or not one.at_load)
        if target in (home, "nouns") and home not in ("numerics", "irt"):
            continue
        if target != home and target not in FLOORS[home] and not nouns_by_name:
            found.append(f"{path}:{one.line} imports {one.module}")
    return found


def heavy_at_load(path: str, tree: ast.Module, heavy: tuple[str, ...]) -> list[str]:
    return [
        f"{path}:{one.line} loads {one.module}"
        for one in imports_of(tree)
        if one.at_load and not one.for_types
        if any(one.module == name or one.module.startswith(f"{name}.") for name in heavy)
    ]


def calls_of(tree: ast.Module, names: tuple[str, ...]) -> list[int]:
    """Lines that call one of `names`, as a function or a method."""
    found = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            called = getattr(node.func, "id", None) or getattr(node.func, "attr", None)
            if called in names:
                found.append(node.lineno)
    return found


def parsed(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


@pytest.mark.parametrize("path", MODULES, ids=relative)
def test_imports_point_downwards(path: Path) -> None:
    assert trespasses(relative(path), parsed(path)) == []


@pytest.mark.parametrize("path", MODULES, ids=relative)
def test_nothing_heavy_is_loaded_with_a_module(path: Path) -> None:
    assert heavy_at_load(relative(path), parsed(path), HEAVY) == []


@pytest.mark.parametrize("path", sorted((ROOT / "cli").glob("*.py")), ids=relative)
def test_the_command_line_loads_nothing_slow(path: Path) -> None:
    assert heavy_at_load(relative(path), parsed(path), SLOW) == []


@pytest.mark.parametrize("path", MODULES, ids=relative)
def test_only_the_command_line_prints(path: Path) -> None:
    if not relative(path).startswith("cli/"):
        assert calls_of(parsed(path), ("print",)) == []


@pytest.mark.parametrize("path", MODULES, ids=relative)
def test_few_open_files(path: Path) -> None:
    name = relative(path)
    if not name.startswith(FILES) and name not in (PACKAGE_DATA, *NULL_DEVICE):
        assert calls_of(parsed(path), OPENERS) == []


@pytest.mark.parametrize("path", MODULES, ids=relative)
def test_no_assert_in_the_package(path: Path) -> None:
    lines = [node.lineno for node in ast.walk(parsed(path)) if isinstance(node, ast.Assert)]
    assert lines == []


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("numerics/x.py", "from naas_psych.study.study import Study"),
        ("numerics/x.py", "from naas_psych.errors import UsageError"),
        ("study/x.py", "import naas_psych.numerics.moments"),
        ("study/x.py", "def f():\n    from naas_psych.report import page"),
        ("analyses/items/x.py", "from naas_psych.cli import console"),
        ("report/x.py", "try:\n    from naas_psych.cli import app\nexcept ImportError:\n    pass"),
        ("errors.py", "from naas_psych.study import study"),
    ],
)
def test_the_guard_sees_a_trespass(path: str, text: str) -> None:
    assert trespasses(path, ast.parse(text))


def test_the_guard_sees_heavy_imports_and_calls() -> None:
    assert heavy_at_load("x.py", ast.parse("from scipy import stats"), HEAVY)
    assert heavy_at_load("x.py", ast.parse("import matplotlib.pyplot as plt"), HEAVY)
    assert not heavy_at_load("x.py", ast.parse("def f():\n    import matplotlib"), HEAVY)
    assert calls_of(ast.parse("with path.open() as f: pass"), OPENERS)
