"""Lesion tables from SDTM: what a tumour is from TU, what was measured of it from TR, joined by their link.

TU says which lesion is a target, a non-target or new (TUORRES) and where it is (TULOC); TR has its diameters and state,
visit by visit (TRTESTCD LDIAM, LPERP, SAXIS, DIAMETER, TUMSTATE). Of a lymph node the short axis counts.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from abscopal.clinic.lesion_tables.lesion_place import Place, remark
from abscopal.errors import InputError, Problem, did_you_mean, shown

STATES: dict[str, str] = {
    "PRESENT": "present",
    "UNEQUIVOCAL": "present",
    "ABSENT": "absent",
    "DISAPPEARED": "absent",
    "RESOLVED": "absent",
    "TOO SMALL TO MEASURE": "too small",
    "TOO SMALL": "too small",
    "NOT EVALUABLE": "not evaluable",
    "UNEVALUABLE": "not evaluable",
    "NOT ASSESSABLE": "not evaluable",
    "NE": "not evaluable",
    "EQUIVOCAL": "not evaluable",
    "UNEQUIVOCAL PROGRESSION": "unequivocal progression",
}
"""What TR says of a lesion, and the STATE of the lesion table; an equivocal new lesion does not count yet."""

ROLES: dict[str, str] = {"TARGET": "target", "NON-TARGET": "non-target", "NONTARGET": "non-target", "NEW": "new"}
ORGANS: dict[str, str] = {"lymph node": "node", "lungs": "lung", "adrenal gland": "adrenal", "soft tissue": "skin"}
_DIAMETERS, _NODE_DIAMETERS = ("LDIAM", "DIAMETER"), ("SAXIS", "LPERP", "DIAMETER", "LDIAM")
_TESTS = ("LDIAM", "DIAMETER", "SAXIS", "LPERP", "TUMSTATE")
_MM = {"MM": 1.0, "CM": 10.0}
_LISTED = 10
Raw = Sequence[tuple[str, pd.DataFrame, npt.NDArray[np.integer] | None]]


@dataclass(frozen=True)
class Domain:
    """A domain as it is in a file: `name` (TU, TR), `table` of text with names in capitals, `place` of its rows."""

    name: str
    table: pd.DataFrame
    place: Place

    def text(self, *names: str) -> pd.Series:
        """Return the first of these columns that says something in a row, in capitals."""
        value = pd.Series("", index=self.table.index, dtype="str")
        for name in (name for name in names if name in self.table):
            value = value.where(value != "", self.table[name].str.upper())
        return value

    def only(self, rows: pd.Series) -> Domain:
        """Return the domain with some of its rows."""
        return Domain(self.name, self.table[rows], self.place)

    def problems(self, rows: Iterable[int], column: str, expected: str, got: pd.Series) -> Iterator[Problem]:
        """Return a problem for each of these rows (labels of the index), as many as are told."""
        for row in list(rows)[:_LISTED]:
            yield self.place.cell(int(row), column, expected, got[row] or None)


def lesions_of_domains(raw: Raw, evaluator: str = "") -> tuple[pd.DataFrame, Place]:
    """Return the lesion table of TU and TR, and where its rows are in the file of TR.

    Parameters
    ----------
    raw : sequence of (file, table, lines)
        The two domains in any order.
    evaluator : str
        Whose readings to take (TREVAL, or TREVALID); needed where there are several.
    """
    tumours, results = _domain("TU", raw), _domain("TR", raw)
    _require(tumours, ("USUBJID", "TULNKID"), ("TUORRES", "TUSTRESC"), ("TULOC",))
    values = ("TRSTRESN", "TRSTRESC", "TRORRES")
    _require(results, ("USUBJID", "TRLNKID", "TRTESTCD"), values, ("TRDY", "TRDTC"))
    tumours, results = _of_evaluator(tumours, evaluator), _of_evaluator(results, evaluator)
    identified = _identified(tumours)
    results = results.only(results.text("TRTESTCD").isin(_TESTS) & (results.table["TRLNKID"] != ""))
    measured = _measured(results, identified)
    table = _with_new_lesions(measured, identified, results, tumours)
    lines = np.array([results.place.number(int(row)) for row in table.pop("_ROW")])
    names = {"LESION": "TRLNKID", "ROLE": "TRLNKID", "DIAMETER_MM": "TRSTRESN", "PERP_MM": "TRSTRESN"}
    names |= {"STATE": "TRSTRESC", "ORGAN": "TRLNKID", "NODE": "TRLNKID", "VISIT": "VISITNUM"}
    names |= {"ADY": "TRDY", "ADT": "TRDTC"}
    return table, Place(results.place.file, table, lines, names, results.place.order)


def _domain(name: str, raw: Raw) -> Domain:
    """Return a domain from the file that has its columns."""
    found = [
        (file, table, lines)
        for file, table, lines in raw
        if any(str(column).strip().upper().startswith(f"{name}LNK") for column in table.columns)
    ]
    if len(found) != 1 or len(raw) != 2:
        got = ", ".join(file for file, _, _ in raw)
        raise InputError([Problem("", f"the domains TU and TR of SDTM, and {name} in one file with {name}LNKID", got)])
    file, table, lines = found[0]
    plain = table.set_axis([str(column).strip().upper() for column in table.columns], axis=1).reset_index(drop=True)
    text = pd.DataFrame({column: _text(plain[column]) for column in plain})
    return Domain(name, text, Place(file, table, lines))


def _text(values: pd.Series) -> pd.Series:
    if pd.api.types.is_float_dtype(values):
        return values.map(lambda number: "" if pd.isna(number) else f"{number:.10g}").astype("str")
    return values.astype("str").fillna("").str.strip().replace({"nan": "", "None": "", "<NA>": "", "NaT": ""})


def _require(domain: Domain, all_of: Sequence[str], *one_of_each: Sequence[str]) -> None:
    present = list(domain.table.columns)
    missing = [(name, name) for name in all_of if name not in present]
    missing += [(names[0], " or ".join(names)) for names in one_of_each if not set(names) & set(present)]
    problems = [
        domain.place.header(
            name, f"a column {words} in {domain.name}", "no such column", suggestion=_near(name, present)
        )
        for name, words in missing
    ]
    if problems:
        raise InputError(problems)


def _near(name: str, present: Sequence[str]) -> str:
    return did_you_mean(name, present)


def _of_evaluator(domain: Domain, evaluator: str) -> Domain:
    """Return the rows of one evaluator; which one must be said where there are several."""
    who, person = domain.text(f"{domain.name}EVAL"), domain.text(f"{domain.name}EVALID")
    if evaluator:
        rows = (who == evaluator.upper()) | (person == evaluator.upper())
    else:
        rows = pd.Series(True, index=domain.table.index)
    found = sorted({f"{one} {other}".strip() for one, other in zip(who[rows], person[rows], strict=True)})
    if len(found) > 1 or not rows.any():
        names = sorted({*who[who != ""], *person[person != ""]})
        single = [name for name in names if len({*person[who == name], *who[person == name]}) == 1]
        expected = f"one evaluator in {domain.name}: --evaluator with one of {', '.join(single) or 'its names'}"
        got = shown(evaluator) if evaluator else ", ".join(found)
        raise InputError([Problem(f"{domain.name}EVAL", expected, got, file=domain.place.file)])
    return domain.only(rows)


def _identified(tumours: Domain) -> pd.DataFrame:
    """Return what each lesion is: USUBJID, LESION, ROLE, ORGAN, NODE, and row of TU; one row per lesion."""
    tests = tumours.text("TUTESTCD")
    tumours = tumours.only((tests.isin(("TUMIDENT", "TUSPLIT", "TUMERGE", ""))) & (tumours.table["TULNKID"] != ""))
    what = tumours.text("TUSTRESC", "TUORRES")
    role = what.map({**ROLES, "NEW TARGET": "new", "NEW NON-TARGET": "new"})
    unknown = role.index[role.isna()]
    problems = [*tumours.problems(unknown, "TUORRES", f"one of {', '.join(ROLES)}", what)]
    place = tumours.text("TULOC").str.lower()
    organ = place.str.partition(",")[0].str.strip()
    found = pd.DataFrame(
        {
            "USUBJID": tumours.table["USUBJID"],
            "LESION": tumours.table["TULNKID"],
            "ROLE": role,
            "NODE": place.str.contains("lymph node"),
            "ORGAN": organ.where(~place.str.contains("lymph node"), "node").replace(ORGANS),
            "_TU": tumours.table.index,
        }
    )
    keys = ["USUBJID", "LESION"]
    first = found["ROLE"].groupby([found[key] for key in keys]).transform("first")
    again = found.index[(found["ROLE"] != first) & found["ROLE"].notna()]
    problems += [*tumours.problems(again, "TUORRES", "the same role as before for this lesion", what)]
    if problems:
        raise InputError(problems)
    return found.drop_duplicates(keys)


def _measured(results: Domain, identified: pd.DataFrame) -> pd.DataFrame:
    """Return a row per lesion and visit: diameters and state side by side."""
    rows = pd.DataFrame(
        {
            "USUBJID": results.table["USUBJID"],
            "LESION": results.table["TRLNKID"],
            **_days(results, study_days=_has_study_days(results)),
            "TEST": results.text("TRTESTCD"),
            "_ROW": results.table.index,
        }
    )
    rows = rows.join(_values(results))
    rows = rows.merge(identified.drop(columns="_TU"), on=["USUBJID", "LESION"], how="left").set_index(
        "_ROW", drop=False
    )
    unknown = rows.index[rows["ROLE"].isna()]
    if len(unknown):
        expected = "a lesion that TU identifies (TULNKID)"
        raise InputError(results.problems(unknown, "TRLNKID", expected, results.table["TRLNKID"]))
    keys = [name for name in ("USUBJID", "LESION", "ADY", "ADT", "VISIT") if name in rows]
    _refuse_contradictions(results, rows, keys)
    return _side_by_side(rows, keys)


def _has_study_days(domain: Domain) -> bool:
    """Whether every row has a study day, or there is nothing else to go by."""
    day = f"{domain.name}DY"
    if day not in domain.table:
        return False
    return f"{domain.name}DTC" not in domain.table or bool((domain.table[day] != "").all())


def _days(domain: Domain, *, study_days: bool) -> dict[str, pd.Series]:
    """Return the study day or the date of each row, and its visit."""
    column, name = (f"{domain.name}DY", "ADY") if study_days else (f"{domain.name}DTC", "ADT")
    days = {name: domain.table[column] if column in domain.table else pd.Series("", index=domain.table.index)}
    return days | ({"VISIT": domain.table["VISITNUM"]} if "VISITNUM" in domain.table else {})


def _values(results: Domain) -> pd.DataFrame:
    """Return SIZE (mm) and STATE of each row of TR; a size or state that cannot be understood is refused."""
    said = results.text("TRSTRESC", "TRORRES", "TRSTRESN")
    is_size = results.text("TRTESTCD") != "TUMSTATE"
    state = said.map(STATES)
    state = state.mask(results.text("TRSTAT") == "NOT DONE", "not evaluable")
    number = pd.to_numeric(results.text("TRSTRESN", "TRSTRESC", "TRORRES").replace("", None), errors="coerce")
    unit = results.text("TRSTRESU", "TRORRESU")
    factor = unit.map(_MM)
    bad_size = is_size & number.isna() & state.isna()
    bad_unit = is_size & number.notna() & factor.isna()
    problems = [*results.problems(said.index[bad_size], "TRSTRESN", "a diameter, or a word for its state", said)]
    problems += results.problems(said.index[bad_unit], "TRSTRESU", "mm or cm", unit)
    bad_state = ~is_size & state.isna()
    problems += results.problems(said.index[bad_state], "TRSTRESC", f"one of {', '.join(STATES)}", said)
    if problems:
        raise InputError(problems)
    if (unit[is_size] == "CM").any():
        remark(f"{results.place.file}: diameters in cm, read as centimetres: {int((unit[is_size] == 'CM').sum())}")
    return pd.DataFrame({"SIZE": (number * factor).where(is_size), "STATE": state.fillna("")})


def _refuse_contradictions(results: Domain, rows: pd.DataFrame, keys: list[str]) -> None:
    """Refuse two results of one test of one lesion and visit that differ."""
    what = rows[[*keys, "TEST"]].duplicated(keep="first")
    same = rows[[*keys, "TEST", "SIZE", "STATE"]].duplicated(keep="first")
    rows_twice = rows.index[what & ~same]
    if len(rows_twice):
        expected = "one result of a test per lesion and visit"
        raise InputError(results.problems(rows_twice, "TRTESTCD", expected, results.table["TRTESTCD"]))


def _side_by_side(rows: pd.DataFrame, keys: list[str]) -> pd.DataFrame:
    """Return one row per lesion and visit from one row per test."""
    found = rows.groupby(keys, sort=False, as_index=False).agg(
        ROLE=("ROLE", "first"), ORGAN=("ORGAN", "first"), NODE=("NODE", "first"), _ROW=("_ROW", "first")
    )
    sizes = rows.pivot_table(index=keys, columns="TEST", values="SIZE", aggfunc="first", dropna=False, observed=True)
    sizes = sizes.reindex(index=pd.MultiIndex.from_frame(found[keys]), columns=list(_TESTS))
    words = rows[rows["STATE"] != ""].sort_values("TEST", key=lambda tests: tests != "TUMSTATE", kind="stable")
    state = words.groupby(keys)["STATE"].first().reindex(sizes.index).fillna("").to_numpy()
    node = found["NODE"].to_numpy(dtype=np.bool_)
    diameter = np.where(node, _first_of(sizes, _NODE_DIAMETERS), _first_of(sizes, _DIAMETERS))
    across = np.where(node, _first_of(sizes, ("LDIAM",)), _first_of(sizes, ("LPERP",)))
    found["DIAMETER_MM"], found["STATE"] = diameter, state
    return found.assign(PERP_MM=across) if np.isfinite(across).any() else found


def _first_of(sizes: pd.DataFrame, names: Sequence[str]) -> npt.NDArray[np.float64]:
    """Return the first of these columns that has a number in a row."""
    return np.asarray(sizes[list(names)].bfill(axis=1).iloc[:, 0], dtype=np.float64)


def _with_new_lesions(
    measured: pd.DataFrame, identified: pd.DataFrame, results: Domain, tumours: Domain
) -> pd.DataFrame:
    """Add the lesions that TU calls new and TR never measures, on the day of TU; others must be in TR."""
    keys = pd.MultiIndex.from_frame(measured[["USUBJID", "LESION"]])
    absent = identified[~pd.MultiIndex.from_frame(identified[["USUBJID", "LESION"]]).isin(keys)]
    lost = absent[absent["ROLE"] != "new"]
    if len(lost):
        got = tumours.table["TULNKID"]
        raise InputError(tumours.problems(lost["_TU"], "TULNKID", "a lesion with results in TR (TRLNKID)", got))
    if absent.empty:
        return measured
    found = Domain("TU", tumours.table.loc[absent["_TU"]], tumours.place)
    days = _days(found, study_days="ADY" in measured)
    when, column = ("ADY", "TUDY") if "ADY" in days else ("ADT", "TUDTC")
    undated = days[when].index[days[when] == ""]
    if len(undated):
        raise InputError(tumours.problems(undated, column, "when the lesion was found", days[when]))
    extra = absent.drop(columns="_TU").assign(STATE="present", DIAMETER_MM=np.nan, _ROW=-1)
    extra = extra.assign(**{name: values.to_numpy() for name, values in days.items() if name in measured})
    remark(f"{results.place.file}: new lesions of TU without a result in TR, taken as present: {len(extra)}")
    return pd.concat([measured, extra], ignore_index=True)
