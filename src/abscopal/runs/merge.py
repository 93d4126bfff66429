"""Shares of one trial, computed anywhere, put together into the run that one computer would have made."""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path

from abscopal import catalogue
from abscopal.errors import InputError, IntegrityError, Problem
from abscopal.protocol.yaml_form import to_yaml
from abscopal.run_folder import discard_earlier, is_finished, put_aside, put_back, remove, require_free
from abscopal.runs.files import sync_folder, write_text
from abscopal.runs.finish import finish
from abscopal.runs.ledger import Ledger, described, failure_file, read_ledger
from abscopal.runs.lock import locked
from abscopal.runs.plan import Plan, differences, make_plan, read_plan
from abscopal.runs.run import Outcome
from abscopal.runs.shard import SHARDS, shard_folder
from abscopal.trial.simulate import Design, prepare


def merge(folders: Sequence[Path], out: Path) -> Outcome:
    """Put shares together and finish the run.

    Parameters
    ----------
    folders
        Run folders of all shares, in any order.
    out
        Folder of the whole run; the shares stay as they are.

    Raises
    ------
    InputError
        If they are not of one run, or some shard is missing or there twice.
    IntegrityError
        If a shard is damaged; the message names it.
    """
    begun = time.perf_counter()
    require_free(out)
    plans = {folder: read_plan(folder) for folder in folders}
    whole = _common(plans)
    design = _design(folders[0], whole)
    owners = _owners(plans, whole)
    ledgers = {folder: _sound(folder, plan) for folder, plan in plans.items()}
    with _placed(out) as folder:
        ledger = _gather(owners, ledgers, folder)
        write_text(folder / "protocol.yaml", to_yaml(design.protocol))
        whole.write(folder)
        found = finish(folder, whole, design, ledger, time.perf_counter() - begun) if ledger.whole else None
        return Outcome(whole, folder, ledger, found)


@contextmanager
def _placed(out: Path) -> Iterator[Path]:
    """Hold the folder of the whole run; an earlier run there is replaced if all goes well, and kept if not."""
    earlier = None
    with ExitStack() as locks:
        locks.enter_context(locked(out))
        try:
            if is_finished(out):
                earlier = put_aside(out)
                locks.enter_context(locked(out))
            yield out
            discard_earlier(out)
        except BaseException:
            if earlier is not None:
                put_back(earlier, out)
            else:
                remove(out)
            raise


def _common(plans: dict[Path, Plan]) -> Plan:
    """Return the plan of the whole run, which all shares must have."""
    (first, plan), *others = plans.items()
    problems = [
        Problem("", f"a share of the run in {first}", "; ".join(unlike), file=str(folder))
        for folder, other in others
        if (unlike := differences(plan, other, but=("part", "parts")))
    ]
    if problems:
        raise InputError(problems)
    return replace(plan, part=1, parts=1)


def _design(folder: Path, whole: Plan) -> Design:
    """Look up what the run refers to, and check that it is here as it was there."""
    design = prepare(catalogue.load_protocol(folder / "protocol.yaml"), values=whole.values)
    here = make_plan(design, whole.seed, whole.n, pool=whole.pool, draw=whole.draw, values=whole.values)
    if unlike := differences(whole, here, but=("shards", "backend")):  # no GPU is needed to put tables together
        raise InputError([Problem("", "the software and data that the shares were made with", "; ".join(unlike))])
    return design


def _owners(plans: dict[Path, Plan], whole: Plan) -> dict[int, Path]:
    """Return which folder holds each shard.

    Raises
    ------
    InputError
        Naming what is missing and what is there twice.
    """
    owners: dict[int, Path] = {}
    problems = []
    for folder, plan in plans.items():
        if twice := [shard for shard in plan.mine if shard in owners]:
            got = f"{described(whole, twice)} in {owners[twice[0]]} too"
            problems.append(Problem("", "each shard once", got, file=str(folder)))
        owners |= dict.fromkeys(plan.mine, folder)
    if missing := set(range(len(whole.shards))) - owners.keys():
        problems.append(Problem("", "all shards of the trial", f"none of {described(whole, missing)}"))
    if problems:
        raise InputError(problems)
    return owners


def _sound(folder: Path, plan: Plan) -> Ledger:
    """Check every shard of a share."""
    ledger = read_ledger(folder, plan.mine)
    if ledger.damaged:
        wrong = "; ".join(f"shard {described(plan, [shard])}, {why}" for shard, why in ledger.damaged.items())
        raise IntegrityError(f"{folder}: {wrong}; --resume of that job computes it again")
    if absent := set(plan.mine) - ledger.whole.keys() - ledger.failed.keys():
        got = f"one without {described(plan, absent)}; --resume of that job computes the rest"
        raise InputError([Problem("", "a share that is complete", got, file=str(folder))])
    return ledger


def _gather(owners: dict[int, Path], ledgers: dict[Path, Ledger], out: Path) -> Ledger:
    """Bring all shards into one folder, without copying them where the disk is the same."""
    together = Ledger()
    (out / SHARDS).mkdir(exist_ok=True)
    for shard, folder in owners.items():
        if shard in ledgers[folder].whole:
            shutil.copytree(shard_folder(folder, shard), shard_folder(out, shard), copy_function=_link)
            together.whole[shard] = ledgers[folder].whole[shard]
        else:
            shutil.copy2(failure_file(folder, shard), failure_file(out, shard))
            together.failed[shard] = ledgers[folder].failed[shard]
    sync_folder(out / SHARDS)
    return together


def _link(source: str, target: str) -> None:
    try:
        os.link(source, target)
    except OSError:  # another disk, or one without links
        shutil.copy2(source, target)
