"""What is printed of a work, and what a reference manager is told, is made from its fields."""

from __future__ import annotations

import pytest

from naas_psych.references import Reference, references

#: One of each shape, as it was printed before it had fields.
PRINTED = {
    "wilson_1927": "Wilson, E. B. (1927). Probable inference, the law of succession, and "
    "statistical inference. Journal of the American Statistical Association, 22, 209-212.",
    "haberman_2008": "Haberman, S. J. (2008). When can subscores have value? Journal of "
    "Educational and Behavioral Statistics, 33, 204-229.",
    "tenberge_2004": "ten Berge, J. M. F., & Sočan, G. (2004). The greatest lower bound to the "
    "reliability of a test and the hypothesis of unidimensionality. Psychometrika, 69, 613-625.",
    "samejima_1969": "Samejima, F. (1969). Estimation of latent ability using a response pattern "
    "of graded scores. Psychometrika Monograph Supplement, No. 17.",
    "clauser_nungester_2001": "Clauser, B. E., & Nungester, R. J. (2001). Classification accuracy "
    "for tests that allow retakes. Academic Medicine, 76(10 Suppl), S108-S110.",
    "rudner_2005": "Rudner, L. M. (2005). Expected classification accuracy. Practical Assessment, "
    "Research, and Evaluation, 10(13).",
    "lord_wingersky_1984": "Lord, F. M., & Wingersky, M. S. (1984). Comparison of IRT true-score "
    'and equipercentile observed-score "equatings". Applied Psychological Measurement, 8, 453-461.',
    "magis_et_al_2011": "Magis, D., Raîche, G., Béland, S., & Gérard, P. (2011). A generalized "
    "logistic regression procedure to detect differential item functioning among multiple groups. "
    "International Journal of Testing, 11, 365-386.",
    "ebel_frisbie_1991": "Ebel, R. L., & Frisbie, D. A. (1991). Essentials of educational "
    "measurement (5th ed.). Prentice Hall.",
    "birnbaum_1968": "Birnbaum, A. (1968). Some latent trait models and their use in inferring an "
    "examinee's ability. In F. M. Lord & M. R. Novick, Statistical theories of mental test "
    "scores. Addison-Wesley.",
    "angoff_1971": "Angoff, W. H. (1971). Scales, norms, and equivalent scores. In R. L. Thorndike "
    "(Ed.), Educational measurement (2nd ed., pp. 508-600). American Council on Education.",
    "holland_thayer_1988": "Holland, P. W., & Thayer, D. T. (1988). Differential item performance "
    "and the Mantel-Haenszel procedure. In H. Wainer & H. I. Braun (Eds.), Test validity "
    "(pp. 129-145). Lawrence Erlbaum.",
    "zwick_2012": "Zwick, R. (2012). A review of ETS differential item functioning assessment "
    "procedures: Flagging rules, minimum sample size requirements, and criterion refinement "
    "(Research Report RR-12-08). Educational Testing Service.",
    "kincaid_1975": "Kincaid, J. P., Fishburne, R. P., Rogers, R. L., & Chissom, B. S. (1975). "
    "Derivation of new readability formulas for Navy enlisted personnel. Research Branch Report "
    "8-75. Naval Technical Training Command.",
    "uniform_guidelines_1978": "Equal Employment Opportunity Commission, Civil Service "
    "Commission, Department of Labor, & Department of Justice (1978). Uniform guidelines on "
    "employee selection procedures. 29 CFR 1607.",
    "wise_ma_2012": "Wise, S. L., & Ma, L. (2012). Setting response time thresholds for a CAT item "
    "pool: The normative threshold method. Paper presented at the annual meeting of the National "
    "Council on Measurement in Education, Vancouver.",
}

#: What no reader could do without, by kind.
NEEDED = {
    "article": ("container",),
    "book": ("publisher",),
    "chapter": ("container", "publisher"),
    "report": (),
    "paper": ("event",),
}


@pytest.mark.parametrize("key", PRINTED)
def test_the_fields_print_what_was_printed(key: str) -> None:
    assert references()[key].text == PRINTED[key]


@pytest.mark.parametrize("reference", references().values(), ids=lambda one: str(one.key))
def test_a_reference_has_the_fields_of_its_kind(reference: Reference) -> None:
    assert reference.authors
    assert reference.title
    assert 1800 < reference.year < 2100
    for name in NEEDED[reference.type]:
        assert getattr(reference, name), name
    if reference.type == "article":
        assert reference.volume or reference.issue
    if reference.type == "report":
        assert reference.series or reference.publisher
    if reference.type == "chapter":
        assert reference.editors or reference.book_authors


@pytest.mark.parametrize("reference", references().values(), ids=lambda one: str(one.key))
def test_the_printed_text_is_whole(reference: Reference) -> None:
    text = reference.text
    assert text.endswith(".")
    assert not any(wrong in text for wrong in ("..", "  ", " .", " ,", "()", "?.", ",."))
