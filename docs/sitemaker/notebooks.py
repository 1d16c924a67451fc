"""A notebook as a page: its words, its code, and the outputs that were saved with it."""

from __future__ import annotations

import base64
import json
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sitemaker.words import code


@dataclass
class Shown:
    """Markdown of a notebook, and the pictures that belong beside it by file name."""

    text: str = ""
    pictures: dict[str, bytes] = field(default_factory=dict)


def shown(path: Path) -> Shown:
    """The notebook as it was saved; nothing is run."""
    made = Shown()
    parts = []
    for cell in json.loads(path.read_text(encoding="utf-8"))["cells"]:
        source = "".join(cell["source"])
        if cell["cell_type"] == "markdown":
            parts.append(source)
            continue
        parts.append(code(source, "python"))
        parts += [_output(one, path.stem, made) for one in cell["outputs"]]
    made.text = "\n\n".join(part for part in parts if part) + "\n"
    return made


def _output(output: dict[str, Any], stem: str, made: Shown) -> str:
    if output["output_type"] == "stream":
        return _block("".join(output["text"]))
    data = output.get("data", {})
    if "text/markdown" in data:
        return "".join(data["text/markdown"])
    for kind, ending in (("image/svg+xml", "svg"), ("image/png", "png")):
        if kind in data:
            name = f"{stem}_{len(made.pictures) + 1}.{ending}"
            raw = "".join(data[kind])
            made.pictures[name] = raw.encode() if ending == "svg" else base64.b64decode(raw)
            alt = " ".join("".join(data.get("text/plain", "")).split())
            return f"![{alt.replace('[', '(').replace(']', ')')}]({name})"
    if "text/html" in data:
        return _bare("".join(data["text/html"]))
    return _block("".join(data.get("text/plain", "")))


def _block(text: str) -> str:
    """What was printed; sentences may be broken anywhere, the columns of a table nowhere."""
    kind = "output" if re.search(r"[─│]|\S {3,}\S", text) else "output said"
    return f'<div class="{kind}" markdown>\n\n{code(text)}\n\n</div>' if text.strip() else ""


def _bare(html: str) -> str:
    """A table of pandas without its own style: the theme has one."""
    html = re.sub(r"<style.*?</style>", "", html, flags=re.DOTALL)
    html = re.sub(r' border="1"| class="dataframe"| style="[^"]*"', "", html)
    # A blank line would end a block of HTML in Markdown.
    return re.sub(r"\n\s*\n", "\n", html).strip()
