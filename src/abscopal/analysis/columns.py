"""What summary, figures and report read of each table: the tables of a large trial need not be read whole.

A table may hold more columns; those named here suffice. Of ADTR, by far the longest table, the summary needs the rows
of PARAMCD "SUMDIAM" and the report also those of the subjects in `report.lesion_map.lesion_subjects`.
"""

from collections.abc import Mapping

from abscopal.analysis.dose_intensity import COLUMNS

ASSESSED = ("PARCAT1", "RSEVAL", "ANL01FL")

SUMMARY: Mapping[str, tuple[str, ...]] = {
    "adsl": ("USUBJID", "ARM", "CLASS", "HPDFL", "STRATUM"),
    "adtr": ("USUBJID", "AVISITN", "PARAMCD", "AVAL", "ANL01FL"),
    "adrs": ("USUBJID", "AVISITN", "PARAMCD", "AVALC", *ASSESSED),
    "adtte": ("USUBJID", "ARM", "PARAMCD", "AVAL", "CNSR"),
    "adae": ("USUBJID", "AETERM", "AEORGAN", "AECAT", "AETOXGR", "AEREL"),
    "adex": COLUMNS,
    "adtruth": ("USUBJID", "ARM", "AVISITN", "AVALC", "CHANGE_LAST", "CHANGE_LATER", "TRUTH"),
}

_BASELINE = ("AGE", "SEX", "ECOG", "LDH", "PDL1", "NLESION", "NSITE", "SUMDIAM")
_ORGANS = ("LIVERFL", "BRAINFL", "BONEFL", "LUNGFL")
_ENDS = ("TRTEDY", "DTHDY", "DTHCAUS", "EOSDY", "EOSSTT", "DCTREAS", "NXTRT", "NXTDY")

REPORT: Mapping[str, tuple[str, ...]] = {
    "adsl": (*SUMMARY["adsl"], *_BASELINE, *_ORGANS, *_ENDS),
    "adtr": ("USUBJID", "ARM", "AVISITN", "PARAMCD", "ORGAN", "ROLE", "STATE", "AVAL", "ANL01FL"),
    "adrs": ("USUBJID", "ARM", "ADY", "AVISITN", "PARAMCD", "AVALC", "CHANGE_BASELINE", "NEW", *ASSESSED),
    "adtte": SUMMARY["adtte"],
    "adae": SUMMARY["adae"],
    "adcm": ("USUBJID", "CMTRT"),
    "adex": SUMMARY["adex"],
    "adtruth": SUMMARY["adtruth"],
}
"""Of the figures and the page; with these the summary can be made too."""
