"""Where each quantity of a model sits in the arrays."""

from __future__ import annotations

from dataclasses import dataclass

from abscopal.language.model import Model


@dataclass(frozen=True)
class Layout:
    """Where each quantity sits in the arrays."""

    patient_species: tuple[str, ...]
    hazards: tuple[str, ...]
    lesion_species: tuple[str, ...]
    patient_parameters: tuple[str, ...]
    lesion_parameters: tuple[str, ...]

    @property
    def head(self) -> int:
        """Number of states before the first lesion."""
        return len(self.patient_species) + len(self.hazards)

    @property
    def block(self) -> int:
        """Number of states per lesion."""
        return len(self.lesion_species)

    def size(self, lesions: int) -> int:
        """Count the states with so many lesions."""
        return self.head + lesions * self.block

    def index(self, name: str, lesion: int = 0) -> int:
        """Index of a species (of one lesion) or a cumulative hazard in the state."""
        if name in self.patient_species:
            return self.patient_species.index(name)
        if name in self.hazards:
            return len(self.patient_species) + self.hazards.index(name)
        return self.head + lesion * self.block + self.lesion_species.index(name)


def layout_of(model: Model) -> Layout:
    """Lay out the arrays of a model."""
    return Layout(
        tuple(model.patient_species),
        tuple(h.name for h in model.hazards),
        tuple(model.lesion_species),
        tuple(model.patient_parameters),
        tuple(model.lesion_parameters),
    )
