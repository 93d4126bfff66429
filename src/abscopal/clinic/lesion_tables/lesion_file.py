"""Read a lesion table from a file: CSV, Parquet, or the tumour domains TU and TR of SDTM."""

from __future__ import annotations

import csv
import gzip
import io
import os
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path

import numpy as np
import pandas as pd

from abscopal.clinic.imaging import Imaging
from abscopal.clinic.lesion_tables.lesion_place import Place, remark
from abscopal.clinic.lesion_tables.lesion_table import MEASURES, checked
from abscopal.clinic.lesions import MOST_PER_ORGAN, MOST_TARGETS
from abscopal.errors import InputError, Problem, shown

PathLike = str | os.PathLike[str]
SUFFIXES = (".csv", ".csv.gz", ".tsv", ".txt", ".parquet", ".xpt")
_SEPARATORS = (",", ";", "\t", "|")
_CLOSE_DAYS = 7  # scans this near each other of different lesions are most likely one visit
_LISTED = 10
_IBM_SPECK = 1e-70
Lines = np.ndarray


def read_lesions(path: PathLike | Sequence[PathLike], *, evaluator: str = "") -> pd.DataFrame:
    """Read a lesion table from a file and check it.

    Parameters
    ----------
    path : str or path, or two of them
        A `.csv` or `.parquet` file with the columns of `lesion_table.COLUMNS`; or the SDTM domains TU and TR, as two
        files (CSV, Parquet or SAS transport, `.xpt`) or the folder that holds them.
    evaluator : str
        Whose readings to take where SDTM has those of several (TREVAL or TREVALID).

    Returns
    -------
    pandas.DataFrame
        The columns of `lesion_table.COLUMNS`, cast, and those of `lesion_table.OPTIONAL` that are there.

    Raises
    ------
    InputError
        With every problem at once: file, row, column, what was expected and what was there.

    Warns
    -----
    LesionWarning
        Of what was put right: dates, centimetres, repeated rows, lesions that split or merged.
    """
    paths = [Path(path)] if isinstance(path, str | os.PathLike) else [Path(one) for one in path]
    if len(paths) == 1 and paths[0].is_dir():
        paths = _domains_in(paths[0])
    raw = [(str(file), *read_table(file)) for file in paths]
    if any(_is_tumour_domain(table) for _, table, _ in raw) or len(raw) > 1:
        from abscopal.clinic.lesion_tables.sdtm import lesions_of_domains

        table, place = lesions_of_domains(raw, evaluator)
    else:
        file, table, lines = raw[0]
        table, place = table, Place(file, table, lines)
        if evaluator:
            raise InputError([Problem("--evaluator", "none, since the table is not of SDTM", shown(evaluator))])
    lesions = checked(table, place.file, place)
    _remarks(lesions, place.file)
    return lesions


def _is_tumour_domain(table: pd.DataFrame) -> bool:
    return bool({"TRTESTCD", "TUTESTCD"} & {str(name).strip().upper() for name in table.columns})


def _domains_in(folder: Path) -> list[Path]:
    """Return the files of TU and TR in a folder."""
    files = [file for file in sorted(folder.iterdir()) if file.name.lower().endswith(SUFFIXES)]
    found = [[file for file in files if file.name.lower().partition(".")[0] == domain] for domain in ("tu", "tr")]
    if any(len(one) != 1 for one in found):
        got = ", ".join(file.name for one in found for file in one) or "neither"
        raise InputError([Problem(expected="one file tu and one file tr in the folder", got=got, file=str(folder))])
    return [one[0] for one in found]


def read_table(file: Path) -> tuple[pd.DataFrame, Lines | None]:
    """Return a table as it is in a file, as text where the file has no types, and the line of each row.

    The lines are None where the header is line 1 and the rows follow without a gap.
    """
    name = file.name.lower()
    if not file.is_file():
        raise InputError([Problem(expected="a CSV or Parquet file", got="no file", file=str(file))])
    if name.endswith((".xls", ".xlsx", ".xlsm", ".ods", ".sas7bdat")):
        expected = "a CSV or Parquet table (save the sheet as CSV UTF-8, a SAS data set as .xpt)"
        raise InputError([Problem(expected=expected, got=f"a {file.suffix} file", file=str(file))])
    try:
        if name.endswith(".parquet"):
            return pd.read_parquet(file), None
        if name.endswith(".xpt"):
            return _read_transport(file), None
        return _read_text(_decoded(file), str(file))
    except InputError:
        raise
    except (ValueError, OSError, EOFError) as error:
        kind = "a SAS transport file" if name.endswith(".xpt") else "a CSV or Parquet table"
        raise InputError([Problem(expected=kind, got=shown(str(error)).strip("'"), file=str(file))]) from error


def _read_transport(file: Path) -> pd.DataFrame:
    if file.stat().st_size == 0:
        raise ValueError("an empty file")
    try:
        table = pd.read_sas(file, format="xport", encoding="utf-8")
    except UnicodeDecodeError:
        table = pd.read_sas(file, format="xport", encoding="cp1252")
    numbers = table.select_dtypes("float")
    return table.assign(**numbers.mask(numbers.abs() < _IBM_SPECK, 0.0))  # which is how pandas reads the zero of IBM


def _decoded(file: Path) -> str:
    """Return the text of a file, with or without a byte order mark, packed by gzip or not."""
    data = file.read_bytes()
    data = gzip.decompress(data) if data[:2] == b"\x1f\x8b" else data
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return data.decode("utf-16")
    if b"\0" in data:
        kind = "a Parquet file under another name" if data[:4] == b"PAR1" else "bytes that are no text"
        kind = "a packed file or a workbook" if data[:2] == b"PK" else kind
        raise ValueError(kind)
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        got = f"the byte 0x{data[error.start]:02x}"
        raise InputError([Problem("", "text in UTF-8 (save as CSV UTF-8)", got, "", str(file), line, 1)]) from error


def _read_text(text: str, file: str) -> tuple[pd.DataFrame, Lines]:
    """Return the table of a CSV text and the line of each row; every row must have the fields of the header."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    head = next((line for line in text.split("\n") if line.strip()), "")
    if not head:
        raise ValueError("an empty file")
    separator = max(_SEPARATORS, key=head.count)
    table, lines = (_quoted if '"' in text else _plain)(text, separator, file)
    return (_decimal_points(table) if separator in (";", "\t") else table), lines


def _plain(text: str, separator: str, file: str) -> tuple[pd.DataFrame, Lines]:
    """Read a text without quotes; lines without anything in them are passed over."""
    blank = separator + " \t"
    kept = [(number, line) for number, line in enumerate(text.split("\n"), 1) if line.strip(blank)]
    lines = np.array([number for number, _ in kept])
    head = [name.strip() for name in kept[0][1].split(separator)]
    fields = np.array([line.count(separator) + 1 for _, line in kept])
    _require_width(fields, lines, len(head), file)
    if len(kept) == 1:
        return pd.DataFrame(columns=head), lines[1:]
    table = pd.read_csv(
        io.StringIO("\n".join(line for _, line in kept[1:])), sep=separator, header=None, dtype=str,
        keep_default_na=False, na_filter=False, quoting=csv.QUOTE_NONE, skip_blank_lines=False, index_col=False,
    )  # fmt: skip
    return table.set_axis(head, axis=1), lines[1:]


def _quoted(text: str, separator: str, file: str) -> tuple[pd.DataFrame, Lines]:
    """Read a text with quotes, in which a field may hold separators and line breaks."""
    reader = csv.reader(io.StringIO(text), delimiter=separator, skipinitialspace=True, strict=True)
    rows, lines, begins = [], [], 1
    try:
        for row in reader:
            if any(field.strip() for field in row):
                rows.append(row)
                lines.append(begins)
            begins = reader.line_num + 1
    except csv.Error as error:
        raise InputError([Problem("", "quotes in pairs", shown(str(error)), "", file, begins, 1)]) from error
    _require_width(np.array([len(row) for row in rows]), np.array(lines), len(rows[0]), file)
    return pd.DataFrame(rows[1:], columns=[name.strip() for name in rows[0]], dtype=str), np.array(lines[1:])


def _require_width(fields: Lines, lines: Lines, width: int, file: str) -> None:
    """Refuse rows that have more or fewer fields than the header: the file was cut off, or a cell holds a separator."""
    wrong = np.flatnonzero(fields != width)
    expected = f"{width} fields, as in the header"
    problems = [
        Problem("", expected, f"{fields[row]}", "", file, int(lines[row]), min(int(fields[row]), width))
        for row in wrong[:_LISTED]
    ]
    if len(wrong) > _LISTED:
        problems.append(Problem("", expected, f"other numbers in {len(wrong) - _LISTED} more lines", file=file))
    if problems:
        raise InputError(problems)


def _decimal_points(table: pd.DataFrame) -> pd.DataFrame:
    """Return the table with decimal commas as points, in columns of numbers, where commas do not separate fields."""
    measured = [str(name) for name in table if str(name).upper() in ("DIAMETER_MM", "DIAMETER_CM", *MEASURES)]
    comma = r"^(\s*[0-9]+),([0-9]+\s*)$"
    points = {name: table[name].str.replace(comma, r"\1.\2", regex=True) for name in measured}
    return table.assign(**points)


def _remarks(lesions: pd.DataFrame, file: str) -> None:
    """Say what is odd about a table that can be read as it is."""
    first = lesions["ADY"].groupby(lesions["USUBJID"]).transform("min")
    targets = lesions[(lesions["ADY"] == first) & (lesions["ROLE"] == "target")]
    least = Imaging().measurable_mm
    if len(targets) and (targets["DIAMETER_MM"] < least).all():
        remark(
            f"{file}: no target reaches {least:g} mm at baseline, the least RECIST 1.1 measures: are these centimetres?"
        )
    many = targets.groupby("USUBJID").size() > MOST_TARGETS
    crowded = targets.groupby(["USUBJID", "ORGAN"]).size().groupby("USUBJID").max() > MOST_PER_ORGAN
    who = sorted({*many.index[many], *crowded.index[crowded]})
    if who:
        limits = f"more than {MOST_TARGETS} targets, or {MOST_PER_ORGAN} in an organ"
        remark(f"{file}: {_named(who)}: {limits}; all of them are counted")
    if apart := _split_visits(lesions):
        remark(f"{file}: {_named(apart)}: different lesions were scanned within {_CLOSE_DAYS} days, and each day is "
               "assessed by itself; a column VISIT joins them")  # fmt: skip


def _split_visits(lesions: pd.DataFrame) -> list[str]:
    """Return subjects in whom scans a few days apart share no lesion."""
    days = lesions[["USUBJID", "ADY"]].drop_duplicates().sort_values(["USUBJID", "ADY"])
    gap = days["ADY"].diff().where(days["USUBJID"] == days["USUBJID"].shift())
    close = days[gap <= _CLOSE_DAYS]["USUBJID"].unique()
    found = []
    for name, history in lesions[lesions["USUBJID"].isin(close)].groupby("USUBJID"):
        scans = [(int(str(day)), set(scan["LESION"])) for day, scan in history.groupby("ADY")]
        near = pairwise(scans)
        if any(later - day <= _CLOSE_DAYS and not here & there for (day, here), (later, there) in near):
            found.append(str(name))
    return found


def _named(subjects: list[str]) -> str:
    listed = ", ".join(subjects[:5])
    return listed if len(subjects) <= 5 else f"{listed} and {len(subjects) - 5} more"
