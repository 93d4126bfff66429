"""Severe symptoms of immune-related events bring patients in between visits.

    hazard of coming in = presenting * sum over organs of max(injury - felt, 0)

`felt` is the grade from which on an organ's injury drives people to the clinic (`irae.py`): just below 3 where it
hurts, bleeds or takes the breath, just below 4 where only blood tests show it before. So a grade 3 colitis comes in
within some days, a grade 4 within one, and hepatitis is found at a visit or when the patient turns yellow.
"""

from abscopal.language import Hazard, Mechanism, Parameter, Port, assumed

mechanism = Mechanism(
    "severe_symptoms",
    "Severe immune-related events bring patients in",
    parameters=(
        Parameter(
            "presenting",
            1.0,
            "1/day",
            "coming in per grade of injury beyond what is felt",
            assumed("some days at grade 3 and one at grade 4: told to call, patients still wait"),
            (0.1, 2.0),
        ),
    ),
    ports=(Port("severe_symptoms", "sum", "grades of injury beyond those that a patient bears", per="patient"),),
    hazards=(Hazard("seeks_care", "presenting * severe_symptoms", "came in with severe symptoms", fatal=False),),
    when=("PD1_systemic", "CTLA4_blocked"),
)
