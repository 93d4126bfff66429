"""What a tool is to the benchmark, and which there are."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib import import_module
from importlib.util import find_spec
from typing import Any

import numpy as np
from numpy.typing import NDArray

from abscopal.bench.ensemble import Ensemble

Array = NDArray[np.float64]


class Tool(ABC):
    """A solver with the task in hand.

    Parameters
    ----------
    ensemble
        The task.
    tolerance
        Relative tolerance; the absolute one is this times `ensemble.small`, state by state.
    matched
        Take drugs that have a closed form out of the integration.
    """

    def __init__(self, ensemble: Ensemble, tolerance: float, matched: bool) -> None:
        self.ensemble, self.tolerance, self.matched = ensemble, tolerance, matched

    @abstractmethod
    def warm_up(self) -> None:
        """Compile and load, once, untimed (its duration is told apart)."""

    @abstractmethod
    def solve(self) -> Array:
        """Run every patient; return the states [n, day, size], not a number for those it could not follow."""

    def notes(self) -> dict[str, Any]:
        """Whatever a reader should know of how it was run."""
        return {}


@dataclass(frozen=True)
class Peer:
    """One solver beside ours.

    Parameters
    ----------
    name, title
        How it is asked for, and how it is shown.
    module, tool
        Where its `Tool` is, and the options it takes.
    needs
        Modules without which it cannot run.
    install
        How to get them.
    matched
        Whether it can be given the closed form of a drug's amount.
    common
        Whether it runs the patients with the most common number of lesions only.
    """

    name: str
    title: str
    module: str
    tool: str
    needs: tuple[str, ...]
    install: str
    matched: bool = True
    common: bool = False
    options: Mapping[str, Any] = field(default_factory=dict)

    def missing(self) -> list[str]:
        """Modules it needs that are not installed."""
        return [name for name in self.needs if find_spec(name) is None]

    def build(self, ensemble: Ensemble, tolerance: float, matched: bool) -> Tool:
        """Make its tool, with the task in hand."""
        make = getattr(import_module(f"abscopal.bench.peers.{self.module}"), self.tool)
        tool = make(ensemble, tolerance, matched, **self.options)
        assert isinstance(tool, Tool)
        return tool


_EXTRA = "pip install 'abscopal[bench]'"
_PEERS = (
    Peer("numbalsoda-dop853", "numbalsoda dop853", "numbalsoda", "NumbalsodaTool", ("numbalsoda",),
         f"{_EXTRA} (numbalsoda builds with CMake and a Fortran compiler)", options={"method": "dop853"}),
    Peer("numbalsoda-lsoda", "numbalsoda LSODA", "numbalsoda", "NumbalsodaTool", ("numbalsoda",),
         f"{_EXTRA} (numbalsoda builds with CMake and a Fortran compiler)", options={"method": "lsoda"}),
    Peer("scipy-lsoda", "SciPy LSODA", "scipy", "ScipyTool", ("scipy",), "pip install scipy"),
    Peer("libroadrunner", "libRoadRunner CVODE", "roadrunner", "RoadRunnerTool", ("roadrunner", "libsbml"), _EXTRA),
    Peer("amici", "AMICI CVODES", "amici", "AmiciTool", ("amici", "libsbml"),
         "pip install amici 'swig>=4.2' python-libsbml (AMICI builds with CMake and a C++ compiler)",
         matched=False, common=True),
    Peer("diffrax", "diffrax Tsit5", "diffrax", "DiffraxTool", ("diffrax", "jax"), _EXTRA),
)  # fmt: skip
PEERS = {peer.name: peer for peer in _PEERS}
