"""What mkdocs does besides: takes in the pages that are made, and checks the site it has built."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from mkdocs.exceptions import PluginError
from mkdocs.structure.files import File
from sitemaker.checked import faults
from sitemaker.notebooks import shown
from sitemaker.reference import pages

ROOT = Path(__file__).resolve().parent.parent


def on_files(files: Any, config: Any) -> Any:
    """The pages that lie elsewhere or nowhere, as if they were in docs/."""
    made: dict[str, str | bytes] = {f"reference/{name}": text for name, text in pages().items()}
    made["changelog.md"] = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    for path in sorted((ROOT / "notebooks").glob("*.ipynb")):
        found = shown(path)
        made[f"notebooks/{path.stem}.md"] = found.text
        made |= {f"notebooks/{name}": picture for name, picture in found.pictures.items()}
    for uri, content in made.items():
        files.append(File.generated(config, uri, content=content))
    return files


def on_page_markdown(markdown: str, page: Any, **_: Any) -> str:
    """Pages that are read in the repository as well point at files; the site has pages there."""
    if page.file.src_uri.startswith("notebooks/"):
        markdown = re.sub(r"\]\(\.\./docs/", "](../", markdown)
        return re.sub(r"\]\((\w+)\.ipynb\)", r"](\1.md)", markdown)
    return re.sub(r"\]\(\.\./notebooks/(\w+)\.ipynb\)", r"](notebooks/\1.md)", markdown)


def on_post_build(config: Any) -> None:
    """Ends the build when a link leads nowhere or a page would ask the network for something."""
    found = faults(Path(config.site_dir))
    if found:
        raise PluginError("\n".join(found))
