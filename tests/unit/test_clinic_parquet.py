"""Parquet files of the declared tables."""

from itertools import pairwise

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest

from abscopal.clinic import parquet, tables
from abscopal.clinic.parquet import join_parquet, read_parquet, table_file, to_arrow, write_parquet
from abscopal.clinic.tables import SCHEMAS, SchemaError, conform

VALUES = {"string": ["b", "a", "a"], "float": [1.5, np.nan, -2.0], "integer": [3, 2, 2], "flag": [True, False, True]}


def frame_of(name):
    return pd.DataFrame({column.name: VALUES[column.kind] for column in SCHEMAS[name].columns})


@pytest.mark.parametrize("name", SCHEMAS)
def test_table_comes_back_from_parquet_as_it_was(name, tmp_path):
    table = conform(name, frame_of(name))
    write_parquet(table, tmp_path / "table.parquet", name)
    pd.testing.assert_frame_equal(read_parquet(tmp_path / "table.parquet", name), table)


@pytest.mark.parametrize("name", SCHEMAS)
def test_identical_tables_give_identical_files_whatever_the_order_of_columns(name, tmp_path):
    frame = frame_of(name)
    write_parquet(frame, tmp_path / "a.parquet", name)
    write_parquet(frame[frame.columns[::-1]], tmp_path / "b.parquet", name)
    assert (tmp_path / "a.parquet").read_bytes() == (tmp_path / "b.parquet").read_bytes()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.parquet", "b.parquet"]


@pytest.mark.parametrize("name", SCHEMAS)
def test_table_without_rows_conforms_and_comes_back(name, tmp_path):
    write_parquet(tables.empty(name), tmp_path / "none.parquet", name)
    back = read_parquet(tmp_path / "none.parquet", name)
    assert back.empty
    assert list(back.dtypes) == list(conform(name, frame_of(name)).dtypes)


def test_file_carries_units_and_labels_and_no_time_of_writing(tmp_path):
    write_parquet(frame_of("ADTR"), tmp_path / "adtr.parquet", "ADTR")
    schema = pq.read_schema(tmp_path / "adtr.parquet")
    assert schema.field("AVAL").metadata == {b"unit": b"mm", b"label": b"Diameter or sum of diameters"}
    assert schema.metadata == {b"table": b"ADTR", b"label": SCHEMAS["ADTR"].label.encode()}


def long_table(name, subjects, endpoints=("OS", "PFS", "TTR")):
    """A declared table of several rows per subject, with words and numbers that differ."""
    random, rows = np.random.default_rng(3), subjects * len(endpoints)
    number = np.repeat(np.arange(subjects), len(endpoints))
    made = {"string": np.array(["x", "yy", "z"])[random.integers(0, 3, rows)], "float": random.normal(size=rows)}
    made |= {"integer": random.integers(0, 9, rows), "flag": random.random(rows) < 0.5}
    frame = pd.DataFrame({column.name: made[column.kind] for column in SCHEMAS[name].columns})
    frame["USUBJID"] = [f"SUBJ-{i:04d}" for i in number]
    frame["PARAMCD"] = np.tile(endpoints, subjects)
    return conform(name, frame)


@pytest.mark.parametrize("name", ["ADTR", "ADTTE"])
@pytest.mark.parametrize("cuts", [(100,), (1, 2, 3), (37, 40, 111), ()])
def test_joined_parts_are_byte_for_byte_the_file_of_the_whole_table(name, cuts, tmp_path, monkeypatch):
    monkeypatch.setattr(parquet, "ROWS", 64)
    whole = long_table(name, 120)
    write_parquet(whole, tmp_path / "whole.parquet", name)
    parts, bounds = [], [0, *cuts, 120]
    for first, last in pairwise(bounds):
        mine = whole["USUBJID"].between(f"SUBJ-{first:04d}", f"SUBJ-{last - 1:04d}")
        parts.append(tmp_path / f"part-{first}.parquet")
        write_parquet(whole[mine], parts[-1], name)
    join_parquet(parts, tmp_path / "joined.parquet", name)
    assert (tmp_path / "joined.parquet").read_bytes() == (tmp_path / "whole.parquet").read_bytes()
    assert pq.ParquetFile(tmp_path / "joined.parquet").num_row_groups == -(-360 // 64)
    pd.testing.assert_frame_equal(read_parquet(tmp_path / "joined.parquet", name), whole)


def test_parts_in_the_wrong_order_do_not_give_the_whole_table(tmp_path):
    whole = long_table("ADTR", 20)
    write_parquet(whole, tmp_path / "whole.parquet", "ADTR")
    write_parquet(whole[:30], tmp_path / "a.parquet", "ADTR")
    write_parquet(whole[30:], tmp_path / "b.parquet", "ADTR")
    join_parquet([tmp_path / "b.parquet", tmp_path / "a.parquet"], tmp_path / "joined.parquet", "ADTR")
    assert (tmp_path / "joined.parquet").read_bytes() != (tmp_path / "whole.parquet").read_bytes()


def test_a_file_that_was_not_finished_is_not_there(tmp_path):
    def half():
        with table_file(tmp_path / "t.parquet", "ADTTE") as add:
            add(to_arrow("ADTTE", long_table("ADTTE", 3)))
            raise RuntimeError("killed")

    with pytest.raises(RuntimeError, match="killed"):
        half()
    assert list(tmp_path.iterdir()) == []


def test_only_the_columns_asked_for_are_read_and_words_can_be_categories(tmp_path):
    table = long_table("ADTTE", 9)
    write_parquet(table, tmp_path / "t.parquet", "ADTTE")
    some = read_parquet(tmp_path / "t.parquet", "ADTTE", ["AVAL", "ARM"], categories=True)
    assert list(some.columns) == ["ARM", "AVAL"]
    assert isinstance(some["ARM"].dtype, pd.CategoricalDtype)
    assert list(some["ARM"]) == list(table["ARM"])


def test_a_folder_named_like_a_partition_adds_no_column(tmp_path):
    (tmp_path / "seed=1").mkdir()
    write_parquet(frame_of("ADTTE"), tmp_path / "seed=1" / "t.parquet", "ADTTE")
    assert list(read_parquet(tmp_path / "seed=1" / "t.parquet", "ADTTE").columns) == SCHEMAS["ADTTE"].names


def test_a_file_of_another_table_is_refused(tmp_path):
    write_parquet(frame_of("ADTTE"), tmp_path / "t.parquet", "ADTTE")
    with pytest.raises(SchemaError, match="column ADY is missing"):
        read_parquet(tmp_path / "t.parquet", "ADEX")
