"""Make the pictures of README and manual from the tool itself: `python docs/make_pictures.py`.

docs/pictures/terminal.svg is what `naas-psych items` shows for the synthetic pilot, and
docs/pictures/report.png the first screen of its evidence report (needs chromium). The others are
figures of single analyses.
"""

from __future__ import annotations

import io
import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PICTURES = ROOT / "docs" / "pictures"
STUDY = "data/sample_responses/naas_pilot"
COLUMNS = 110
#: Lines of the terminal and height of the screen that are shown.
LINES = 40
WIDTH, HEIGHT = 1280, 1000
MOST_BYTES = 300_000
#: Picture of the manual: the analysis and its figure.
FIGURES = {
    "completion": ("speededness", "completion_alpha"),
    "looks_right_works": ("face_validity", "face_validity"),
}
FLAGS = (
    "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
    "--hide-scrollbars", f"--window-size={WIDTH},{HEIGHT}",
)  # fmt: skip


def main() -> None:
    """Every picture; that of the report only where there is a browser."""
    PICTURES.mkdir(parents=True, exist_ok=True)
    terminal(PICTURES / "terminal.svg")
    for name, (analysis, figure) in FIGURES.items():
        drawn(PICTURES / f"{name}.svg", analysis, figure)
    browser = shutil.which("chromium") or shutil.which("chromium-browser")
    if browser is None:
        sys.exit("docs/pictures/report.png was left as it is: there is no chromium here.")
    report(PICTURES / "report.png", browser)


def terminal(path: Path) -> None:
    """The real output of the command in colour, drawn by rich."""
    from rich.console import Console
    from rich.text import Text

    shown = ["items", STUDY]
    printed = _command(*shown).splitlines()
    console = Console(record=True, width=COLUMNS, file=io.StringIO(), highlight=False)
    console.print(Text(f"$ naas-psych {' '.join(shown)}", style="bold"))
    for line in printed[:LINES]:
        console.print(Text.from_ansi(line), soft_wrap=True)
    if len(printed) > LINES:
        console.print(Text(f"... {len(printed) - LINES} more lines", style="dim"))
    svg = console.export_svg(title="naas-psych", unique_id="terminal")
    # The picture asks no server for its type; any monospaced one will do.
    svg = re.sub(r"@font-face \{.*?\}\s*", "", svg, flags=re.DOTALL)
    path.write_text(svg + "\n", encoding="utf-8", newline="\n")


def drawn(path: Path, analysis: str, figure: str) -> None:
    """A figure of one analysis of the same study."""
    with tempfile.TemporaryDirectory() as place:
        out = Path(place) / "out"
        _command("run", analysis, STUDY, "--out", str(out))
        shutil.copyfile(out / "figures" / f"{figure}.svg", path)


def report(path: Path, browser: str) -> None:
    """The first screen of the report of the same study."""
    with tempfile.TemporaryDirectory() as place:
        out = Path(place) / "evidence"
        _command("evidence", STUDY, "--out", str(out))
        page = (out / "report.html").as_uri()
        asked = (f"--user-data-dir={place}/profile", f"--screenshot={path}", page)
        subprocess.run([browser, *FLAGS, *asked], check=True, capture_output=True)
    if path.stat().st_size > MOST_BYTES:
        sys.exit(
            f"{path.name} has {path.stat().st_size:,} bytes; at most {MOST_BYTES:,} are wanted."
        )


def _command(*arguments: str) -> str:
    """Standard output of the command as a wide terminal in colour gets it."""
    seen = {**os.environ, "COLUMNS": str(COLUMNS), "FORCE_COLOR": "1", "TERM": "xterm-256color"}
    seen.pop("NO_COLOR", None)
    made = subprocess.run(
        [sys.executable, "-m", "naas_psych", *arguments],
        cwd=ROOT, env=seen, check=True, capture_output=True, text=True,
    )  # fmt: skip
    return made.stdout


if __name__ == "__main__":
    main()
