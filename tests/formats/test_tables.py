"""Tables of every kind come out the same, and broken ones say where."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from speechkit.core.errors import InputError, UsageError
from speechkit.formats.columns import map_columns
from speechkit.formats.tables import read_table

ROWS = [("a.wav", "34", "Hindi, Marathi"), ("b.wav", "", "says 'yes'")]


def cells(path: Path) -> list[tuple[str, ...]]:
    return [tuple(row.cells.values()) for row in read_table(path).rows]


@pytest.mark.parametrize("suffix", [".csv", ".tsv", ".xlsx", ".parquet", ".json", ".jsonl"])
def test_all_kinds(tmp_path: Path, suffix: str) -> None:
    frame = pd.DataFrame(ROWS, columns=["file", "age", "accent"])
    path = tmp_path / f"t{suffix}"
    match suffix:
        case ".csv":
            frame.to_csv(path, index=False)
        case ".tsv":
            frame.to_csv(path, index=False, sep="\t")
        case ".xlsx":
            frame.to_excel(path, index=False)
        case ".parquet":
            frame.to_parquet(path)
        case ".json":
            frame.to_json(path, orient="records")
        case ".jsonl":
            frame.to_json(path, orient="records", lines=True)
    table = read_table(path)
    assert table.columns == ("file", "age", "accent")
    assert cells(path) == ROWS
    assert [row.line for row in table.rows] == (
        [1, 2] if suffix in (".parquet", ".json", ".jsonl") else [2, 3]
    )


def test_numbers_with_gaps_stay_whole(tmp_path: Path) -> None:
    pd.DataFrame({"file": ["a", "b"], "age": [34, None]}).to_parquet(tmp_path / "t.parquet")
    assert cells(tmp_path / "t.parquet") == [("a", "34"), ("b", "")]


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_delimiters_and_encodings(
    tmp_path: Path, delimiter: str, encoding: str, newline: str
) -> None:
    text = newline.join([delimiter.join(row) for row in [("file", "text"), ("a.wav", "für Éva")]])
    (tmp_path / "t.csv").write_bytes(text.encode(encoding))
    assert cells(tmp_path / "t.csv") == [("a.wav", "für Éva")]


def test_lines_are_those_of_the_file(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text('file,text\na,"one\ntwo"\n\nb,x\n,\nc,y\n')
    rows = read_table(tmp_path / "t.csv").rows
    assert [(row.cells["file"], row.line) for row in rows] == [("a", 2), ("b", 5), ("c", 7)]


def test_a_lone_quote_in_tabs_is_text(tmp_path: Path) -> None:
    (tmp_path / "t.tsv").write_text('file\ttext\na\tit is 5" long\nb\tnext\n')
    assert cells(tmp_path / "t.tsv") == [("a", 'it is 5" long'), ("b", "next")]


def test_nothing_is_taken_for_missing_or_a_number(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text("file,speaker\nNA,007\nnull,1e5\n")
    assert cells(tmp_path / "t.csv") == [("NA", "007"), ("null", "1e5")]


@pytest.mark.parametrize(
    ("name", "data", "says"),
    [
        ("t.csv", b"", "is empty"),
        ("t.csv", b"file,text\n", "no rows"),
        ("t.csv", b"file,text\na,b\nc,d,e\n", "line 3: 3 fields where the header has 2"),
        ("t.csv", b"file,file\na,b\n", "occurs twice"),
        ("t.csv", b'file,text\na,"never closed\nb,c\n', "never closed"),
        ("t.csv", b"file,text\na,caf\xe9\n", "line 2: not UTF-8"),
        ("t.csv", b"file\0text\n", "zero byte"),
        ("t.xlsx", b"not a workbook", "not a readable Excel"),
        ("t.parquet", b"not parquet", "not a readable Parquet"),
        ("t.json", b"{", "not JSON"),
        ("t.json", b'{"a": 1}', "no list of objects"),
        ("t.jsonl", b'{"a": 1}\n{\n', "line 2: not JSON"),
    ],
)
def test_broken_tables(tmp_path: Path, name: str, data: bytes, says: str) -> None:
    (tmp_path / name).write_bytes(data)
    with pytest.raises(InputError, match=says) as error:
        read_table(tmp_path / name)
    assert name in str(error.value)
    assert "never closed" not in str(error.value).replace("and never closed", "")


def test_refused_kinds(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no such file"):
        read_table(tmp_path / "t.csv")
    with pytest.raises(UsageError, match=r"did you mean \.xlsx"):
        read_table(tmp_path / "t.xls")


def test_guessed_columns() -> None:
    common_voice = ["client_id", "path", "sentence", "age", "gender", "accents", "locale"]
    assert map_columns(common_voice, {}) == {
        "audio": "path",
        "reference_text": "sentence",
        "language": "locale",
        "accent": "accents",
        "sex": "gender",
        "age": "age",
        "speaker": "client_id",
    }
    own = ["Audio File", "doctor_id", "patient gender", "Doctor-Native-Language", "id", "notes"]
    assert map_columns(own, {}) == {
        "audio": "Audio File",
        "doctor_accent": "Doctor-Native-Language",
        "doctor_speaker": "doctor_id",
        "patient_sex": "patient gender",
    }


def test_given_columns_win_and_misspelt_ones_get_close_matches() -> None:
    columns = ["wav", "original", "text", "gold"]
    assert map_columns(columns, {"audio": "original", "reference_text": "gold"}) == {
        "audio": "original",
        "reference_text": "gold",
    }
    with pytest.raises(UsageError, match="did you mean accent"):
        map_columns(columns, {"acent": "text"})
    with pytest.raises(UsageError, match="did you mean gold"):
        map_columns(columns, {"reference_text": "gould"})
    with pytest.raises(UsageError, match="did you mean text"):
        map_columns(columns, {}, keep=["txt"])
    with pytest.raises(UsageError, match="--column audio="):
        map_columns(["prompt", "text"], {})


def workbook(
    path: Path, rows: list[list[object]], merged: tuple[str, ...] = (), shown: str = ""
) -> Path:
    openpyxl = pytest.importorskip("openpyxl")
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    for cells_ in merged:
        book.active.merge_cells(cells_)
    if shown:
        for row in book.active.iter_rows():
            for cell in row:
                if isinstance(cell.value, int):
                    cell.number_format = shown
    book.save(path)
    return path


def test_merged_cells_are_named_and_filled_if_asked(tmp_path: Path) -> None:
    rows: list[list[object]] = [["file", "doctor_id"], ["a", "Dr A"], ["b", None], ["c", None]]
    path = workbook(tmp_path / "t.xlsx", rows, ("B2:B4",))
    (merged,) = read_table(path).merged
    assert (merged.column, merged.lines) == ("doctor_id", (3, 4))
    filled = read_table(path, fill_merged=True)
    assert filled.merged == ()
    assert [row.cells["doctor_id"] for row in filled.rows] == ["Dr A"] * 3


def test_numbers_are_read_as_they_are_shown(tmp_path: Path) -> None:
    rows: list[list[object]] = [["file", "patient_id"], ["a", 12], ["b", "0012"]]
    path = workbook(tmp_path / "t.xlsx", rows, shown="0000")
    assert cells(path) == [("a", "0012"), ("b", "0012")]


def test_a_title_and_a_header_of_two_rows(tmp_path: Path) -> None:
    rows: list[list[object]] = [
        ["Visits of May", None, None],
        ["file", "doctor", None],
        [None, "id", "accent"],
        ["a", "d1", "Welsh"],
    ]
    path = workbook(tmp_path / "t.xlsx", rows, ("A1:C1", "A2:A3", "B2:C2"))
    table = read_table(path)
    assert table.columns == ("file", "doctor_id", "doctor_accent")
    assert [(row.line, tuple(row.cells.values())) for row in table.rows] == [
        (4, ("a", "d1", "Welsh"))
    ]


def test_formulas_without_a_result_and_other_sheets_are_named(tmp_path: Path) -> None:
    path = workbook(tmp_path / "t.xlsx", [["file", "age"], ["a", "=1+1"], ["b", "30"]])
    table = read_table(path)
    assert [row.unsaved for row in table.rows] == [("age",), ()]
    openpyxl = pytest.importorskip("openpyxl")
    book = openpyxl.load_workbook(path)
    book.create_sheet("more").append(["x"])
    book.save(path)
    assert read_table(path).notes == ("only the first sheet is read; 1 more hold something",)
