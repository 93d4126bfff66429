"""The text for a GPU is the text for lanes, but for the loops over them."""

import re

import pytest

from abscopal.engine import stepper
from abscopal.engine.kernel import text_of
from abscopal.language import Model
from abscopal.language.to_cuda import one_lane, to_cuda
from abscopal.language.to_lanes import to_lanes
from example_models import MECHANISMS
from shipped_models import full_model


@pytest.mark.parametrize("model", [Model(MECHANISMS), full_model()], ids=["small", "full"])
def test_nothing_but_the_loops_over_lanes_differs(model):
    lanes, cuda = to_lanes(model).splitlines(), to_cuda(model).splitlines()
    changed = {(a, b) for a, b in zip(lanes, cuda, strict=True) if a != b}
    assert {(a.strip(), b.strip()) for a, b in changed} == {("for l in range(w):", "for l in range(w, w + 1):")}
    assert sum(a.strip() == "for l in range(w):" for a in lanes) > 10


def test_a_loop_goes_once_for_the_lane_of_the_thread_and_not_at_all_where_there_is_no_block():
    for condition, rows in (("", 0), (" if row >= 0 else 0", 7), (" if row >= 0 else 0", -1)):
        loop = one_lane(f"for l in range(w{condition}):")
        found: list[int] = []
        exec(f"{loop}\n    found.append(l)", {"w": 5, "row": rows, "found": found})
        assert found == ([5] if rows >= 0 else [])


def test_no_loop_of_the_integrator_is_overlooked():
    text = one_lane(text_of(stepper))
    assert re.findall(r"for l in range\(w(?!, w \+ 1)", text) == []
    assert text.count("for l in range(w, w + 1") == text_of(stepper).count("for l in range(w")


@pytest.mark.parametrize("loop", ["    for lane in range(w):", "for l in range(w // 2):", "for l in range(w, 2 * w):"])
def test_a_loop_in_another_form_is_an_error_and_not_somebody_elses_lane(loop):
    with pytest.raises(ValueError, match="form that is not known"):
        one_lane(loop)
