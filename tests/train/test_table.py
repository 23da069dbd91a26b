import shutil
from pathlib import Path

import pytest

from lvm.cohort.examples import EXAMPLES
from lvm.errors import CohortError
from lvm.train import examples
from lvm.train.examples import SCALARS
from lvm.train.table import read_table

HEADING = "file,lvm_g,sex,age,height,weight,qrs_duration,patient"


@pytest.fixture
def folder(tmp_path):
    """Two ECG files, the second without axes, height and QRS duration."""
    (tmp_path / "ecg").mkdir()
    for name, example in (("one.xml", EXAMPLES[0]), ("two.xml", EXAMPLES[3])):
        (tmp_path / "ecg" / name).write_bytes(example.data())
    return tmp_path


def write(folder, *rows, heading=HEADING):
    table = folder / "mine.csv"
    table.write_text("\n".join([heading, *rows]) + "\n", encoding="utf-8")
    return table


def bad_rows(folder, *rows, heading=HEADING):
    return read_table(write(folder, *rows, heading=heading))[1]


def test_a_row_says_who_and_the_file_fills_in(folder):
    table = write(folder, "ecg/one.xml,131.5,m,61,,80,101,anna", "ecg/two.xml, 88 ,,,,,,")
    rows, bad = read_table(table)
    assert bad == []
    assert (rows[0].lvm_g, rows[0].typed.sex, rows[0].typed.qrs_duration_ms) == (131.5, "male", 101)
    assert [row.patient for row in rows] == ["anna", "row 3"]
    found, left_out = examples.load(table)
    assert left_out == []
    assert len(found) == 2
    male, female = found.scalars
    values = dict(zip(SCALARS, male, strict=True))
    assert (values["age_years"], values["height_cm"], values["weight_kg"]) == (61, 174, 80)  # the height is the file's
    assert values["qrs_duration_ms"] == 101
    assert female[SCALARS.index("sex")] == 0
    assert str(female[SCALARS.index("height_cm")]) == "nan"
    assert found.beats_mv.shape == (found.first[-1], 12, 450)
    assert all(a <= c < b for a, c, b in zip(found.first, found.chosen, found.first[1:], strict=False))


def test_every_bad_row_is_named_at_once(folder):
    (folder / "ecg" / "noise.xml").write_text("<no/>", encoding="utf-8")
    table = write(
        folder,
        "ecg/one.xml,131,male,61,174,80,,",
        "ecg/gone.xml,131,male,61,174,80,,",
        "ecg/two.xml,,female,61,174,80,,",
        "ecg/noise.xml,99,male,61,174,80,,",
        "ecg/one.xml,90,male,61,174,80,,",
        "ecg/two.xml,9000,x,sixty,17,80,,",
    )
    with pytest.raises(CohortError) as refused:
        examples.load(table)
    text = str(refused.value)
    assert text.startswith("5 of 6 rows of mine.csv cannot be used. Mend them, or leave them out with --skip-bad-rows:")
    for line in (
        "row 3 (gone.xml): there is no such file",
        "row 4 (two.xml): lvm_g is empty",
        "row 5 (noise.xml): ",
        "row 6 (one.xml): the same file as row 2",
        "row 7 (two.xml): sex is neither male nor female; age is no number from 0 to 120; height is no number from "
        "50 to 250; lvm_g is no number from 20 to 800; the same file as row 4",
    ):
        assert line in text
    assert "sixty" not in text  # what a table says of a patient is not repeated
    found, left_out = examples.load(table, skip_bad_rows=True)
    assert len(found) == 1
    assert len(left_out) == 5


def test_a_recording_outside_the_scope_is_a_bad_row(folder):
    table = write(folder, "ecg/one.xml,131,male,61,174,80,140,")
    with pytest.raises(CohortError, match="QRS 140 ms"):
        examples.load(table)
    with pytest.raises(CohortError, match="QRS 140 ms"):
        examples.load(table, skip_bad_rows=True)  # none is left


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("name,lvm\na,1\n", "lacks the column file and lvm_g"),
        ("file,lvm_g,FILE\na,1,b\n", "has the column file twice"),
        ("file,lvm_g\n", "has no rows"),
        ("", "lacks the column file and lvm_g"),
        ('file,lvm_g\na,1\n"b,2\nc,3\n', "quotation marks of mine.csv do not match, in line 4 or before"),
    ],
)
def test_what_is_no_table_is_refused(tmp_path, text, message):
    (tmp_path / "mine.csv").write_text(text, encoding="utf-8")
    with pytest.raises(CohortError, match=message):
        read_table(tmp_path / "mine.csv")


def test_a_missing_table_is_refused(tmp_path):
    with pytest.raises(CohortError, match=r"There is no table mine.csv"):
        read_table(tmp_path / "mine.csv")


@pytest.mark.parametrize("separator", [";", "\t"])
def test_excels_other_separators_and_its_decimal_comma(folder, separator):
    lines = ["ecg/one.xml|131,5|m|61|174,5", "ecg/two.xml|88.5|f||"]
    rows, bad = read_table(
        write(
            folder,
            *(line.replace("|", separator) for line in lines),
            heading="file|lvm_g|sex|age|height".replace("|", separator),
        )
    )
    assert bad == []
    assert [row.lvm_g for row in rows] == [131.5, 88.5]
    assert rows[0].typed.height_cm == 174.5


def test_the_separator_is_the_one_that_the_heading_has_most_of(folder):
    rows, bad = read_table(write(folder, "ecg/one.xml;131,5;a, b", heading='file;lvm_g;"note, free"'))
    assert (bad, rows[0].lvm_g) == ([], 131.5)


def test_beside_a_comma_a_decimal_comma_is_not_guessed(folder):
    (line,) = bad_rows(folder, 'ecg/one.xml,"131,5"')
    assert line == "row 2 (one.xml): lvm_g is no number from 20 to 800"


@pytest.mark.parametrize("encoding", ["cp1252", "utf-16"])
def test_another_encoding_says_how_to_save_it(folder, encoding):
    (folder / "mine.csv").write_text("file,lvm_g,patient\necg/one.xml,131,Müller\n", encoding=encoding)
    with pytest.raises(CohortError, match=r"mine.csv is not in UTF-8. Save it as CSV UTF-8\."):
        read_table(folder / "mine.csv")


def test_a_trailing_separator_shifts_nothing(folder):
    for heading in ("file,lvm_g,sex", "file,lvm_g,sex,,"):
        rows, bad = read_table(write(folder, "ecg/one.xml,131,m,", "ecg/two.xml,88,f,", heading=heading))
        assert bad == []
        assert [(row.file.name, row.lvm_g, row.typed.sex) for row in rows] == [
            ("one.xml", 131, "male"),
            ("two.xml", 88, "female"),
        ]


def test_a_row_of_more_cells_is_bad_and_one_of_fewer_is_filled(folder):
    rows, bad = read_table(write(folder, "ecg/one.xml,131,5,m,61", "ecg/two.xml,88", heading="file,lvm_g,sex,age"))
    assert bad == ["row 2: it has more cells than the heading"]
    assert [(row.number, row.typed.sex, row.typed.age_years) for row in rows] == [(3, None, None)]


def test_words_for_nothing_are_empty_cells(folder):
    rows, bad = read_table(
        write(folder, "ecg/one.xml,131,Unknown,NA,n/a,NaN,-,UNKNOWN", "ecg/two.xml,N/A,f,na,nan,,,unknown")
    )
    assert bad == ["row 3 (two.xml): lvm_g is empty"]
    assert set(vars(rows[0].typed).values()) == {None}
    assert rows[0].patient == "row 2"


@pytest.mark.parametrize(("stated", "meant"), [("190", -170), ("360", 0), ("180", 180), ("-180", -180), ("-30", -30)])
def test_an_axis_up_to_360_degrees_is_wrapped(folder, stated, meant):
    (row,), bad = read_table(write(folder, f"ecg/one.xml,131,{stated},{stated}", heading="file,lvm_g,p_axis,t_axis"))
    assert bad == []
    assert (row.typed.p_axis_deg, row.typed.qrs_axis_deg, row.typed.t_axis_deg) == (meant, None, meant)


def test_an_axis_that_is_none_is_bad(folder):
    (line,) = bad_rows(folder, "ecg/one.xml,131,999", heading="file,lvm_g,qrs_axis")
    assert line.endswith("qrs_axis is no number from -180 to 360")


def test_empty_rows_are_left_out_and_counted(folder):
    rows, bad = read_table(
        write(folder, "ecg/one.xml,131", "", ",,,", "ecg/two.xml,88", " , ,", "gone.xml,90", ",,,,,,,")
    )
    assert [row.number for row in rows] == [2, 5]
    assert bad == ["row 7 (gone.xml): there is no such file"]


def test_one_file_by_two_paths_is_named(folder):
    lines = bad_rows(folder, "ecg/one.xml,131", "./ecg/one.xml,132", f"{folder}/ecg/../ecg/one.xml,133")
    assert lines == [f"row {n} (one.xml): the same file as row 2" for n in (3, 4)]


def test_a_copy_under_another_name_is_named(folder):
    shutil.copy(folder / "ecg" / "one.xml", folder / "copy.xml")
    lines = bad_rows(folder, "copy.xml,9000", "ecg/one.xml,131", "ecg/two.xml,88")
    assert lines == ["row 2 (copy.xml): lvm_g is no number from 20 to 800"]  # a row that is bad anyhow repeats nothing
    lines = bad_rows(folder, "ecg/one.xml,131", "ecg/two.xml,88", "copy.xml,131")
    assert lines == ["row 4 (copy.xml): the same ECG as row 2, under another name"]


def test_wfdb_headers_are_compared_by_their_signals(tmp_path):
    for place, signal in (("a", b"1"), ("b", b"2"), ("c", b"1")):
        (tmp_path / place).mkdir()
        (tmp_path / place / "r.hea").write_text("the same header", encoding="utf-8")
        (tmp_path / place / "r.dat").write_bytes(signal)
    lines = bad_rows(tmp_path, "a/r.hea,131", "b/r.hea,132", "c/r.hea,133")
    assert lines == ["row 4 (r.hea): the same ECG as row 2, under another name"]


def test_one_patient_of_two_sexes_is_named(folder):
    for name in ("three", "four"):
        (folder / f"{name}.xml").write_text(name, encoding="utf-8")
    lines = bad_rows(
        folder,
        "three.xml,90,,anna",
        "ecg/one.xml,131,f,anna",
        "ecg/two.xml,88,male,anna",
        "four.xml,99,m,",
        heading="file,lvm_g,sex,patient",
    )
    assert lines == ["row 4 (two.xml): the patient of row 3 has another sex there"]


def test_a_name_too_long_for_a_file_is_no_file(folder):
    (line,) = bad_rows(folder, f"{'x' * 300},131")
    assert line.endswith(": there is no such file")


def test_a_file_without_permission_is_named(folder, monkeypatch):
    def refuse(*_, **__):
        raise PermissionError

    table = write(folder, "ecg/one.xml,131")
    monkeypatch.setattr("hashlib.file_digest", refuse)
    assert read_table(table)[1] == ["row 2 (one.xml): the file cannot be opened"]
    monkeypatch.setattr(Path, "is_file", refuse)
    assert read_table(table)[1] == ["row 2 (one.xml): there is no such file"]


def test_masses_that_are_all_the_same_are_refused(folder):
    table = write(folder, "ecg/one.xml,131", "ecg/two.xml,131.0", "gone.xml,90")
    with pytest.raises(CohortError, match="every lvm_g is the same in its 2 usable rows") as refused:
        read_table(table)
    assert "1 more cannot be used:\n  row 4 (gone.xml): there is no such file" in str(refused.value)
