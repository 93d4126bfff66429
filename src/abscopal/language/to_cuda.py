"""Print a model as the right-hand side of its ODEs for a GPU: one thread per patient.

The text is that of `abscopal.language.to_lanes`, word for word but for its loops over lanes: a thread goes through them
once, for the lane that is its own. What was W patients in a packed instruction of a CPU is then W threads side by side,
and element i of lane l at `i * W + l` is what lets neighbouring threads touch neighbouring addresses.
"""

from __future__ import annotations

import re

from abscopal.language.model import Model
from abscopal.language.to_lanes import to_lanes

_LOOP = re.compile(r"^( *for l in )range\(w( if [^()]+ else 0)?\):$", re.MULTILINE)


def one_lane(text: str) -> str:
    """Let every loop over lanes 0 to w - 1 be one pass, for lane w.

    Raises
    ------
    ValueError
        If a loop over `range(w` is left over, which would run over the lanes of other threads.
    """
    found, count = _LOOP.subn(_pass, text)
    if count < text.count(" in range(w"):
        raise ValueError("a loop over lanes in a form that is not known: only `for l in range(w):` is")
    return found


def _pass(loop: re.Match[str]) -> str:
    head, condition = loop.groups()
    if condition is None:
        return f"{head}range(w, w + 1):"
    return f"{head}range(w, w + 1{condition.removesuffix('0')}w):"


def to_cuda(model: Model, *, exact_flows: bool = True) -> str:
    """Source text of the model's functions as in `to_lanes`, with w the number of a thread in its block."""
    return one_lane(to_lanes(model, exact_flows=exact_flows))
