"""What the toolkit says of a study when it is run as a user would run it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import suppress
from typing import Any, TypeAlias

from naas_psych import register
from naas_psych.errors import AnalysisImpossible
from naas_psych.finding import Finding
from naas_psych.result import Result
from naas_psych.study.study import Study

#: What judges and candidates say of an item.
_JUDGED = ("item_relevance", "face_validity")
#: Their findings rest on replicates.
_BY_REPLICATES = ("local_dependence",)
Row: TypeAlias = Mapping[Any, Any]


class Seen:
    """A study and what the analyses say of it; each runs when it is first asked for."""

    def __init__(self, study: Study) -> None:
        self.study = study
        self._results: dict[str, Result | AnalysisImpossible] = {}

    def result(self, analysis: str) -> Result:
        """The result of an analysis, without bootstrap where no rule here reads it.

        Raises
        ------
        AnalysisImpossible
            These data cannot answer it.
        """
        if analysis not in self._results:
            self._results[analysis] = _run(self.study, analysis)
        found = self._results[analysis]
        if isinstance(found, AnalysisImpossible):
            raise found
        return found

    def rows(self, analysis: str, table: str) -> list[Row]:
        """The rows of a table."""
        return list(self.result(analysis).tables[table].to_dict("records"))

    def row(self, analysis: str, item: str) -> Row:
        """The row of an item in the table `items` of an analysis."""
        table = self.result(analysis).tables["items"]
        rows = table[table["item_id"] == item].to_dict("records")
        if not rows:
            raise AnalysisImpossible(f"{analysis} has nothing on {item}.")
        return rows[0]

    def findings(self, analysis: str, *codes: str) -> list[Finding]:
        """What an analysis found, of these codes or of any."""
        every = self.result(analysis).findings
        return [one for one in every if not codes or one.code in codes]

    def is_uncertain(self, finding: Finding) -> bool:
        """A finding says so where its probability is below the line for a plain statement."""
        line = self.study.thresholds["item_flag_probability"].value
        return finding.probability is not None and finding.probability < line

    def about(self, item: str) -> Iterator[Finding]:
        """What the analyses of items and of content found about an item.

        Those that cannot answer find nothing. Response models have warnings of their own, for which
        no rate has been measured.
        """
        for name in (*register.chapter_of("item_statistics").analyses, *_JUDGED):
            with suppress(AnalysisImpossible):
                yield from (one for one in self.findings(name) if one.subject == item)


def _run(study: Study, name: str) -> Result | AnalysisImpossible:
    one = register.load(name)
    spared = "replicates" in one.options.model_fields and name not in _BY_REPLICATES
    options = {"replicates": 0} if spared else {}
    try:
        return one.run(study, **options)
    except AnalysisImpossible as error:
        return error
