"""Kill a run at random moments, resume it, and compare its tables with those of a run that nobody killed.

    python scripts/kill_and_resume.py --times 20 --subjects 300 --workers 2

Prints one line per kill: when it came, how many shards were in place then, how many were computed again that had been
begun, and whether the tables are the same, byte for byte. Ends with code 1 if any are not.
"""

import argparse
import hashlib
import json
import random
import shutil
import subprocess
import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path


def command(options, folder, *more):
    words = [options.protocol, options.subjects, options.seed, options.workers, options.pool, folder, *more]
    return [sys.executable, __file__, "--run", *map(str, words)]


def run_here(protocol, subjects, seed, workers, pool, folder, *more):
    """Do what `abscopal run` does, with pools small enough for a small run to have many shards."""
    from abscopal.catalogue import load_protocol
    from abscopal.runs.run import Order, run

    given = Order(load_protocol(protocol), int(seed), int(subjects), Path(folder), int(workers), pool=int(pool))
    run(replace(given, resume="--resume" in more))


def hashes(folder):
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in sorted((folder / "adam").iterdir())}


def kill_once(options, folder, moment, whole):
    """Start a run, kill it after `moment` seconds, resume it; return a line of the table."""
    process = subprocess.Popen(command(options, folder), start_new_session=True)
    time.sleep(moment)
    finished = process.poll() is not None
    process.kill()
    process.wait()
    time.sleep(0.2)  # for the workers to be gone
    kept = sorted(path.name for path in (folder / "shards").glob("[0-9]*"))
    begun = len(list((folder / "shards").glob(".*")))
    stamps = {name: (folder / "shards" / name / "shard.json").stat().st_mtime_ns for name in kept}
    done = subprocess.run(command(options, folder, "--resume"), capture_output=True, text=True, check=False)
    same = done.returncode == 0 and hashes(folder) == whole
    redone = sum((folder / "shards" / name / "shard.json").stat().st_mtime_ns != stamps[name] for name in kept)
    return {
        "at": round(moment, 2),
        "finished": finished,
        "kept": len(kept),
        "lost": begun,
        "redone": redone,
        "same": same,
    }


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--protocol", default="checkmate-066")
    parser.add_argument("--subjects", type=int, default=300)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--pool", type=int, default=25, help="most subjects of a pool: small, for many shards")
    parser.add_argument("--times", type=int, default=20)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as made:
        begun = time.monotonic()
        subprocess.run(command(options, Path(made) / "whole"), check=True)
        seconds = time.monotonic() - begun
        whole, moments = hashes(Path(made) / "whole"), random.Random(options.seed)
        lines = []
        for number in range(options.times):
            folder = Path(made) / f"killed-{number}"
            lines.append(kill_once(options, folder, moments.uniform(0.05, 1.0) * seconds, whole))
            shutil.rmtree(folder)
            if not options.json:
                print("  ".join(f"{key} {value}" for key, value in lines[-1].items()), flush=True)
        same = sum(line["same"] for line in lines)
        print(json.dumps(lines) if options.json else f"uninterrupted {seconds:.1f} s; same {same} of {len(lines)}")
    sys.exit(same < len(lines))


if __name__ == "__main__":
    if sys.argv[1:2] == ["--run"]:
        run_here(*sys.argv[2:])
    else:
        main()
