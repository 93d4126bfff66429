"""Declared tables as Parquet files: whole or not at all, and the same bytes for the same table, whatever it came from.

A file is cut into row groups of a fixed number of rows, so a table of any length is written, joined and read in bounded
memory, and its bytes do not depend on the parts it came in.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from abscopal.clinic.tables import conform, schema_named

if TYPE_CHECKING:
    import pandas as pd

ROWS = 131_072  # of a row group
_ARROW = {"string": pa.string(), "float": pa.float64(), "integer": pa.int64(), "flag": pa.bool_()}


def arrow_schema(name: str) -> pa.Schema:
    """Return the Arrow schema of a table, with unit and label as metadata of each column."""
    schema = schema_named(name)
    fields = [
        pa.field(c.name, _ARROW[c.kind], nullable=c.kind == "float", metadata={"unit": c.unit, "label": c.label})
        for c in schema.columns
    ]
    return pa.schema(fields, metadata={"table": schema.name, "label": schema.label})


def to_arrow(name: str, frame: pd.DataFrame) -> pa.Table:
    """Return a frame as the declared table: columns checked, ordered and cast, rows in the declared order."""
    table, schema = conform(name, frame), arrow_schema(name)
    return pa.Table.from_arrays([_array(table[f.name], f.type) for f in schema], schema=schema)


def _array(values: pd.Series, kind: pa.DataType) -> pa.Array:
    if kind != pa.string():
        return pa.array(values.to_numpy(), type=kind)
    found = pa.array(values.array)  # strings or categories as they are; numpy would make each a Python object
    return (found.combine_chunks() if isinstance(found, pa.ChunkedArray) else found).cast(kind)


class _Groups:
    """Cuts what comes in parts into row groups of `ROWS` rows."""

    def __init__(self, writer: pq.ParquetWriter, schema: pa.Schema) -> None:
        self.writer, self.schema = writer, schema
        self.parts: list[pa.Table] = []
        self.held, self.written = 0, False

    def add(self, table: pa.Table) -> None:
        """Take rows, and write what fills a row group."""
        self.parts.append(table)
        self.held += table.num_rows
        if self.held < ROWS:
            return
        rows = pa.concat_tables(self.parts)
        whole = self.held - self.held % ROWS
        for begin in range(0, whole, ROWS):
            self._write(rows.slice(begin, ROWS))
        self.parts, self.held = [rows.slice(whole)], self.held - whole

    def finish(self) -> None:
        """Write what is left; a table without rows has one group without rows."""
        if self.held or not self.written:
            self._write(pa.concat_tables([self.schema.empty_table(), *self.parts]))

    def _write(self, rows: pa.Table) -> None:
        self.writer.write_table(rows.combine_chunks(), row_group_size=ROWS)
        self.written = True


@contextmanager
def table_file(path: str | os.PathLike[str], name: str) -> Iterator[Callable[[pa.Table], None]]:
    """Give a function that takes the rows of a table in order, in parts of any size.

    The file appears whole or not at all: it is written beside its place (zstd), brought to the disk, then renamed.
    """
    path = Path(path)
    partial = path.with_name(path.name + ".partial")
    try:
        schema = arrow_schema(name)
        repeated = [f.name for f in schema if f.type != pa.float64()]  # a dictionary of measurements only costs
        with pq.ParquetWriter(partial, schema, compression="zstd", use_dictionary=repeated) as writer:
            groups = _Groups(writer, schema)
            yield groups.add
            groups.finish()
        with partial.open("rb+") as stream:
            os.fsync(stream.fileno())
        partial.replace(path)
    except BaseException:
        partial.unlink(missing_ok=True)
        raise


def write_parquet(frame: pd.DataFrame, path: str | os.PathLike[str], name: str) -> None:
    """Write a table with units and labels; identical tables give identical bytes."""
    with table_file(path, name) as add:
        add(to_arrow(name, frame))


def join_parquet(parts: Sequence[str | os.PathLike[str]], path: str | os.PathLike[str], name: str) -> None:
    """Join files of one table, whose subjects follow each other, into the file that the whole table would give.

    One part is in memory at a time. A table ordered by something before the subject is read once per value of that.
    """
    first = schema_named(name).order[0]
    with table_file(path, name) as add:
        for value in [None] if first == "USUBJID" else _values(parts, first):
            for part in parts:
                rows = _rows(part, name)
                add(rows if value is None else rows.filter(pc.equal(rows[first], value)))


def _rows(part: str | os.PathLike[str], name: str) -> pa.Table:
    """Return a file as the declared table; read as codes and then spelled, words take a third of the time."""
    schema = arrow_schema(name)
    words = [f.name for f in schema if f.type == pa.string()]
    return pq.ParquetFile(part, read_dictionary=words).read().cast(schema)


def _values(parts: Sequence[str | os.PathLike[str]], column: str) -> list[str]:
    """All values of a column, in order."""
    found = (pc.unique(pq.ParquetFile(part).read([column])[column]).to_pylist() for part in parts)
    return sorted({value for values in found for value in values})


def read_parquet(
    path: str | os.PathLike[str],
    name: str,
    columns: Sequence[str] | None = None,
    *,
    categories: bool = False,
    keep: Callable[[pa.Table], pa.Array] | None = None,
) -> pd.DataFrame:
    """Read a table written here.

    Parameters
    ----------
    path, name
        The file and which table it holds.
    columns
        Read only these, in the order of the file; all, checked against the schema, if left out.
    categories
        Give words as categories, which take a twentieth of the memory.
    keep
        Which rows of a part of the table, with these columns, to keep (bool); the others are never held together.
    """
    if columns is None and not categories:
        return conform(name, pq.ParquetFile(path).read().to_pandas())
    wanted = [f for f in arrow_schema(name) if columns is None or f.name in columns]
    words = [f.name for f in wanted if f.type == pa.string()] if categories else []
    file, names = pq.ParquetFile(path, read_dictionary=words), [f.name for f in wanted]
    if keep is None:
        whole = file.read(names)
    else:
        groups = (file.read_row_group(number, columns=names) for number in range(file.num_row_groups))
        whole = pa.concat_tables([group.filter(keep(group)) for group in groups])
    frame: pd.DataFrame = whole.unify_dictionaries().to_pandas()
    return frame
