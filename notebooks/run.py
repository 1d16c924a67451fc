"""Run the notebooks and save them with their outputs: `python notebooks/run.py [NAME ...]`.

What is saved is what a reader sees on a page, so it must be the same whoever runs it: no counters,
no times, no paths of a machine. The tests run every notebook again and compare.
"""

from __future__ import annotations

import os
import re
import sys
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
#: A terminal of one width without colour, and the command that belongs to this Python.
SEEN = {"COLUMNS": "100", "NO_COLOR": "1", "PYTHONHASHSEED": "0"}
#: Signs that make a terminal bold; a page has none.
BOLD = re.compile(r"\x1b\[[0-9;]*m")
#: A number in memory, which differs from run to run.
ADDRESS = re.compile(r"<([\w.]+)[^<>]* at 0x[0-9a-f]+>")


def notebooks() -> list[Path]:
    """Every notebook of this folder."""
    return sorted(HERE.glob("*.ipynb"))


def executed(path: Path) -> Any:
    """The notebook with fresh outputs; the file stays as it is."""
    import nbclient
    import nbformat

    os.environ.update(SEEN)
    here = f"{Path(sys.executable).parent}{os.pathsep}"
    if not os.environ["PATH"].startswith(here):
        os.environ["PATH"] = here + os.environ["PATH"]
    notebook = nbformat.read(path, as_version=4)
    place = {"metadata": {"path": str(path.parent)}}
    nbclient.NotebookClient(notebook, timeout=120, resources=place).execute()
    for cell in notebook.cells:
        cell.metadata = {}
        if cell.cell_type == "code":
            cell.execution_count = None
            cell.outputs = _joined([_clean(output) for output in cell.outputs])
    notebook.metadata = {
        "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
        "language_info": {"name": "python"},
    }
    return notebook


def _clean(output: Any) -> Any:
    """One output without what depends on the run."""
    if output.output_type == "execute_result":
        output.execution_count = None
    if output.output_type in ("execute_result", "display_data"):
        output.metadata = {}
        data = output.data
        if "text/plain" in data:
            data["text/plain"] = ADDRESS.sub(r"<\1>", data["text/plain"])
        if "text/html" in data:
            data["text/html"] = re.sub(r"<style.*?</style>\n?", "", data["text/html"], flags=re.S)
    return output


def _joined(outputs: list[Any]) -> list[Any]:
    """Pieces of one stream are cut where the clock happens to cut them."""
    made: list[Any] = []
    for output in outputs:
        last = made[-1] if made else None
        if output.output_type == "stream" and last and last.get("name") == output.name:
            last.text += output.text
        else:
            made.append(output)
    for output in made:
        if output.output_type == "stream":
            output.text = BOLD.sub("", output.text)
    return made


def main(names: list[str]) -> None:
    """Save the notebooks named, or all of them."""
    import nbformat

    for path in notebooks():
        if not names or path.stem in names:
            nbformat.write(executed(path), path)


if __name__ == "__main__":
    main(sys.argv[1:])
