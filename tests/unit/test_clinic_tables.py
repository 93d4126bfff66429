import numpy as np
import pandas as pd
import pytest

from abscopal.clinic.tables import SCHEMAS, SchemaError, conform, table_hash

VALUES = {"string": ["b", "a", "a"], "float": [1.5, np.nan, -2.0], "integer": [3, 2, 2], "flag": [True, False, True]}


def frame_of(name):
    return pd.DataFrame({column.name: VALUES[column.kind] for column in SCHEMAS[name].columns})


def test_rows_are_ordered_by_subject_day_and_lesion():
    frame = frame_of("ADTR").assign(USUBJID=["S2", "S1", "S1"], ADY=[0, 56, 0])
    table = conform("ADTR", frame)
    assert list(zip(table["USUBJID"], table["ADY"], strict=True)) == [("S1", 0), ("S1", 56), ("S2", 0)]


def test_hash_does_not_depend_on_order_but_on_every_value():
    frame = frame_of("ADTTE").assign(USUBJID=["S1", "S2", "S3"])
    assert table_hash(frame, "ADTTE") == table_hash(frame.iloc[::-1, ::-1], "ADTTE")
    for column in frame.columns:
        changed = frame.copy()
        changed[column] = np.roll(frame[column].to_numpy(), 1)
        assert table_hash(changed, "ADTTE") != table_hash(frame, "ADTTE"), column


def test_everything_wrong_with_a_table_is_named_at_once():
    frame = frame_of("ADTTE").drop(columns="AVAL").assign(CNSR=[0, 1, 0.5], EXTRA=1, EVNTDESC=["a", None, "b"])
    with pytest.raises(SchemaError) as refused:
        conform("ADTTE", frame)
    message = str(refused.value)
    assert "column AVAL is missing" in message
    assert "column EXTRA is not declared" in message
    assert "column CNSR (integer): a value that is not a whole number" in message
    assert "column EVNTDESC (string): a missing string" in message


@pytest.mark.parametrize(
    ("column", "values", "complaint"),
    [
        ("ADY", [0, np.nan, 1], "a missing value in a column of integers"),
        ("NODE", [True, False, 3], "neither true nor false"),
        ("AVAL", ["a", 1, 2], "AVAL"),
    ],
)
def test_value_of_the_wrong_kind_is_refused(column, values, complaint):
    with pytest.raises(SchemaError, match=complaint):
        conform("ADTR", frame_of("ADTR").assign(**{column: values}))


def test_unknown_table_is_refused_with_the_declared_ones():
    with pytest.raises(SchemaError, match="declared are ADSL, ADTR"):
        conform("ADXX", pd.DataFrame())


@pytest.mark.parametrize("schema", SCHEMAS.values(), ids=lambda schema: schema.name)
def test_every_column_has_a_label_and_every_row_order_is_declared(schema):
    assert all(column.label for column in schema.columns)
    assert schema.order
    assert set(schema.order) <= set(schema.names)
