"""Drugs that need no integrator: amounts that only decay, at a rate made of parameters alone.

    dA/dt = -k A        A(t + h) = A(t) exp(-k h)

Integrated numerically, the fastest of them sets the step size of everything else. The engine takes the exact solution,
so an honest comparison gives it to the other tools too ("algorithm-matched"), beside what their users would do.
"""

from __future__ import annotations

import ast

from abscopal.language.linear_blocks import linear_blocks
from abscopal.language.model import Model


def decays(model: Model) -> dict[str, str]:
    """Return the species of the patient that only decay, each with its rate (1/day), a formula of parameters."""
    alone = [block for block in linear_blocks(model) if len(block.species) == 1 and not block.remainder]
    return {name: f"-({ast.unparse(flow)})" for block in alone for (name, _), flow in block.matrix.items()}
