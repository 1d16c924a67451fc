"""Readability indices on counts made by hand, and syllables on words that everybody can count."""

from __future__ import annotations

import numpy as np
import pytest

from naas_psych.analyses.content.english import counts_of, is_english, sentences, words
from naas_psych.analyses.content.syllables import syllables
from naas_psych.numerics.readability import (
    TextCounts,
    flesch_kincaid_grade,
    flesch_reading_ease,
    gunning_fog,
    reading_ease_limits,
    smog_grade,
)

SPOKEN = {
    1: "child work worked made court time rules asked the moved care young through eyes called",
    2: "social worker parent baby able centre needed useful statement quiet science judgement lion "
    "table little taken didn't doing something safeguards behave evening",
    3: "assessment adoption family interview idea's area medical employer",
    4: "adolescent authority supervision reality community evaluate psychology material",
    5: "communication's opportunity organisation university accommodation",
}


def text(*counts: float) -> TextCounts:
    return TextCounts(*(np.asarray(float(one)) for one in counts))


def test_the_published_formulas() -> None:
    one = text(5, 100, 150, 12, 10)
    assert float(flesch_reading_ease(one)) == pytest.approx(206.835 - 20.3 - 126.9)
    assert float(flesch_kincaid_grade(one)) == pytest.approx(7.8 + 17.7 - 15.59)
    assert float(gunning_fog(one)) == pytest.approx(12.0)
    thirty = text(30, 600, 900, 90, 80)
    assert float(smog_grade(thirty)) == pytest.approx(3.1291 + 1.0430 * 90**0.5)


def test_smog_is_defined_from_thirty_sentences() -> None:
    assert np.isnan(smog_grade(text(29, 600, 900, 90, 80)))
    assert np.isfinite(smog_grade(text(30, 600, 900, 0, 0)))


def test_nothing_to_read_has_no_index() -> None:
    nothing = text(0, 0, 0, 0, 0)
    for index in (flesch_reading_ease, flesch_kincaid_grade, smog_grade, gunning_fog):
        assert np.isnan(index(nothing))


def test_the_whole_is_the_text_of_its_parts() -> None:
    parts = ["The child went home. She was glad.", "Which plan is safest?"]
    whole, apart = counts_of([" ".join(parts)]), counts_of(parts).total()
    assert float(whole.words[0]) == float(apart.words) == 11
    assert float(flesch_reading_ease(whole)[0]) == pytest.approx(float(flesch_reading_ease(apart)))


def test_limits_hold_the_index_and_narrow_with_more_texts() -> None:
    generator = np.random.Generator(np.random.PCG64(5))
    many = generator.integers(10, 20, 100).astype(float)
    made = TextCounts(np.ones(100), many, np.round(many * 1.5), many * 0.1, many * 0.1)
    few = made.chosen(np.arange(100) < 20)
    whole = float(flesch_reading_ease(made.total()))
    limits, wider = (reading_ease_limits(one, level=0.95) for one in (made, few))
    assert limits.low < whole < limits.high
    assert limits.high - limits.low < wider.high - wider.low
    assert np.isnan(reading_ease_limits(made.chosen(np.arange(100) < 2), level=0.95).low)


def test_the_jackknife_is_that_of_the_mean_where_every_text_is_as_long() -> None:
    """With equal words and sentences the ease is linear in syllables: sd / sqrt(n)."""
    sounds = np.array([12.0, 15.0, 14.0, 18.0, 13.0])
    same = np.full(5, 10.0)
    made = TextCounts(np.ones(5), same, sounds, same * 0, same * 0)
    limits = reading_ease_limits(made, level=0.95)
    error = 84.6 * (sounds / 10).std(ddof=1) / 5**0.5
    assert (limits.high - limits.low) / 2 == pytest.approx(2.7764451 * error, rel=1e-6)


@pytest.mark.parametrize("many", SPOKEN)
def test_syllables_of_words(many: int) -> None:
    wrong = {word: syllables(word) for word in SPOKEN[many].split() if syllables(word) != many}
    assert wrong == {}


def test_accents_case_and_apostrophes_do_not_matter() -> None:
    assert syllables("Child’s") == syllables("child's") == syllables("CHILD") == 1
    counted = counts_of(["The café was naïve."])
    assert float(counted.words[0]) == 4


def test_sentences_end_at_full_stops_that_end_them() -> None:
    assert len(sentences("Dr. Smith saw Mr. Jones at no. 5. Why?")) == 2
    assert len(sentences("What comes first, e.g. a visit")) == 1
    assert sentences("... !") == []
    assert words("state-of-the-art, 3.5 don't") == ["state", "of", "the", "art", "3.5", "don't"]


def test_names_and_endings_are_no_hard_words() -> None:
    counted = counts_of(["She visited Philadelphia. Expected, unexpectedly: organisation."])
    # visited is no hard word (visit has two), Philadelphia is a name.
    assert float(counted.complex_words[0]) == 2
    assert float(counted.polysyllables[0]) == 5


def test_english_is_told_from_other_tongues() -> None:
    english = "What should the worker do when a child says that an adult has hurt her at home? " * 4
    german = "Was soll die Fachkraft tun, wenn ein Kind sagt, dass es verletzt wurde? " * 6
    assert is_english([english])
    assert not is_english([german])
    assert not is_english(["ماذا يجب أن يفعل العامل"])
    assert is_english(["Sum"])
