"""Abscopal: immunotherapy trials in metastatic cancer, run before anyone is enrolled.

Research and trial design only; not medical advice.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any

_PUBLIC = {
    "Arm": "abscopal.protocol.protocol",
    "Batch": "abscopal.engine.batch",
    "InputError": "abscopal.errors",
    "Mechanism": "abscopal.language.parts",
    "Model": "abscopal.language.model",
    "Protocol": "abscopal.protocol.protocol",
    "Regimen": "abscopal.protocol.regimen",
    "Schedule": "abscopal.protocol.schedule",
    "Source": "abscopal.sources",
    "Subsequent": "abscopal.protocol.protocol",
    "Survival": "abscopal.analysis.survival",
    "Trial": "abscopal.api",
    "assess": "abscopal.clinic.assess",
    "assumed": "abscopal.sources",
    "best_response": "abscopal.clinic.assess",
    "cited": "abscopal.sources",
    "compile_model": "abscopal.engine.kernel",
    "cox": "abscopal.analysis.cox",
    "derive_endpoints": "abscopal.clinic.derive",
    "disease_model": "abscopal.catalogue",
    "hyperprogression": "abscopal.clinic.hyperprogression",
    "kaplan_meier": "abscopal.analysis.kaplan_meier",
    "load_protocol": "abscopal.catalogue",
    "logrank": "abscopal.analysis.logrank",
    "read_lesions": "abscopal.clinic.assess",
    "run": "abscopal.api",
}
__all__ = sorted(_PUBLIC)


def __getattr__(name: str) -> Any:
    """Import a public name when it is first used, so that `import abscopal` costs nothing."""
    if name not in _PUBLIC:
        raise AttributeError(f"module 'abscopal' has no attribute '{name}'")
    return getattr(import_module(_PUBLIC[name]), name)


def __dir__() -> list[str]:
    return __all__
