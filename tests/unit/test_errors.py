"""Messages about input: their form, their guesses, and that they nest."""

import pickle

from abscopal.errors import InputError, Problem, did_you_mean, join_path, shown, unknown


def test_a_problem_prints_in_the_form_of_the_design():
    problem = Problem("arms.a", "a dose above 0", "'-3'", "3", "trial.yaml", 4, 7)
    assert str(problem) == "trial.yaml:4:7 arms.a: expected a dose above 0, got '-3', did you mean 3?"
    assert str(Problem("", "a file", "a directory", "", "x", 1, 1)) == "x:1:1: expected a file, got a directory"
    assert str(Problem(expected="a drug", got="nothing")) == "expected a drug, got nothing"


def test_paths_join_keys_with_dots_and_items_with_brackets():
    assert join_path(["arms", "a", "regimen", 0, "dose"]) == "arms.a.regimen[0].dose"
    assert Problem("[0]", "x", "y").under("arms", "a").path == "arms.a[0]"
    assert Problem("", "x", "y").under("arms").path == "arms"


def test_a_near_name_is_suggested_and_a_far_one_is_not():
    assert did_you_mean("nivolumb", ["ipilimumab", "nivolumab"]) == "nivolumab"
    assert did_you_mean("NIVOLUMAB", ["nivolumab"]) == "nivolumab"
    assert did_you_mean("aspirin", ["ipilimumab", "nivolumab"]) == ""


def test_an_unknown_name_lists_the_known_ones_unless_one_is_near():
    assert unknown("a", "drug", "aspirin", ["b", "a"]).expected == "a known drug (one of a, b)"
    assert unknown("a", "drug", "nivolumb", ["nivolumab"]).suggestion == "nivolumab"


def test_values_are_shown_short_and_on_one_line():
    assert shown("a\nb" + "c" * 100).endswith("…")
    assert len(shown("c" * 100)) == 60
    assert [shown(None), shown({}), shown([]), shown(3)] == ["nothing", "a mapping", "a list", "3"]


def test_an_input_error_survives_the_way_back_from_a_worker():
    error = InputError([Problem("a", "b", "c")])
    assert pickle.loads(pickle.dumps(error)).problems == error.problems
