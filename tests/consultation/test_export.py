"""Our coding out as REFI-QDA and in again: valid, the same bytes, the same counts."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
import xmlschema
from hypothesis import given, settings
from hypothesis import strategies as st

from oso_analysis.cli import main
from oso_analysis.codebook import Codebook, read_codebook
from oso_analysis.consultation.readers import read_coding_project
from oso_analysis.consultation.recode import recode
from oso_analysis.consultation.recode_respondents import recode_respondents
from oso_analysis.consultation.recode_table import draft_recode_table
from oso_analysis.consultation.refi_qda import export_qdc, export_qdpx
from oso_analysis.errors import InputError

FIXTURES = Path(__file__).parents[1] / "fixtures" / "consultation"
KEY = ["submission_id", "coder", "segment"]
COLUMNS = [*KEY, "theme", "kind", "outcome", "paraphrase"]


@pytest.fixture(scope="module")
def codebook(data: Path) -> Codebook:
    return read_codebook(data / "codebook.yaml")


@pytest.fixture(scope="module")
def submissions(data: Path) -> pd.DataFrame:
    frame = pd.read_csv(data / "consultation" / "submissions.csv", dtype="str")
    return frame.assign(year=frame["year"].astype("Int64"))


@pytest.fixture(scope="module")
def segments(data: Path) -> pd.DataFrame:
    path = data / "consultation" / "segments.csv"
    return pd.read_csv(path, dtype="str").astype({"segment": "Int64"})


@pytest.fixture(scope="module")
def project_schema() -> xmlschema.XMLSchema:
    return xmlschema.XMLSchema(FIXTURES / "xsd" / "Project-mrt2019.xsd")


@pytest.fixture(scope="module")
def codebook_schema() -> xmlschema.XMLSchema:
    return xmlschema.XMLSchema(FIXTURES / "xsd" / "Codebook.xsd")


def in_order(frame: pd.DataFrame) -> pd.DataFrame:
    return frame[COLUMNS].sort_values(KEY).reset_index(drop=True)


def qde(path: Path) -> bytes:
    with zipfile.ZipFile(path) as archive:
        return archive.read("project.qde")


def back(path: Path, codebook: Codebook) -> pd.DataFrame:
    project = read_coding_project(path)
    result = recode(project.segments, draft_recode_table(project.codes, codebook), codebook)
    assert result.unmapped.empty
    return result.segments


def test_the_whole_consultation_comes_back_as_it_went(
    submissions: pd.DataFrame,
    segments: pd.DataFrame,
    codebook: Codebook,
    project_schema: xmlschema.XMLSchema,
    tmp_path: Path,
) -> None:
    path = tmp_path / "own.qdpx"
    export_qdpx(submissions, segments, codebook, path)
    project_schema.validate(io.BytesIO(qde(path)))
    project = read_coding_project(path)
    assert len(project.submissions) == 140
    assert project.caveats == ()
    assert len(project.segments) == 2 * 365 + 146  # a theme and a kind each; 146 outcomes
    result = recode(project.segments, draft_recode_table(project.codes, codebook), codebook)
    pd.testing.assert_frame_equal(in_order(result.segments), in_order(segments), check_dtype=False)
    assert result.segments["paraphrase"].isna().sum() == 92  # coder_2 wrote none
    assert result.unused.empty
    respondents, attributes = recode_respondents(project.submissions, codebook)
    expected = submissions.sort_values("submission_id").reset_index(drop=True)
    pd.testing.assert_frame_equal(respondents, expected, check_dtype=False)
    assert set(attributes["attribute"]) == {"sources"}


def test_the_selections_lie_on_the_paragraphs(
    submissions: pd.DataFrame, segments: pd.DataFrame, codebook: Codebook, tmp_path: Path
) -> None:
    export_qdpx(submissions, segments, codebook, tmp_path / "own.qdpx")
    project = read_coding_project(tmp_path / "own.qdpx")
    texts = project.segments.groupby("passage_id")["text"].first()
    assert len(texts) == 365
    assert (texts == "[paraphrase not recorded]").sum() == 92
    assert set(texts) - {"[paraphrase not recorded]"} == {
        " ".join(text.split()) for text in segments["paraphrase"].dropna()
    }


def test_same_input_same_bytes_whatever_the_row_order(
    submissions: pd.DataFrame, segments: pd.DataFrame, codebook: Codebook, tmp_path: Path
) -> None:
    one, two = tmp_path / "one.qdpx", tmp_path / "two.qdpx"
    export_qdpx(submissions, segments, codebook, one)
    export_qdpx(submissions.sample(frac=1, random_state=1), segments[::-1], codebook, two)
    assert one.read_bytes() == two.read_bytes()
    with zipfile.ZipFile(one) as archive:
        assert {info.date_time for info in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        assert archive.namelist()[0] == "project.qde"
    assert sorted(item.name for item in tmp_path.iterdir()) == ["one.qdpx", "two.qdpx"]


def test_the_codebook_is_valid_and_nested(
    codebook: Codebook, codebook_schema: xmlschema.XMLSchema, tmp_path: Path
) -> None:
    path = tmp_path / "own.qdc"
    export_qdc(codebook, path)
    codebook_schema.validate(path)
    codes = read_coding_project(path).codes.set_index("path")
    assert len(codes) == 3 + 8 + 2 + 4
    assert (
        codes.loc["Theme > Prevention", "description"] == codebook["theme"]["prevention"].definition
    )
    assert (codes["codable"] == "no").sum() == 3


def test_the_schemas_can_refuse(
    project_schema: xmlschema.XMLSchema, codebook_schema: xmlschema.XMLSchema
) -> None:
    producers = FIXTURES / "producers"
    for name in ("qualitative-coding.qdpx", "qualcoder.qdpx"):
        assert project_schema.is_valid(io.BytesIO(qde(producers / name)))
        wrong = qde(producers / name).replace(b"startPosition", b"from")
        assert not project_schema.is_valid(io.BytesIO(wrong))
    assert codebook_schema.is_valid(str(producers / "qualcoder-codebook.qdc"))
    assert not codebook_schema.is_valid(str(producers / "taguette-codebook.qdc"))


def test_nothing_to_export(
    codebook: Codebook, project_schema: xmlschema.XMLSchema, tmp_path: Path
) -> None:
    none = pd.DataFrame(columns=COLUMNS, dtype="str")
    alone = pd.DataFrame({"submission_id": ["a"]}, dtype="str")
    for submissions in (alone[:0], alone):
        path = tmp_path / "empty.qdpx"
        export_qdpx(submissions, none, codebook, path)
        project_schema.validate(io.BytesIO(qde(path)))
        project = read_coding_project(path)
        assert len(project.submissions) == len(submissions)
        assert back(path, codebook).empty


def test_input_that_cannot_be_exported(codebook: Codebook, tmp_path: Path) -> None:
    submissions = pd.DataFrame({"submission_id": ["uk-1", "uk-1"]})
    row = ["uk-2", "ana", 1, "preventoin", "issue", None, None]
    segments = pd.DataFrame([row, row], columns=COLUMNS)
    with pytest.raises(InputError) as caught:
        export_qdpx(submissions, segments, codebook, tmp_path / "a.qdpx")
    text = str(caught.value)
    assert "'uk-1' is in the submissions twice" in text
    assert "'uk-2/ana/1' is in the segments twice" in text
    assert "'uk-2' is not among the submissions (did you mean 'uk-1'?)" in text
    assert "'preventoin' is not a code of theme (did you mean 'prevention'?)" in text
    with pytest.raises(InputError, match=r"must end in \.qdpx"):
        export_qdpx(submissions, segments, codebook, tmp_path / "a.zip")
    with pytest.raises(InputError, match="'paraphrase'"):
        export_qdpx(submissions, segments[KEY], codebook, tmp_path / "a.qdpx")
    assert not list(tmp_path.iterdir())


TEXT = st.text(st.characters(codec="utf-8"), min_size=1, max_size=12).map(
    lambda text: " ".join(text.split()) or "x"
)


@settings(max_examples=40, deadline=None)
@given(data=st.data())
def test_any_consultation_survives_the_round_trip(
    data: st.DataObject,
    codebook: Codebook,
    project_schema: xmlschema.XMLSchema,
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    names = data.draw(st.lists(st.from_regex(r"[a-z]{1,3}-[0-9]{1,3}", fullmatch=True),
                               min_size=1, max_size=4, unique=True))  # fmt: skip
    rows: list[dict[str, Any]] = []
    for name in names:
        for coder in ("ana", "Zoë & <co>"):
            for number in range(1, data.draw(st.integers(0, 3)) + 1):
                kind = data.draw(st.sampled_from(list(codebook["kind"])))
                outcomes = st.sampled_from([None, *codebook["outcome"]])
                rows.append(
                    {
                        "submission_id": name,
                        "coder": coder,
                        "segment": number,
                        "theme": data.draw(st.sampled_from(list(codebook["theme"]))),
                        "kind": kind,
                        "outcome": data.draw(outcomes) if kind == "solution" else None,
                        "paraphrase": data.draw(st.none() | TEXT),
                    }
                )
    segments = pd.DataFrame(rows, columns=COLUMNS).astype({"segment": "Int64"})
    submissions = pd.DataFrame({"submission_id": names, "respondent": [f"{n} & co" for n in names]})
    path = tmp_path_factory.mktemp("trip") / "own.qdpx"
    export_qdpx(submissions, segments, codebook, path)
    project_schema.validate(io.BytesIO(qde(path)))
    found, expected = in_order(back(path, codebook)), in_order(segments)
    coded = [*KEY, "theme", "kind", "outcome"]
    pd.testing.assert_frame_equal(
        found[coded].fillna(pd.NA).astype("object").fillna("-"),
        expected[coded].astype("object").fillna("-"),
        check_dtype=False,
    )
    assert found["paraphrase"].notna().tolist() == expected["paraphrase"].notna().tolist()


def test_out_and_in_on_the_command_line(
    data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    qdpx, qdc, out = tmp_path / "own.qdpx", tmp_path / "own.qdc", tmp_path / "new" / "folder"
    assert main(["consultation", "export", "--qdpx", str(qdpx), "--qdc", str(qdc),
                 "--data", str(data)]) == 0  # fmt: skip
    assert "140 submissions, 365 segments, 2 coders" in capsys.readouterr().out
    book = ["--codebook", str(data / "codebook.yaml"), "--output-dir", str(out)]
    assert main(["consultation", "import", str(qdpx), str(qdc), *book]) == 0
    draft = out / "recode-draft.csv"
    assert "876 codings, coders: coder_1, coder_2" in capsys.readouterr().out
    # a draft that somebody may have completed is not written over
    assert main(["consultation", "import", str(qdpx), *book]) == 2
    assert "may hold your work" in capsys.readouterr().err
    assert main(["consultation", "import", str(qdpx), *book, "--recode", str(draft)]) == 0
    assert "365 segments in 117 submissions" in capsys.readouterr().out
    for name in ("segments", "submissions"):
        written = pd.read_csv(out / f"{name}.csv", dtype="str")
        original = pd.read_csv(data / "consultation" / f"{name}.csv", dtype="str")
        key = KEY if name == "segments" else ["submission_id"]
        pd.testing.assert_frame_equal(
            written.sort_values(key).reset_index(drop=True),
            original.sort_values(key).reset_index(drop=True),
        )


def test_command_line_messages(
    data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["consultation", "export", "--data", str(data)]) == 2
    assert "say what to write" in capsys.readouterr().err
    bad = [tmp_path / "a.csv", tmp_path / "b.csv"]
    for path in bad:
        path.write_text("", encoding="utf-8")
    book = ["--codebook", str(data / "codebook.yaml"), "--output-dir", str(tmp_path / "out")]
    assert main(["consultation", "import", *map(str, bad), *book]) == 2
    error = capsys.readouterr().err
    assert "a.csv" in error
    assert "b.csv" in error
    assert not (tmp_path / "out").exists()
