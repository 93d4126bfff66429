"""What is planned: regimens and schedules that read aloud, arms, protocols and their files."""

from abscopal.protocol.protocol import DISCLAIMER, Arm, Protocol, Subsequent
from abscopal.protocol.published import Baseline, Citation, Contrast, Curve, Figure, Published
from abscopal.protocol.regimen import Phase, Regimen
from abscopal.protocol.schedule import At, Every, Schedule
from abscopal.protocol.yaml_form import plain, read_protocol, to_yaml

__all__ = [
    "DISCLAIMER", "Arm", "At", "Baseline", "Citation", "Contrast", "Curve", "Every", "Figure", "Phase", "Protocol",
    "Published", "Regimen", "Schedule", "Subsequent", "plain", "read_protocol", "to_yaml",
]  # fmt: skip
