"""Whatever stands in a file, only errors that a person can read come out."""

from __future__ import annotations

import gzip
import tempfile
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from naas_psych.errors import NaasPsychError
from naas_psych.study.load import check_study, read_study
from naas_psych.study.write import init_study

CELLS = st.one_of(
    st.sampled_from(
        ["", "0", "1", "2", "A", "B", "NA", "1.0", "-1", "9", "x", '"', "1,5", "é", "AC"]
    ),
    st.text(max_size=5),
)
HEADERS = st.sampled_from(
    [
        "person_id",
        "id",
        "item_id",
        "item",
        "resp",
        "score",
        "Q1",
        "Q2",
        "Q3",
        "total",
        "",
        "sex",
        "rt",
    ]
)
TABLES = st.builds(
    lambda header, rows, sep: "\n".join(sep.join(row) for row in [header, *rows]),
    st.lists(HEADERS, max_size=6),
    st.lists(st.lists(CELLS, max_size=6), max_size=8),
    st.sampled_from([",", ";", "\t", " "]),
)
BYTES = st.one_of(
    TABLES.map(lambda text: text.encode("utf-8", "surrogatepass")),
    TABLES.map(lambda text: text.encode("utf-16", "surrogatepass")),
    TABLES.map(lambda text: text.encode("cp1252", "replace")),
    st.binary(max_size=200),
    TABLES.map(lambda text: gzip.compress(text.encode("utf-8", "surrogatepass"))),
    st.binary(max_size=80).map(lambda data: gzip.compress(b"person_id,Q1\n") + data),
    st.tuples(st.sampled_from([b"PK\x03\x04", b"PAR1", b"$FL2"]), st.binary(max_size=80)).map(
        b"".join
    ),
)
ENDINGS = st.sampled_from(["csv", "tsv", "txt", "csv.gz", "parquet", "xlsx", "sav"])
TOML = st.one_of(
    st.none(),
    st.text(max_size=60).map(lambda text: text.encode("utf-8", "surrogatepass")),
    st.builds(
        lambda key, value: (
            f'[tables]\nresponses = "r.csv"\n[responses]\n{key} = {value}\n'.encode()
        ),
        st.sampled_from(["layout", "items", "raw", "codes", "person", "key", "blank", "x"]),
        st.sampled_from(['"wide"', '"long"', '"Q*"', "true", "3", '{ "9" = "omitted" }', '["Q1"]']),
    ),
)


@settings(max_examples=200, deadline=None, suppress_health_check=list(HealthCheck))
@given(responses=BYTES, ending=ENDINGS, items=st.one_of(st.none(), BYTES), toml=TOML)
def test_never_a_traceback(
    responses: bytes, ending: str, items: bytes | None, toml: bytes | None
) -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / f"r.{ending}").write_bytes(responses)
        if items is not None:
            (folder / "items.csv").write_bytes(items)
        if toml is not None:
            (folder / "study.toml").write_bytes(toml)
        for use in (check_study, read_study, lambda p: read_study(p).fingerprint):
            try:
                use(folder)
            except NaasPsychError as error:
                assert str(error)
        try:
            init_study(folder)
        except NaasPsychError as error:
            assert str(error)
