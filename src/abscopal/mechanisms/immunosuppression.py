"""Immunosuppression eases the injury that T cells do to healthy tissue.

    injury per day *= injury_relief

The port is here, apart from what causes injury, because corticosteroids are given with chemotherapy and hormones, too,
where no blockade lets T cells loose and there is nothing to ease.
"""

from abscopal.language import Mechanism, Port

mechanism = Mechanism(
    "immunosuppression",
    "Corticosteroids and biologics ease injury by T cells",
    ports=(Port("injury_relief", "product", "factor of immunosuppression on injury by T cells", per="patient"),),
    when=("PD1_systemic", "CTLA4_blocked", "injury_relief"),
)
