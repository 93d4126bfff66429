"""From model to compiled module: cached by content, readable, and the same for other parameter values."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from abscopal.engine import kernel as kernels
from abscopal.engine import machine_code, vector_math
from abscopal.engine.kernel import cache_folder, compile_model, source, text_of
from abscopal.language import Model
from example_models import CLOCK, DRUG, GROWTH, MECHANISMS, parameter


def test_the_module_lies_readable_in_the_cache_folder():
    kernel = compile_model(Model(MECHANISMS))
    path = Path(kernel.module.__file__)
    assert path.parent == cache_folder()
    assert path.read_text(encoding="utf-8") == source(kernel.model)
    assert "# drug: eliminate" in source(kernel.model)


def test_other_parameter_values_never_recompile_and_other_equations_do():
    kernel = compile_model(Model(MECHANISMS))
    same = replace(CLOCK, parameters=(parameter("speed_limit", 9.0, "1/day"),))
    assert compile_model(Model([GROWTH, same, DRUG])).module is kernel.module
    slower = replace(GROWTH, hazards=(replace(GROWTH.hazards[0], rate="0.5 * speed_limit"),))
    assert source(Model([slower, CLOCK, DRUG])) != source(kernel.model)


def test_a_cache_that_cannot_be_written_is_no_obstacle(monkeypatch, tmp_path):
    blocked = tmp_path / "file"
    blocked.write_text("in the way")
    monkeypatch.setenv("ABSCOPAL_CACHE", str(blocked / "folder"))
    kernels.load_module.cache_clear()
    kernels._on_cpu.cache_clear()
    module = compile_model(Model(MECHANISMS)).module
    kernels.load_module.cache_clear()
    kernels._on_cpu.cache_clear()
    assert not Path(module.__file__).is_relative_to(blocked)
    assert set(module.code.addresses) == {"constants", "rhs", "flow", "unflow", "sink", "observe"}


def test_machine_code_on_the_disk_is_used_again_unless_it_is_not_what_was_written(monkeypatch, tmp_path):
    module, elementary = compile_model(Model(MECHANISMS)).module, text_of(vector_math)
    text = Path(module.__file__).read_text(encoding="utf-8")
    machine_code.machine_code(text, elementary, module.equations, tmp_path)
    (path,) = tmp_path.iterdir()
    whole = path.read_bytes()
    monkeypatch.setattr(machine_code, "_compiled", lambda *_: pytest.fail("it was written again"))
    machine_code.machine_code(text, elementary, module.equations, tmp_path)
    monkeypatch.undo()
    path.write_bytes(whole[:-1])
    machine_code.machine_code(text, elementary, module.equations, tmp_path)
    assert path.read_bytes() == whole


@pytest.mark.parametrize("lesions", [0, 1, 3])
def test_tolerances_and_floors_are_given_per_state_of_every_lesion(lesions):
    kernel = compile_model(Model(MECHANISMS))
    size = kernel.layout.size(lesions)
    assert kernel.small(lesions).shape == kernel.floor(lesions).shape == (size,)
    assert kernel.floor(lesions).tolist() == [1e-6, 0.0, 0.0] + [1.0, 1.0] * lesions
    assert np.all(kernel.small(lesions) > 0.0)
