"""The evidence folder as an RO-Crate: what each file is, made from what, by which program."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any

from naas_psych import register
from naas_psych.assurance.manifest import NAME as MANIFEST
from naas_psych.report.citations import SOFTWARE, SOFTWARE_TITLE
from naas_psych.report.wording import title_of
from naas_psych.study.study import Study
from naas_psych.thresholds import fixed

if TYPE_CHECKING:
    from rocrate.rocrate import ROCrate

NAME = "ro-crate-metadata.json"
#: Known to every repository; it wants a date of publication, and knows no digests of its own.
_VERSION = "1.1"
_TERMS = {"sha256": "http://schema.org/sha256"}
_ROOT = {"@id": "./"}
_RUN = "#run"

_FORMATS = {
    ".bib": "application/x-bibtex",
    ".csv": "text/csv",
    ".docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    ".html": "text/html",
    ".json": "application/json",
    ".md": "text/markdown",
    ".parquet": "application/vnd.apache.parquet",
    ".png": "image/png",
    ".svg": "image/svg+xml",
    ".txt": "text/plain",
}
_FILES = {
    "report.html": "The report: summary, technical part and annexes, in one page.",
    "report.docx": "The report as a document that can be edited.",
    "results.json": "Every table of every analysis, with options and provenance.",
    "findings.json": "Every finding, with its number and the threshold it was held to.",
    "claims.json": "Every claim with its verdict and the numbers that it rests on.",
    "methods.md": "The methods in words, with citations, for a paper.",
    "references.bib": "The works that the methods cite, for BibTeX.",
    "references.json": "The works that the methods cite, as CSL-JSON.",
    "tables/withheld.csv": "What the disclosure rules withhold, by table and rule.",
    "tables/SYNTHETIC.txt": "Says that the data are synthetic.",
    MANIFEST: "What went in and came out, with digests, options and versions, for `verify`.",
}


def crate(study: Study, made: Mapping[str, Any]) -> dict[str, Any]:
    """The content of ro-crate-metadata.json, from the manifest of all other files of the folder."""
    from rocrate.rocrate import ROCrate

    package = ROCrate(version=_VERSION)
    package.metadata.extra_terms.update(_TERMS)
    outputs = [_output(package, one) for one in _with_manifest(made["outputs"])]
    inputs = [_input(package, one, made["options"]) for one in made["inputs"]]
    _add_run(package, made, inputs=inputs, outputs=outputs)
    _describe(package, study, made)
    return dict(package.metadata.generate())


def _with_manifest(outputs: Iterable[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """The manifest holds the digest of this description, so this one cannot hold its digest."""
    return sorted([*outputs, {"path": MANIFEST}], key=lambda one: str(one["path"]))


def _output(package: ROCrate, one: Mapping[str, Any]) -> dict[str, str]:
    path = str(one["path"])
    properties = {
        "name": path,
        "description": _what(path),
        "encodingFormat": _FORMATS.get(PurePosixPath(path).suffix, "application/octet-stream"),
        **_size(one),
    }
    return {"@id": package.add_file(dest_path=path, properties=properties).id}


def _what(path: str) -> str:
    """What a file is, in a sentence."""
    if path in _FILES:
        return _FILES[path]
    analysis, _, table = PurePosixPath(path).stem.partition("__")
    if analysis not in register.names():
        return "A figure of the report." if path.startswith("figures/") else "Part of the evidence."
    question = register.load(analysis).question
    kind = f"Table {table}" if path.startswith("tables/") else "Figure"
    return f"{kind} of the analysis {title_of(analysis)}: {question}"


def _size(one: Mapping[str, Any]) -> dict[str, str]:
    if "sha256" not in one:
        return {}
    return {"contentSize": str(one["bytes"]), "sha256": str(one["sha256"])}


def _input(package: ROCrate, one: Mapping[str, Any], options: Mapping[str, Any]) -> dict[str, str]:
    """A file that was read. It is named and not packed: answers of people stay where they are."""
    path = PurePosixPath(str(one["path"]))
    study = PurePosixPath(str(options.get("study", "")))
    home = study.parent if study.suffix else study
    name = path.relative_to(home) if path.is_relative_to(home) else PurePosixPath(path.name)
    properties = {
        "@type": "CreativeWork",
        "name": str(name),
        "description": "Read by the run, and not part of this package: it may describe people.",
        "encodingFormat": _FORMATS.get(path.suffix, "application/octet-stream"),
        **_size(one),
    }
    return _entity(package, f"#input/{name}", properties)


def _add_run(
    package: ROCrate,
    made: Mapping[str, Any],
    *,
    inputs: Sequence[Mapping[str, str]],
    outputs: Sequence[Mapping[str, str]],
) -> None:
    """The software, what it needs, the options, and the run that ties them together."""
    needed = [
        _software(package, name, version)
        for name, version in {"python": made["python"], **made["packages"]}.items()
    ]
    software = _software(package, SOFTWARE, made["naas_psych"], name=SOFTWARE_TITLE, needs=needed)
    chosen = {k: v for k, v in made["options"].items() if k not in ("study", "key")}
    options = {**chosen, "seed": made["seed"], "thresholds": made["thresholds"]["sha256"]}
    values = [
        _entity(
            package,
            f"#option/{name}",
            {"@type": "PropertyValue", "name": name, "value": value},
        )
        for name, value in options.items()
    ]
    _entity(
        package,
        _RUN,
        {
            "@type": "CreateAction",
            "name": f"naas-psych {made['command']}",
            "instrument": software,
            "object": [*inputs, *values],
            "result": list(outputs),
        },
    )


def _software(
    package: ROCrate, key: str, version: str, *, name: str = "", needs: Sequence[Any] = ()
) -> dict[str, str]:
    properties: dict[str, Any] = {
        "@type": "SoftwareApplication",
        "name": name or key,
        "softwareVersion": version,
    }
    if needs:
        properties["softwareRequirements"] = list(needs)
    return _entity(package, f"#software/{key}", properties)


def _entity(package: ROCrate, identifier: str, properties: Mapping[str, Any]) -> dict[str, str]:
    from rocrate.model.contextentity import ContextEntity

    package.add(ContextEntity(package, identifier, properties=dict(properties)))
    return {"@id": identifier}


def _describe(package: ROCrate, study: Study, made: Mapping[str, Any]) -> None:
    """The folder itself. The library stamps it with the clock; the study says its date instead."""
    root = package.root_dataset
    published, why = _date(study)
    internal = bool(made["options"].get("internal"))
    title = study.title or "a test"
    root["name"] = f"Evidence base of {title}" + (" (internal)" if internal else "")
    root["description"] = " ".join(
        part for part in (_warning(study, internal=internal), _summary(made), why) if part
    )
    root["datePublished"] = published
    root["license"] = study.spec.report.licence or (
        "No licence was given: ask the owner of the data before use."
    )
    if study.spec.assurance.collected:
        root["temporalCoverage"] = study.spec.assurance.collected
    if internal:
        root["conditionsOfAccess"] = "Internal: not for publication."
    root["mentions"] = {"@id": _RUN}


def _warning(study: Study, *, internal: bool) -> str:
    notice = "INTERNAL, NOT FOR PUBLICATION: exact numbers and rows about single people." * internal
    return " ".join(part for part in (f"{study.banner}." if study.banner else "", notice) if part)


def _summary(made: Mapping[str, Any]) -> str:
    about = made["study"]
    return (
        f"Report, tables, figures and findings on {about['items']} items answered by "
        f"{about['persons']} people. `naas-psych verify` runs it again and compares every file."
    )


def _date(study: Study) -> tuple[str, str]:
    """When it was published; until then when the data were collected, or the thresholds fixed."""
    if study.spec.report.published is not None:
        return study.spec.report.published.isoformat(), ""
    found = re.search(r"\b\d{4}(-\d{2}(-\d{2})?)?\b", study.spec.assurance.collected)
    if found:
        said = "Not published yet: its date is that of the collection of the data."
        return found.group(), said
    said = (
        "Not published yet: its date is the day on which the thresholds were fixed, until "
        "study.toml says when it is published."
    )
    return str(fixed().date), said
