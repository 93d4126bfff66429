"""The plan of a run, kept as `run.json`: what is simulated, with what, in which shards, and which of them are ours.

A shard is a number of consecutive pools of subjects, simulated together and written once. How many pools a shard holds
follows from the number of subjects, for speed only: the tables do not depend on it.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from hashlib import sha256
from importlib.metadata import version
from itertools import pairwise
from pathlib import Path

from abscopal.engine.kernel import Backend
from abscopal.errors import IntegrityError
from abscopal.population.pools import POOL, Pool, pools
from abscopal.protocol.yaml_form import to_yaml
from abscopal.runs.files import digest, write_json
from abscopal.trial.simulate import Design

FORMAT = 1  # of the run folder
PLAN = "run.json"
PACKAGES = ("abscopal", "numpy", "numba", "scipy", "pandas", "pyarrow")
MOST_POOLS, SHARDS_BEFORE_MORE_POOLS = 10, 16


@dataclass(frozen=True)
class Plan:
    """What a run folder is to hold.

    Parameters
    ----------
    name
        Of the protocol.
    protocol, inputs
        Checksums of the protocol, and of the indication, the drugs and the model's parameter values.
    seed, n
        Seed and number of subjects of the whole trial.
    pool
        Most subjects of a pool.
    model_hash, versions
        Of the equations, and of the packages that shape numbers and files.
    shards
        Subjects of each shard of the whole trial, (first, last), last exclusive, counted from 0.
    part, parts
        This folder holds share `part` (from 1) of `parts`; 1 of 1 is the whole trial.
    backend
        What patients are computed on.
    draw, values
        Number of the draw of the indication's posterior, and the numbers that it sets, by path; 0 and none where every
        number is the shipped one.
    format
        Version of the layout of the folder.
    """

    name: str
    protocol: str
    inputs: str
    seed: int
    n: int
    pool: int
    model_hash: str
    versions: dict[str, str]
    shards: tuple[tuple[int, int], ...]
    part: int = 1
    parts: int = 1
    backend: Backend = "cpu"
    draw: int = 0
    values: dict[str, float] = field(default_factory=dict)
    format: int = FORMAT

    @property
    def mine(self) -> range:
        """Numbers of the shards that this folder holds."""
        total = len(self.shards)
        return range((self.part - 1) * total // self.parts, self.part * total // self.parts)

    def pools(self, shard: int) -> list[Pool]:
        """Pools of a shard."""
        first, last = self.shards[shard]
        return [pool for pool in pools(self.n, self.pool) if first <= pool.first and pool.last <= last]

    def write(self, folder: Path) -> None:
        """Write `run.json`."""
        write_json(folder / PLAN, asdict(self))


def make_plan(
    design: Design,
    seed: int,
    n: int,
    *,
    part: int = 1,
    parts: int = 1,
    pool: int = POOL,
    pools_per_shard: int = 0,
    draw: int = 0,
    values: Mapping[str, float] | None = None,
) -> Plan:
    """Plan a run; `pool` and `pools_per_shard` (0: by the number of subjects) are set by tests alone.

    `draw` and `values` say with which draw of its posterior the indication of `design` was turned.
    """
    return Plan(
        name=design.protocol.name,
        protocol=sha256(to_yaml(design.protocol).encode()).hexdigest(),
        inputs=_inputs(design),
        seed=seed,
        n=n,
        pool=pool,
        model_hash=design.kernel.model.hash,
        versions=versions(),
        shards=tuple(_shards(n, pool, pools_per_shard)),
        part=part,
        parts=parts,
        backend=design.kernel.backend,
        draw=draw,
        values=dict(values or {}),
    )


def _shards(n: int, pool: int, pools_per_shard: int) -> list[tuple[int, int]]:
    """Deal pools out to shards: one each at first, more as they become many, `MOST_POOLS` at most."""
    found = pools(n, pool)
    each = pools_per_shard or min(MOST_POOLS, -(-len(found) // SHARDS_BEFORE_MORE_POOLS))
    number = -(-len(found) // each)
    bounds = [index * len(found) // number for index in range(number + 1)]
    return [(found[a].first, found[b - 1].last) for a, b in pairwise(bounds)]


def _inputs(design: Design) -> str:
    """Checksum of every number that the protocol does not hold: a changed drug file is another run."""
    values = {name: parameter.value for name, parameter in design.kernel.model.parameters.items()}
    drugs = {name: drug.model_dump(mode="json") for name, drug in design.drugs.items()}
    return digest({"parameters": values, "drugs": drugs, "indication": design.indication.model_dump(mode="json")})


def versions() -> dict[str, str]:
    """Versions of the packages that shape numbers and files."""
    return {name: version(name) for name in PACKAGES}


def read_plan(folder: Path) -> Plan:
    """Read `run.json`.

    Raises
    ------
    IntegrityError
        If it is not there, damaged, or of a version of the layout that this version does not know.
    """
    path = folder / PLAN
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
        if found.get("format") != FORMAT:
            raise IntegrityError(f"{path}: expected run folder format {FORMAT}, got {found.get('format')}")
        return Plan(**(found | {"shards": tuple((int(a), int(b)) for a, b in found["shards"])}))
    except FileNotFoundError:
        raise IntegrityError(f"{folder}: expected a run folder, got one without {PLAN}") from None
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise IntegrityError(f"{path}: expected the plan of a run, got something unreadable ({error})") from None


def differences(there: Plan, wanted: Plan, *, but: tuple[str, ...] = ("shards",)) -> list[str]:
    """Say in words what two plans do not share, but for the fields named; empty if they are of one run."""
    found = []
    for part in fields(Plan):
        old, new = getattr(there, part.name), getattr(wanted, part.name)
        if part.name in but or old == new:
            continue
        if isinstance(old, dict):
            names = dict.fromkeys((*new, *old))
            found += [f"{k} {old.get(k, 'none')} for {new.get(k, 'none')}" for k in names if old.get(k) != new.get(k)]
        else:
            found.append(_WORDS.get(part.name, part.name) + f" {_short(old)} for {_short(new)}")
    return found


_WORDS = {
    "name": "protocol",
    "protocol": "content of the protocol",
    "inputs": "drugs, indication or parameters",
    "model_hash": "model",
    "n": "subjects",
    "part": "share",
    "parts": "number of shares",
}


def _short(value: object) -> str:
    text = str(value)
    return text[:8] if len(text) == 64 else text
