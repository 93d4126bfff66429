"""Any treatment as a sentence: a drug and its doses, or a procedure on lesions (see `regimen` and `procedure`)."""

from __future__ import annotations

from abscopal.errors import InputError, Problem, shown
from abscopal.protocol.procedure import PROCEDURES, Ablation, Radiotherapy, Resection
from abscopal.protocol.regimen import Regimen

Treatment = Regimen | Radiotherapy | Resection | Ablation


def parse_treatment(text: str) -> Treatment:
    """Read a sentence; the first word says which kind of treatment it is.

    Raises
    ------
    InputError
        With every problem of the sentence.
    """
    first = str(text).split(maxsplit=1)[:1]
    return PROCEDURES.get(first[0].lower() if first else "", Regimen).parse(text)


def checked_treatment(value: object) -> Treatment:
    """Return a treatment that is given as a value or as a sentence.

    Raises
    ------
    InputError
        If it is neither, or with every problem of the sentence.
    """
    if isinstance(value, Treatment):
        return value
    if not isinstance(value, str):
        raise InputError([Problem(expected="a regimen as text", got=shown(value))])
    return parse_treatment(value)
