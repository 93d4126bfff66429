"""The generated right-hand side is text a person can read."""

from abscopal.language import Model
from abscopal.language.layout import layout_of
from abscopal.language.to_scalar import to_scalar
from example_models import MECHANISMS


def test_the_layout_puts_patient_then_hazards_then_lesions():
    layout = layout_of(Model(MECHANISMS))
    assert (layout.head, layout.block, layout.size(3)) == (3, 2, 9)
    assert [layout.index(name) for name in ("A_drug", "shed", "death", "C", "R")] == [0, 1, 2, 3, 4]
    assert layout.index("R", lesion=2) == 8


def test_patient_definitions_stand_once_outside_the_lesion_loops():
    lines = to_scalar(Model(MECHANISMS)).splitlines()
    found = [line for line in lines if line.strip().startswith("_rate =")]
    assert found == ["    _rate = (y[0] / p[5])"]


def test_each_total_is_summed_once_however_often_it_is_used():
    text = to_scalar(Model(MECHANISMS))
    assert text.count("= 0.0\n") == len({line for line in text.splitlines() if line.strip().endswith("= 0.0")})
    assert text.count("for j in range(lesions)") <= 4


def test_names_of_the_model_never_meet_those_of_the_generator():
    text = to_scalar(Model(MECHANISMS))
    assert "_total0 = " in text.replace("__total0", "")  # the model's definition of that name
    assert "__total0 += " in text  # the generator's sum
