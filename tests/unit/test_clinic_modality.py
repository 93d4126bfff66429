import numpy as np
import pytest

from abscopal.clinic import modality
from abscopal.clinic.imaging import NODE, ORGAN_IMAGING, ORGANS, Imaging
from abscopal.clinic.modality import imaging_of, limit_mm
from abscopal.errors import InputError
from abscopal.protocol.imaging import ImagingCharter


def test_the_usual_charter_reads_as_ever():
    assert imaging_of(ImagingCharter()) == Imaging()


def test_slices_thicker_than_5_mm_double_as_the_smallest_target_recist_1_1_section_3_1_1():
    assert imaging_of(ImagingCharter(slice_mm=8)).measurable_mm == 16
    assert imaging_of(ImagingCharter(slice_mm=3)).measurable_mm == 10
    assert imaging_of(ImagingCharter(slice_mm=8)).measurable_node_mm == 15


def test_thinner_slices_show_smaller_lesions_where_thickness_sets_the_limit_and_specks_never():
    assert limit_mm("liver", "CT", 2.5) == pytest.approx(2.5)
    assert limit_mm("liver", "CT", 0.5) == modality.LEAST_CT_MM
    assert limit_mm("peritoneum", "CT", 1.0) == ORGAN_IMAGING["peritoneum"].limit_mm


@pytest.mark.parametrize("kind", ["CT", "MRI", "PET-CT", "bone scan"])
@pytest.mark.parametrize("slice_mm", [1, 5, 10])
def test_a_node_is_disease_from_10_mm_on_whatever_shows_it(kind, slice_mm):
    assert limit_mm("node", kind, slice_mm) == 10
    assert imaging_of(ImagingCharter(modality={"node": kind}, slice_mm=slice_mm)).limit(np.array([NODE])) == [10]


def test_ct_of_the_head_misses_what_mri_shows_and_pet_shows_what_ct_misses_in_bone():
    assert limit_mm("brain", "CT") > limit_mm("brain", "MRI")
    assert limit_mm("bone", "PET-CT") < limit_mm("bone", "CT")
    seen = imaging_of(ImagingCharter(modality={"bone": "PET-CT"})).limit(np.array([ORGANS.index("bone")]))
    assert seen == [modality.PET_MM]


def test_an_organ_nobody_knows_is_refused_with_the_nearest_name():
    with pytest.raises(InputError, match="did you mean bone"):
        imaging_of(ImagingCharter(modality={"bones": "MRI"}))


def test_every_number_has_a_source():
    numbers = {name for name, value in vars(modality).items() if name.endswith("_MM") and isinstance(value, float)}
    assert numbers == set(modality.SOURCES)
