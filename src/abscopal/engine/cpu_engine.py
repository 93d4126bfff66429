"""A compiled model on the processor: the integrator that all models share, and the machine code of this one."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from abscopal.engine.machine_code import MachineCode, machine_code

Index = NDArray[np.int64]


@dataclass(frozen=True)
class CpuEngine:
    """The functions of a compiled model: `advance`, `look` and `slope` of `abscopal.engine.stepper`.

    Parameters
    ----------
    steps
        The integrator with the elementary functions, compiled by Numba.
    equations
        The model as `abscopal.language.to_lanes` prints it, imported.
    elementary
        Source text of the elementary functions.
    """

    steps: Any
    equations: ModuleType
    elementary: str

    @property
    def __file__(self) -> str:
        """Where the text of the model lies."""
        return str(self.equations.__file__)

    @property
    def Patients(self) -> Any:
        """What holds the arrays of patients."""
        return self.steps.Patients

    @cached_property
    def code(self) -> MachineCode:
        """Machine code of the model, read or written at the first call."""
        path = Path(self.__file__)
        return machine_code(path.read_text(encoding="utf-8"), self.elementary, self.equations, path.parent)

    @cached_property
    def _model(self) -> Any:
        names = [name for name in self.steps.Equations._fields if name.isupper() and name != "BLOCK_ROWS"]
        sizes = {name: int(getattr(self.equations, name)) for name in names}
        rows = np.array([row for row in self.equations.BLOCK_ROWS if row >= 0], dtype=np.int64)
        return self.steps.Equations(**self.code.addresses, **sizes, BLOCK_ROWS=rows)

    def advance(
        self, patients: Any, which: Index, head: int, block: int, rtol: float, small: Any, floor: Any, most: int
    ) -> None:
        """Advance the patients listed to their `until`, or to the first event; arrays are changed in place."""
        self.steps.advance(self._model, _in_rows(patients), which, head, block, rtol, small, floor, most)

    def look(self, patients: Any, which: Index, head: int, block: int, columns: Index, out: Any) -> None:
        """Fill out[i, lesion, :] with the lesion-scope definitions `columns` of patient which[i], as they are now."""
        self.steps.look(self._model, _in_rows(patients), which, head, block, columns, out)

    def slope(self, patients: Any, m: int, head: int, block: int, dy: Any) -> None:
        """Fill dy with the derivative of patient m as `rhs` gives it, without what linear blocks do by themselves."""
        self.steps.slope(self._model, _in_rows(patients), m, head, block, dy)


def _in_rows(patients: Any) -> Any:
    """Return patients whose parameters lie side by side, as the machine code reads them: copied where they do not."""
    return patients._replace(p=np.ascontiguousarray(patients.p), q=np.ascontiguousarray(patients.q))
