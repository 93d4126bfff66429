"""What is planned: regimens and schedules that read aloud, arms, protocols and their files."""

from abscopal.protocol.procedure import Ablation, Lesions, Radiotherapy, Resection
from abscopal.protocol.protocol import DISCLAIMER, Arm, Protocol, Subsequent
from abscopal.protocol.published import AdverseEvent, Baseline, Citation, Contrast, Curve, Figure, Published, Subgroup
from abscopal.protocol.regimen import Daily, Doses, Regimen
from abscopal.protocol.schedule import At, Every, Schedule
from abscopal.protocol.treatment import Treatment, parse_treatment
from abscopal.protocol.yaml_form import plain, read_protocol, to_yaml

__all__ = [
    "DISCLAIMER", "Ablation", "AdverseEvent", "Arm", "At", "Baseline", "Citation", "Contrast", "Curve", "Daily",
    "Doses", "Every", "Figure", "Lesions", "Protocol", "Published", "Radiotherapy", "Regimen", "Resection",
    "Schedule", "Subgroup", "Subsequent", "Treatment", "parse_treatment", "plain", "read_protocol", "to_yaml",
]  # fmt: skip
