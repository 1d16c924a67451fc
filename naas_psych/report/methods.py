"""The methods of a run in words that fit a paper, with the works that they cite."""

from __future__ import annotations

import platform
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from naas_psych import __version__, register
from naas_psych.assurance.disclosure import persons_shown
from naas_psych.assurance.manifest import versions
from naas_psych.packaged import toml_entries
from naas_psych.references import Reference, references
from naas_psych.report.citations import SOFTWARE, SOFTWARE_AUTHOR, software_text
from naas_psych.report.run import Run
from naas_psych.report.wording import count, title_of
from naas_psych.study.study import Study
from naas_psych.thresholds import fixed

_CITATION = re.compile(r"\[(@\w+(?:; @\w+)*)\]")
#: Packages whose arithmetic a reader may ask after; the manifest has all.
_ARITHMETIC = ("numpy", "scipy", "numba", "pandas")
_MODELS = {"rasch": "Rasch", "nominal": "nominal"}


@dataclass(frozen=True)
class Section:
    """A heading and its paragraphs, with citations as `[@key]`."""

    heading: str
    paragraphs: tuple[str, ...]


@dataclass(frozen=True)
class Methods:
    """What was done, in sections, and the works cited there in order of their text."""

    sections: tuple[Section, ...]
    cited: tuple[Reference, ...]

    @property
    def printed(self) -> tuple[Section, ...]:
        """The sections with `(Wilson, 1927)` for `[@wilson_1927]`, as a report prints them."""
        return tuple(
            Section(one.heading, tuple(map(author_year, one.paragraphs))) for one in self.sections
        )

    @property
    def markdown(self) -> str:
        """The content of methods.md; its keys are those of references.bib."""
        parts = ["# Methods"]
        for section in self.sections:
            parts += [f"## {section.heading}", *section.paragraphs]
        works = [f"- [@{one.key}] {one.text}" for one in self.cited]
        works.append(f"- [@{SOFTWARE}] {software_text()}")
        return "\n\n".join([*parts, "## References", "\n".join(works)]) + "\n"


def methods(study: Study, run: Run, *, seed: int, internal: bool) -> Methods:
    """The methods of a run that passed the disclosure gate."""
    general = (
        Section("Data", (_data(study, run), _absences(study, run))),
        Section("Estimates and verdicts", (_estimates(seed), _verdicts(study))),
        Section("Software and reproduction", (_disclosure(study, internal), _software(seed))),
    )
    sections = (*general, *_chapters(run))
    text = " ".join(paragraph for one in sections for paragraph in one.paragraphs)
    known = references()
    cited = (known[key] for key in keys_of(text) if key != SOFTWARE)
    return Methods(sections, tuple(sorted(cited, key=lambda one: one.text.lower())))


def keys_of(text: str) -> list[str]:
    """The keys that a text cites, each once."""
    groups = (match.group(1) for match in _CITATION.finditer(text))
    return list(dict.fromkeys(key.strip(" @") for group in groups for key in group.split(";")))


def author_year(text: str) -> str:
    """The text with `(Wilson, 1927)` in place of `[@wilson_1927]`, for readers of a report."""
    return _CITATION.sub(lambda m: f"({'; '.join(map(_short, keys_of(m.group(0))))})", text)


def _short(key: str) -> str:
    if key == SOFTWARE:
        return SOFTWARE_AUTHOR
    one = references()[key]
    families = [name.partition(",")[0] for name in one.authors]
    names = f"{families[0]} et al." if len(families) > 2 else " & ".join(families)
    return f"{names}, {one.year}"


def _data(study: Study, run: Run) -> str:
    sat = run.get("score_distribution")
    forms = len(sat.tables["summary"]) if sat else 0
    in_forms = f" in {count(forms, 'form', 'forms')}" if forms > 1 else ""
    kind = (
        "Recorded options were scored by the key"
        if study.kind == "raw"
        else "Scores were taken as recorded"
    )
    when = study.spec.assurance.collected
    return " ".join(
        [
            f"{count(persons_shown(study), 'person', 'people')} answered "
            f"{count(study.responses.n_items, 'item', 'items')}{in_forms}.",
            *(["Synthetic data: no real person is described."] * study.synthetic),
            *([f"They were collected {when}."] if when else []),
            f"{kind}. Each file that was read is listed in the manifest of the evidence with its "
            "size and SHA-256 digest, so that a change in it would be seen. Nobody was removed "
            "for the answers that they gave, unless a table says so.",
        ]
    )


def _absences(study: Study, run: Run) -> str:
    counted = "as wrong" if study.omitted == "wrong" else "as absent"
    return (
        "Four kinds of absent response were kept apart: omitted, not reached, not administered and "
        f"lost for technical reasons.{_counts(study, run)} Omitted responses counted {counted}. "
        "Statistics of single items leave out what was not reached or not administered; totals, "
        "pass rates and cuts count what was not reached "
        f"{'as wrong too' if study.omitted == 'wrong' else 'in the same way'}. Where people were "
        "given different items, statistics that need a total were taken within blocks of people "
        "who had the same ones and then pooled. Statistics that cannot be computed are given as "
        "undefined, with the reason, and never as zero."
    )


def _counts(study: Study, run: Run) -> str:
    """How many were absent; a sum of rounded and withheld counts would be wrong."""
    result = run.get("item_statistics")
    if result is None or study.spec.disclosure.profile not in (None, "none"):
        return ""
    table, words = result.tables["items"], {"omitted": "omitted", "not_reached": "not reached"}
    counts = [f"{int(table[name].sum()):,} {word}" for name, word in words.items()]
    return f" There were {' and '.join(counts)}."


def _estimates(seed: int) -> str:
    return (
        "Estimates that carry a verdict have intervals of 95 % unless a table says otherwise. "
        "Proportions have Wilson's limits [@wilson_1927]. Where no formula holds, limits are by "
        "the bootstrap: whole persons, or the judges or clusters that stand for them, were drawn "
        "with replacement, as often as the sections below say. Random numbers come from the "
        f"generator PCG64 with the seed {seed}, one stream a task, so that results do not depend "
        "on the number of processors. Where many items were tested at once, p values were "
        "adjusted for the false discovery rate [@benjamini_hochberg_1995]; no verdict rests on a "
        "p value alone."
    )


def _verdicts(study: Study) -> str:
    lines = study.thresholds
    own = sorted(name for name, one in lines.items() if one.overridden)
    standard = sum(one.standing == "standard" for one in lines.values())
    said = (
        "Each claim about the test was answered by one rule. The whole interval was held to a "
        "minimum and a target: beyond the target it is met, between the two partly met, short of "
        "the minimum not met. An interval that crosses the minimum, or too few people, gives no "
        f"answer. There are {len(lines)} such lines: {standard} are published rules, the others "
        "our choice, and each is printed with its source. They come with the software, which fixed "
        f"them on {fixed().date}, and were not fitted to these data; the digest of all "
        f"of them begins with {lines.sha256[:12]}."
    )
    if not own:
        return said
    changed = ", ".join(f"{name} ({lines[name].value:g})" for name in own)
    return f"{said} The study set its own: {changed}."


def _disclosure(study: Study, internal: bool) -> str:
    profile = study.spec.disclosure.profile
    if internal:
        return "The numbers are exact and not for publication: they passed no disclosure rules."
    if profile in (None, "none"):
        return "The numbers are exact: no disclosure rules were asked for."
    return (
        f"Before anything was written, numbers passed the disclosure rules of the profile "
        f"{profile}: counts and rates were rounded, and small groups withheld."
    )


def _software(seed: int) -> str:
    installed = versions()
    packages = ", ".join(f"{name} {installed[name]}" for name in _ARITHMETIC)
    return (
        f"Analyses were run with naas_psych {__version__} [@{SOFTWARE}] under Python "
        f"{platform.python_version()} with {packages}, and the seed {seed}. The command "
        "`naas-psych verify` runs them again from the same files and compares every output."
    )


def _chapters(run: Run) -> Iterator[Section]:
    """A paragraph a chapter: a sentence for each analysis that ran, in the order of the report."""
    sentences = toml_entries("methods.toml")
    for chapter in register.CHAPTERS:
        ran = [run.get(name) for name in chapter.analyses]
        said = [
            _filled(sentences[result.analysis]["says"], result.options, result.tables)
            for result in ran
            if result is not None and result.analysis in sentences
        ]
        not_run = [title_of(n).lower() for n in chapter.analyses if n in run.not_examined]
        if not_run:
            said.append(f"Not possible with these data: {', '.join(not_run)}.")
        failed = [title_of(n).lower() for n in chapter.analyses if n in run.failed]
        if failed:
            said.append(f"Failed in this run: {', '.join(failed)}.")
        if said:
            yield Section(chapter.title, (" ".join(said),))


def _filled(sentence: str, options: Mapping[str, Any], tables: Mapping[str, Any]) -> str:
    """The sentence with the options of the run; of a model that was chosen, what was chosen."""
    values = {name: _value(value) for name, value in options.items()}
    if "fit" in tables and "model" in tables["fit"] and len(tables["fit"]):
        chosen = str(tables["fit"]["model"].iloc[0]).split(" and ")
        values["model"] = " and ".join(_MODELS.get(one, one.upper()) for one in chosen)
    return sentence.format_map(values)


def _value(value: Any) -> str:
    if isinstance(value, bool) or value is None:
        return str(value).lower()
    if isinstance(value, int):
        return f"{value:,}"
    if isinstance(value, float):
        return f"{value:.3g}"
    if isinstance(value, Sequence) and not isinstance(value, str):
        return ", ".join(map(str, value))
    return str(value).replace("_", " ")
