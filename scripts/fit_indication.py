"""First coarse fit of an indication to its calibration protocols.

    python scripts/fit_indication.py melanoma --generations 60 --record fit-melanoma.json
    python scripts/fit_indication.py nsclc --record fit-nsclc.json --knobs parameters.growth.center,fixed.death_rate

The best candidate so far is kept in the record, from which a later call goes on. `--write` puts its values into the
indication's file, marked as fitted; the shared numbers of mechanisms are printed, to be written there by hand.
"""

from __future__ import annotations

import argparse
import json
import time
from pathlib import Path

from abscopal import catalogue
from abscopal.calibration.fit import Problem, fit
from abscopal.calibration.knobs import knobs_of

SHARED = [
    "shared.ctla4_hold",
    "shared.scar_share",
    "shared.proliferation",
    "shared.treg_strength",
    "shared.treg_ctla4",
    "shared.treg_ratio",
    "shared.exhaustion_rate",
    "shared.priming_rate",
    "shared.kill_rate",
]
OWN = [
    "parameters.growth.center",
    "parameters.growth.spread",
    "parameters.recognition.center",
    "parameters.recognition.spread",
    "parameters.infiltration.spread",
    "parameters.pd1_strength.center",
    "parameters.pd1_strength.spread",
    "parameters.interferon_half.center",
    "parameters.interferon_half.spread",
    "parameters.treg_influx.center",
    "parameters.treg_influx.spread",
    "parameters.frailty.spread",
    "fractions.C_evasive.center",
    "fractions.C_evasive.spread",
    "fixed.death_rate",
    "fixed.harm_power",
]


def write(indication: str, values: dict[str, float]) -> None:
    """Put fitted values into the indication's file; shared numbers and drugs' are left to the reader."""
    from ruamel.yaml import YAML

    yaml = YAML()
    yaml.width = 400
    path = catalogue.path("indications", indication)
    document = yaml.load(path.read_text(encoding="utf-8"))
    for knob, value in values.items():
        keys = knob.split(".")
        if keys[0] in ("shared", "drugs"):
            print(f"write by hand: {knob} = {value:.3g}")
            continue
        fact = document
        for key in keys:
            fact = fact[key]
        fact["value"] = float(f"{value:.3g}")
        fact["source"] = "fitted"
        fact["derived"] = "first coarse fit to the calibration protocols of this file"
        for key in ("grade", "where"):
            fact.pop(key, None)
    with path.open("w", encoding="utf-8") as stream:
        yaml.dump(document, stream)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("indication")
    parser.add_argument("--protocols", help="comma-separated; default: the indication's calibration list")
    parser.add_argument("--more", default="", help="comma-separated further knobs, such as lines.2L.frailty")
    parser.add_argument("--knobs", default="", help="comma-separated; default: shared biology and the usual own")
    parser.add_argument("--patients", type=int, default=240)
    parser.add_argument("--generations", type=int, default=40)
    parser.add_argument("--candidates", type=int, default=16)
    parser.add_argument("--spread", type=float, default=0.15)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--record", type=Path, required=True)
    parser.add_argument("--write", action="store_true", help="put the record's values into the file; no further fit")
    options = parser.parse_args()
    if options.write:
        write(options.indication, json.loads(options.record.read_text(encoding="utf-8"))["values"])
        return
    indication = catalogue.indication(options.indication)
    names = options.protocols.split(",") if options.protocols else indication.calibration
    paths = options.knobs.split(",") if options.knobs else SHARED + OWN
    paths += [path for path in options.more.split(",") if path]
    problem = Problem(
        [catalogue.load_protocol(name) for name in names],
        knobs_of(indication, paths),
        options.patients,
        options.seed,
        36.5,
        options.workers,
    )
    begun = time.time()

    def report(generation: int, loss: float) -> None:
        print(f"generation {generation:3d}  best loss {loss:8.1f}  {time.time() - begun:6.0f} s", flush=True)

    fit(
        problem,
        generations=options.generations,
        candidates=options.candidates,
        record=options.record,
        report=report,
        spread=options.spread,
        seed=options.seed,
    )
    print(json.dumps(json.loads(options.record.read_text(encoding="utf-8"))["values"], indent=1))


if __name__ == "__main__":
    main()
