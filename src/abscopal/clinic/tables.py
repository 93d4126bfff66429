"""The declared tables of a trial: ADSL, ADTR, ADRS, ADTTE, ADEX (names after CDISC ADaM).

A table is a pandas frame that conforms to its schema: the declared columns, in order, with the declared types, rows
in the declared order. `clinic/parquet.py` writes and reads them.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from math import prod
from typing import Literal

import numpy as np
import pandas as pd

Kind = Literal["string", "float", "integer", "flag"]

_NUMPY = {"float": np.float64, "integer": np.int64, "flag": np.bool_}


class SchemaError(ValueError):
    """A frame does not conform to the declared table; the message names every column at fault."""


@dataclass(frozen=True)
class Column:
    """One declared column: name, kind of value, unit (empty: none) and label.

    Only `float` may be missing (NaN); a missing string is the empty string.
    """

    name: str
    kind: Kind
    unit: str = ""
    label: str = ""


@dataclass(frozen=True)
class Schema:
    """A declared table: its columns in order and the columns that order its rows."""

    name: str
    label: str
    columns: tuple[Column, ...]
    order: tuple[str, ...] = field(default=())

    @property
    def names(self) -> list[str]:
        """Column names in order."""
        return [column.name for column in self.columns]


_SUBJECT = (
    Column("STUDYID", "string", "", "Study"),
    Column("USUBJID", "string", "", "Subject"),
    Column("ARM", "string", "", "Arm"),
)
_DAY = Column("ADY", "integer", "day", "Study day; day 0 is randomisation, first dose and baseline scan")
_SCAN = Column("AVISITN", "integer", "", "Scan number; 0 is baseline")

ADSL = Schema(
    "ADSL",
    "Subject level, one row per subject",
    (
        *_SUBJECT,
        Column("AGE", "float", "year", "Age"),
        Column("SEX", "string", "", "Sex (M, F)"),
        Column("WEIGHT", "float", "kg", "Body weight"),
        Column("ECOG", "integer", "", "ECOG performance status"),
        Column("LDH", "float", "x ULN", "Lactate dehydrogenase"),
        Column("PDL1", "float", "1", "Share of PD-L1 positive tumour cells"),
        Column("CPS", "float", "1", "Combined positive score of PD-L1, 0 to 100"),
        Column("TMB", "float", "mut/Mb", "Tumour mutational burden"),
        Column("MSIFL", "string", "", "High microsatellite instability (Y, N)"),
        Column("TIL", "float", "1/mm2", "CD8 T cells per area of tumour"),
        Column("NLR", "float", "1", "Neutrophils over lymphocytes in blood"),
        Column("CRP", "float", "mg/L", "C-reactive protein"),
        Column("ALB", "float", "g/dL", "Albumin"),
        Column("CTDNA", "float", "1/mL", "Tumour genomes in plasma"),
        Column("MARKER", "float", "", "Serum marker of the cancer, in its usual unit; missing if it has none"),
        Column("GFR", "float", "mL/min", "Creatinine clearance"),
        Column("TRAITS", "string", "", "Drivers and subtypes of the tumour, separated by spaces"),
        Column("HISTORY", "string", "", "Earlier treatment and illness that bear on immunity, separated by spaces"),
        Column("STRATUM", "string", "", "Stratum of the randomisation; empty where it was not stratified"),
        Column("NLESION", "integer", "", "Lesions seen at baseline"),
        Column("NSITE", "integer", "", "Organs with a lesion seen at baseline"),
        Column("SUMDIAM", "float", "mm", "Sum of target diameters at baseline"),
        Column("LIVERFL", "string", "", "Liver lesion at baseline (Y, N)"),
        Column("BRAINFL", "string", "", "Brain lesion at baseline (Y, N)"),
        Column("BONEFL", "string", "", "Bone lesion at baseline (Y, N)"),
        Column("LUNGFL", "string", "", "Lung lesion at baseline (Y, N)"),
        Column("ACCESS", "string", "", "Access to treatment: ON TIME, LATE or NONE; see `access` of the protocol"),
        Column("ENTRYDY", "integer", "day", "Calendar day of day 0, counted from the first enrolment of the trial"),
        Column("TRTEDY", "float", "day", "Day of the last dose of protocol treatment"),
        Column("HPDFL", "string", "", "Hyperprogression by Matos 2020 (Y, N); empty where it cannot be evaluated"),
        Column("DTHDY", "float", "day", "Day of death; missing if alive at cut-off"),
        Column("DTHCAUS", "string", "", "Cause of death"),
        Column("EOSDY", "float", "day", "Last day known"),
        Column(
            "EOSSTT", "string", "", "End of study status (DEATH, ONGOING, LOST TO FOLLOW-UP, WITHDRAWAL BY SUBJECT)"
        ),
        Column("DCTREAS", "string", "", "Why protocol treatment stopped"),
        Column("CLASS", "string", "", "Class in which the virtual patient ended"),
        Column("NXTRT", "string", "", "Subsequent regimen"),
        Column("NXTDY", "float", "day", "First day of the subsequent regimen"),
    ),
    ("USUBJID",),
)

ADTR = Schema(
    "ADTR",
    "Tumour measurements, one row per lesion and scan, and the sum of targets",
    (
        *_SUBJECT,
        _DAY,
        _SCAN,
        Column("PARAMCD", "string", "", "LDIAM (a lesion) or SUMDIAM (sum of targets)"),
        Column("LESION", "string", "", "Lesion; empty for SUMDIAM"),
        Column("ORGAN", "string", "", "Organ"),
        Column("ROLE", "string", "", "target, non-target or new"),
        Column("NODE", "flag", "", "Lymph node, measured by its short axis"),
        Column("STATE", "string", "", "present, absent, too small, not evaluable"),
        Column("AVAL", "float", "mm", "Diameter or sum of diameters"),
        Column("AVALU", "string", "", "Unit of AVAL; mm2 of a sum of products of diameters (irRC, Lugano)"),
        Column("PERP_MM", "float", "mm", "Diameter at right angles, where some criteria of the trial ask for it"),
        Column("TREVAL", "string", "", "Who read the scan: INVESTIGATOR or INDEPENDENT ASSESSOR"),
        Column("ANL01FL", "string", "", "Y: read by the investigator"),
    ),
    ("USUBJID", "ADY", "AVISITN", "PARAMCD", "LESION", "TREVAL"),
)

ADRS = Schema(
    "ADRS",
    "Response, one row per scan (OVR) and best response per subject (BOR, CBOR)",
    (
        *_SUBJECT,
        _DAY,
        _SCAN,
        Column("PARAMCD", "string", "", "OVR, BOR (best overall) or CBOR (confirmed best overall)"),
        Column("AVALC", "string", "", "Response"),
        Column("SUM_MM", "float", "mm", "Sum of target diameters"),
        Column("NADIR_MM", "float", "mm", "Smallest earlier sum, baseline included"),
        Column("CHANGE_BASELINE", "float", "%", "Change of the sum from baseline"),
        Column("CHANGE_NADIR", "float", "%", "Change of the sum from the nadir"),
        Column("TARGET", "string", "", "Target response"),
        Column("NONTARGET", "string", "", "Non-target response"),
        Column("NEW", "string", "", "New lesion (Y, N)"),
        Column("RULE", "string", "", "The rule that gave the response"),
        Column("PARCAT1", "string", "", "Response criteria"),
        Column("RSEVAL", "string", "", "Who assessed: INVESTIGATOR or INDEPENDENT ASSESSOR"),
        Column("ANL01FL", "string", "", "Y: by the protocol's criteria, by the investigator"),
    ),
    ("USUBJID", "PARAMCD", "ADY", "AVISITN", "RSEVAL", "PARCAT1"),
)

ADTTE = Schema(
    "ADTTE",
    "Time to event, one row per subject and endpoint",
    (
        *_SUBJECT,
        Column("PARAMCD", "string", "", "OS, PFS, DOR, TTR; IPFS (iRECIST); EFS (neoadjuvant); RFS, DFS (adjuvant)"),
        Column("AVAL", "float", "day", "Time"),
        Column("CNSR", "integer", "", "0 event, 1 censored"),
        Column("EVNTDESC", "string", "", "Event or reason for censoring"),
        Column("CNSDTDSC", "string", "", "What the date of censoring is; empty for an event"),
    ),
    ("PARAMCD", "USUBJID"),
)

ADEX = Schema(
    "ADEX",
    "Exposure, one row per dose, stretch of daily intake, fraction of radiotherapy, resection or ablation",
    (
        *_SUBJECT,
        _DAY,
        Column("AENDY", "integer", "day", "Last day of daily intake; ADY for all else"),
        Column("EXTRT", "string", "", "Drug, or RADIOTHERAPY, RESECTION, ABLATION"),
        Column("EXDOSE", "float", "", "Dose, in EXDOSU"),
        Column("EXDOSU", "string", "", "Unit of the dose: mg, cells, IU, mg/day (daily intake), Gy, lesions"),
        Column("EXSEQ", "integer", "", "Number of this row of this treatment"),
        Column("EXLINE", "integer", "", "1 protocol treatment, 2 the first subsequent treatment, and so on"),
        Column("EXPDOSE", "float", "", "Dose planned, in EXDOSU; EXDOSE is 0 where it was left out or interrupted"),
        Column("EXADJ", "string", "", "Adverse event for which it was reduced, put off or left out; empty: none"),
        Column("EXDELAY", "integer", "day", "Days by which it was put off"),
    ),
    ("USUBJID", "ADY", "EXLINE", "EXTRT", "EXSEQ"),
)

ADCE = Schema(
    "ADCE",
    "Clinical events, one row per event: symptoms by site, performance status, and biopsies of new lesions",
    (
        *_SUBJECT,
        Column("CETERM", "string", "", "What happened"),
        Column("CESTDY", "integer", "day", "Study day on which it happened"),
        Column("CLONE", "string", "", "What a biopsy found: metastasis or second primary; empty without one"),
    ),
    ("USUBJID", "CESTDY", "CETERM"),
)

ADAE = Schema(
    "ADAE",
    "Adverse events, one row per episode, from the grades at visits",
    (
        *_SUBJECT,
        Column("AETERM", "string", "", "Adverse event"),
        Column("AEORGAN", "string", "", "Organ or system"),
        Column("AECAT", "string", "", "Cause: immune-related, drug, cytokines, radiation or surgery"),
        Column("AETOXGR", "integer", "", "Highest grade of the episode (1 to 4; 5: it was fatal)"),
        Column("ASTDY", "integer", "day", "Study day on which it was first seen"),
        Column("AENDY", "float", "day", "Study day on which it was first seen to be gone; missing if never"),
        Column("AEREL", "string", "", "protocol treatment or subsequent treatment, whichever came last before it"),
    ),
    ("USUBJID", "ASTDY", "AETERM"),
)

ADLB = Schema(
    "ADLB",
    "Laboratory values, one row per sample and test; empty unless the protocol keeps them (management.labs)",
    (
        *_SUBJECT,
        _DAY,
        Column("PARAMCD", "string", "", "Test: NEUT, LYMPH, ALT, BILI, CREAT, TSH, FT4, CORT, GLUC, TROP, CRP, LDH"),
        Column("PARAM", "string", "", "Name of the test"),
        Column("AVAL", "float", "", "Value, in AVALU"),
        Column("AVALU", "string", "", "Unit of AVAL, ANRLO and ANRHI"),
        Column("ANRLO", "float", "", "Lower limit of normal"),
        Column("ANRHI", "float", "", "Upper limit of normal"),
        Column("ATOXGR", "string", "", "CTCAE v5 grade of the value (0 to 4); empty where it has none by value"),
    ),
    ("USUBJID", "PARAMCD", "ADY"),
)

ADCM = Schema(
    "ADCM",
    "Drugs given for toxicity, one row per dose or stretch of daily intake of one dose",
    (
        *_SUBJECT,
        Column("CMTRT", "string", "", "Drug"),
        Column("CMINDC", "string", "", "Adverse event it was given for, or Prophylaxis"),
        Column("ASTDY", "integer", "day", "First study day"),
        Column("AENDY", "integer", "day", "Last study day; the first for a single dose"),
        Column("CMDOSE", "float", "", "Dose, in CMDOSU"),
        Column("CMDOSU", "string", "", "Unit of the dose: mg, or mg/day for daily intake"),
    ),
    ("USUBJID", "ASTDY", "CMTRT", "CMINDC"),
)

ADTRUTH = Schema(
    "ADTRUTH",
    "The truth behind each scan, which only a simulation knows, one row per scan",
    (
        *_SUBJECT,
        _DAY,
        _SCAN,
        Column("AVALC", "string", "", "Response by the protocol's criteria, by the investigator; empty at baseline"),
        Column("LIVING", "float", "cell", "Living tumour cells of all lesions, seen or not"),
        Column("CHANGE_BASELINE", "float", "%", "Their change from baseline"),
        Column("CHANGE_NADIR", "float", "%", "Their change from the lowest number at an earlier scan"),
        Column("CHANGE_LAST", "float", "%", "Their change from the scan before"),
        Column(
            "CHANGE_LATER", "float", "%", "Change from this scan to the lowest number at a later one; missing without"
        ),
        Column(
            "TRUTH", "string", "", "gone, shrunk (0.343 of baseline or less), stable, grown (1.728 times the nadir)"
        ),
    ),
    ("USUBJID", "AVISITN"),
)

SCHEMAS: dict[str, Schema] = {
    schema.name: schema for schema in (ADSL, ADTR, ADRS, ADTTE, ADEX, ADCE, ADAE, ADCM, ADLB, ADTRUTH)
}


def schema_named(name: str) -> Schema:
    """Return the declared schema of a table.

    Parameters
    ----------
    name : str
        ADSL, ADTR, ADRS, ADTTE or ADEX, in any case.
    """
    try:
        return SCHEMAS[name.upper()]
    except KeyError:
        raise SchemaError(f"no table {name!r}; declared are {', '.join(SCHEMAS)}") from None


def _cast(column: Column, values: pd.Series) -> pd.Series:
    if column.kind == "string":
        if values.isna().any():
            raise ValueError("a missing string (write the empty string)")
        return values if isinstance(values.dtype, pd.CategoricalDtype) else values.astype("str")
    if column.kind != "float" and values.isna().any():
        raise ValueError(f"a missing value in a column of {column.kind}s")
    if column.kind == "integer" and values.dtype.kind not in "iu" and (np.asarray(values, dtype=float) % 1 != 0).any():
        raise ValueError("a value that is not a whole number")
    if column.kind == "flag" and values.dtype != np.bool_ and not values.isin([True, False]).all():
        raise ValueError("a value that is neither true nor false")
    return values.astype(_NUMPY[column.kind])


def _ordered(frame: pd.DataFrame, schema: Schema) -> pd.DataFrame:
    keys = [_rank(frame[name]) for name in schema.order]
    spans = [int(key.max(initial=0)) - int(key.min(initial=0)) + 1 for key in keys]
    if prod(spans) >= 2**62:  # days of a real trial's table that are no days
        return frame.take(np.lexsort(keys[::-1])).reset_index(drop=True)
    whole = np.zeros(len(frame), dtype=np.int64)
    for key, span in zip(keys, spans, strict=True):  # one number per row: many times faster to sort than columns
        whole = whole * span + (key - key.min(initial=0))
    if (whole[1:] >= whole[:-1]).all():
        return frame.reset_index(drop=True)
    return frame.take(np.argsort(whole, kind="stable")).reset_index(drop=True)


def _rank(values: pd.Series) -> np.ndarray:
    """Whole numbers that order as the values of a column do."""
    if values.dtype.kind in "iu":
        return values.to_numpy(np.int64)
    if isinstance(values.dtype, pd.CategoricalDtype):
        alphabetical = np.argsort(np.argsort(values.cat.categories, kind="stable"), kind="stable")
        return np.asarray(alphabetical[values.cat.codes.to_numpy()], dtype=np.int64)
    return np.asarray(values.factorize(sort=True)[0], dtype=np.int64)


def conform(name: str, frame: pd.DataFrame) -> pd.DataFrame:
    """Return the frame as the declared table: columns checked, ordered and cast, rows in the declared order.

    A column of words may hold strings, or categories of strings, which are left as they are.

    Parameters
    ----------
    name : str
        The table (ADSL, ADTR, ADRS, ADTTE, ADEX).
    frame : pandas.DataFrame
        Columns in any order.

    Raises
    ------
    SchemaError
        Naming every missing, unknown or uncastable column at once.
    """
    schema = schema_named(name)
    problems = [f"column {missing} is missing" for missing in schema.names if missing not in frame.columns]
    problems += [f"column {extra} is not declared" for extra in frame.columns if extra not in schema.names]
    cast = {}
    for column in schema.columns:
        if column.name in frame.columns:
            try:
                cast[column.name] = _cast(column, frame[column.name])
            except (ValueError, TypeError) as error:
                problems.append(f"column {column.name} ({column.kind}): {error}")
    if problems:
        raise SchemaError(f"{schema.name}: " + "; ".join(problems))
    return _ordered(pd.DataFrame(cast, columns=schema.names), schema)


def empty(name: str) -> pd.DataFrame:
    """Return the declared table without rows."""
    return conform(name, pd.DataFrame({column: [] for column in schema_named(name).names}))


def table_hash(frame: pd.DataFrame, name: str) -> str:
    """Return the SHA-256 of a table's content, whatever the order of its rows and columns and the file format."""
    table = conform(name, frame)
    digest = hashlib.sha256(name.upper().encode())
    for column in schema_named(name).columns:
        digest.update(f"\x1e{column.name}\x1f{column.unit}\x1f{len(table)}".encode())
        values = table[column.name]
        digest.update(_content(values, column.kind))
    return digest.hexdigest()


def _content(values: pd.Series, kind: Kind) -> bytes:
    if kind != "string":
        return values.to_numpy().tobytes()
    codes, words = values.astype("str").factorize(sort=True)  # joining strings one by one takes ten times longer
    return "\x1f".join(words).encode() + codes.astype(np.int64).tobytes()
