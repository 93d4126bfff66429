"""How biology is written down: nine nouns, two scopes, formulas as checked text."""

from abscopal.language.model import Model
from abscopal.language.parts import (
    Contribution,
    Definition,
    Hazard,
    Mechanism,
    ModelError,
    Parameter,
    Port,
    Process,
    Species,
)
from abscopal.sources import Source, assumed, cited, fitted

__all__ = [
    "Contribution",
    "Definition",
    "Hazard",
    "Mechanism",
    "Model",
    "ModelError",
    "Parameter",
    "Port",
    "Process",
    "Source",
    "Species",
    "assumed",
    "cited",
    "fitted",
]
