"""A compiled model on an NVIDIA GPU: patients are sent there, computed, and what changed is fetched.

A `CudaEngine` stands where the compiled module of `abscopal.engine.kernel` stands and offers the same functions, so the
batch and all above it do not know where they are computed. Between two visits patients live in the host's arrays, where
the clinic reads and changes any of them; nothing on the GPU outlives a call but work arrays without content.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from threading import Lock
from typing import Any

import numpy as np
from numpy.typing import NDArray

from abscopal.engine.stepper import REACHED

CHANGED = ("y", "time", "step", "opening", "dosed", "status", "event", "steps")  # by `advance`, of the patients
Index = NDArray[np.int64]


class CudaEngine:
    """The functions of a compiled model, on the GPU: `advance`, `look` and `slope` as in `abscopal.engine.stepper`.

    Parameters
    ----------
    module
        What `source` makes.
    threads
        Threads of a block, as in the text.
    most_blocks
        Blocks at work at once.
    compiling
        Context in which kernels are launched, the first launch being what compiles them.
    """

    def __init__(
        self,
        module: Any,
        threads: int,
        most_blocks: int,
        compiling: Callable[[], AbstractContextManager[None]],
    ) -> None:
        self.module, self.threads, self.most_blocks, self.compiling = module, threads, most_blocks, compiling
        self.Patients = module.Patients
        self._lock = Lock()  # the work arrays are those of one call at a time
        self._work: dict[tuple[Any, ...], Any] = {}

    def advance(
        self, patients: Any, which: Index, head: int, block: int, rtol: float, small: Any, floor: Any, most: int
    ) -> None:
        """Advance the patients listed to their `until`, or to the first event; arrays are changed in place."""
        going = patients.until[which] > patients.time[which]
        arrived, rows = which[~going], which[going]
        patients.time[arrived], patients.status[arrived], patients.event[arrived] = (
            patients.until[arrived],
            REACHED,
            -1,
        )
        elsewhere = small.copy()
        elsewhere[[row for row in self.module.BLOCK_ROWS if row >= 0]] = np.inf
        if len(rows):
            self._launch("advance", patients, rows, CHANGED, head, block, rtol, small, elsewhere, floor, most)

    def look(self, patients: Any, which: Index, head: int, block: int, columns: Index, out: Any) -> None:
        """Fill out[i, lesion, :] with the lesion-scope definitions `columns` of patient which[i], as they are now."""
        if len(which):
            self._launch("look", patients, which, ("dosed",), head, block, columns, out)

    def slope(self, patients: Any, m: int, head: int, block: int, dy: Any) -> None:
        """Fill dy with the derivative of patient m as `rhs` gives it, without what linear blocks do by themselves."""
        out = dy[None].copy()
        self._launch("slope", patients, np.array([m]), (), head, block, out)
        dy[:] = out[0]

    def _launch(
        self, name: str, patients: Any, rows: Index, changed: tuple[str, ...], head: int, block: int, *rest: Any
    ) -> None:
        """Run a kernel over the patients listed; the last of `rest` is filled unless `advance` is run."""
        from numba import cuda

        blocks = min(-(-len(rows) // self.threads), self.most_blocks)
        sent = self.Patients(*(cuda.to_device(np.ascontiguousarray(array[rows])) for array in patients))
        given = [cuda.to_device(value) if isinstance(value, np.ndarray) else value for value in rest]
        with self._lock, self.compiling():
            work = self._arrays(blocks, head, block, int(patients.lesions[rows].max()))
            getattr(self.module, name)[blocks, self.threads](sent, work, head, block, *given)
            for field in changed:
                getattr(patients, field)[rows] = getattr(sent, field).copy_to_host()
            if name != "advance":
                given[-1].copy_to_host(rest[-1])

    def _arrays(self, blocks: int, head: int, block: int, lesions: int) -> Any:
        """Work arrays of each block, kept for the next call if it is of the same size."""
        from numba import cuda

        key = (blocks, head, block, lesions)
        if key not in self._work:
            self._work.clear()
            whole = cuda.device_array((blocks, 5, self.threads), dtype=np.int64)
            sizes = self._sizes(head, head + lesions * block, max(1, lesions))
            parts = (cuda.device_array((blocks, *rows, last * self.threads)) for *rows, last in sizes)
            self._work[key] = self.module.Work(whole, cuda.device_array((blocks, 5, self.threads)), *parts)
        return self._work[key]

    def _sizes(self, head: int, total: int, lesions: int) -> list[tuple[int, ...]]:
        """Shape of each float array of a block, per thread in its last dimension, in the order of `Work` from y."""
        module = self.module
        return [
            (total,), (total,), (total,), (total,), (6, total),
            (module.PATIENT_CONSTANTS,), (lesions * module.LESION_CONSTANTS,),
            (module.SCRATCH,), (lesions * module.LESION_SCRATCH,),
            (head,), (lesions * module.LESION_DEFINITIONS,),
        ]  # fmt: skip
