"""Set a chemotherapy's potency so that its response rate in an indication is a literature figure.

    python scripts/fit_potency.py dacarbazine "dacarbazine 1000 mg/m2 q3w" melanoma 0.153

For a drug that no calibration protocol gives. Bisection on the logarithm of the potency, the same patients throughout;
prints the potency, to be written into the drug's file with the source of the response rate.
"""

from __future__ import annotations

import argparse
from dataclasses import replace

import numpy as np

from abscopal.calibration.fit import predict_arm
from abscopal.calibration.knobs import Knob, turn
from abscopal.calibration.targets import Target
from abscopal.protocol import Arm, Protocol
from abscopal.trial.simulate import enrol, prepare


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("drug")
    parser.add_argument("regimen")
    parser.add_argument("indication")
    parser.add_argument("rate", type=float)
    parser.add_argument("--patients", type=int, default=600)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    protocol = Protocol(
        name="potency",
        indication=options.indication,
        subjects=options.patients,
        arms=[Arm("alone", [options.regimen])],
        scans="every 6 weeks",
        accrual_months=0,
        follow_up_months=12,
        dropout_per_year=0,
    )
    design = prepare(protocol)
    low, high = design.drugs[options.drug].values["potency"].range or (1e-4, 10.0)
    knob = Knob(f"drugs.{options.drug}.potency", low, high, low)
    wanted = [Target("potency", "alone", "ORR", options.rate, 0.01)]
    bottom, top = 0.0, 1.0
    for _ in range(10):
        unit = 0.5 * (bottom + top)
        turned = replace(design, indication=turn(design.indication, [knob], np.array([unit])))
        population = enrol(turned, options.seed)
        ((rate),) = predict_arm(turned, population, 0, wanted, options.seed, 2).values()
        print(f"potency {knob.value(unit):.5g}  response rate {rate:.3f}", flush=True)
        bottom, top = (unit, top) if rate < options.rate else (bottom, unit)


if __name__ == "__main__":
    main()
