"""Protocols in Python and in YAML: the design's example, every problem at once, and the way there and back."""

import json
import pickle

import pytest
from hypothesis import given
from hypothesis import strategies as st

import abscopal.protocol as ab
from abscopal.errors import InputError
from abscopal.protocol.schema import PATH, schema_text
from abscopal.protocol.yaml_form import read_protocol, to_yaml

KNOWN = {"drugs": {"nivolumab", "ipilimumab"}, "indications": {"melanoma", "nsclc"}}
SMALL = "indication: melanoma\nsubjects: 10\narms:\n  a:\n    regimen: [nivolumab 240 mg q2w]\n"


def example(**fields):
    arms = [
        ab.Arm("mono", ["nivolumab 240 mg q2w"]),
        ab.Arm("combo", ["nivolumab 1 mg/kg q3w x4, then 240 mg q2w", "ipilimumab 3 mg/kg q3w x4"]),
    ]
    given = {"indication": "melanoma", "subjects": 600, "arms": arms}
    return ab.Protocol(**given | {"scans": "every 6 weeks x8, then every 12 weeks", "criteria": "iRECIST"} | fields)


def refused(call, *arguments, **named):
    with pytest.raises(InputError) as error:
        call(*arguments, **named)
    return error.value.problems


@pytest.fixture
def written(tmp_path):
    def write(text):
        path = tmp_path / "bad.yaml"
        path.write_text(text, encoding="utf-8")
        return path

    return write


def test_the_example_of_the_design_is_a_protocol():
    protocol = example()
    assert [arm.name for arm in protocol.arms] == ["mono", "combo"]
    assert protocol.arm("combo").regimen[0].phases[1].dose == 240
    assert protocol.drugs == ("nivolumab", "ipilimumab")
    assert protocol.scans.days(100) == [42, 84]


def test_a_protocol_is_frozen_and_travels_to_workers():
    protocol = example()
    with pytest.raises(ValueError, match="frozen"):
        protocol.subjects = 3
    assert pickle.loads(pickle.dumps(protocol)) == protocol


def test_all_problems_of_a_protocol_built_in_python_come_at_once():
    arms = [{"name": "x", "regimen": ["nivolumab 3 mgkg q2w", "nivolumab -1 mg q2w"], "alocation": 1}, 3]
    paths = {p.path for p in refused(ab.Protocol, indication="melanoma", subjects=-1, arms=arms, scan="week 9")}
    assert paths == {"subjects", "arms[0].regimen[0]", "arms[0].regimen[1]", "arms[0].alocation", "arms[1]", "scan"}


def test_every_problem_of_a_file_comes_with_file_line_column_and_guess(written):
    path = written(
        "name: NO\n"
        "indication: melanomma\n"
        "subject: 10\n"
        "scans: every 6 wekes\n"
        "criteria: RECIST1.1\n"
        "arms:\n"
        "  a:\n"
        "    regimen: [nivolumb -3 mg/kg q2w, nivolumab 3 mgkg q2w]\n"
        "    regimen: []\n"
        "  b: 3\n"
        "baseline: {male: 58}\n"
    )
    found = refused(read_protocol, path, **KNOWN)
    assert [(p.line, p.column, p.path, p.suggestion) for p in found] == [
        (1, 1, "subjects", ""),
        (1, 7, "name", '"NO" in quotes'),
        (2, 13, "indication", "melanoma"),
        (3, 1, "subject", "subjects"),
        (4, 8, "scans", ""),
        (5, 11, "criteria", "RECIST 1.1"),
        (8, 15, "arms.a.regimen[0]", "nivolumab"),
        (8, 15, "arms.a.regimen[0]", ""),
        (8, 38, "arms.a.regimen[1]", "mg/kg"),
        (9, 5, "arms.a.regimen", ""),
        (10, 6, "arms.b", ""),
        (11, 18, "baseline.male", "0.58"),
    ]
    assert {p.file for p in found} == {str(path)}


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("subjects: true", "a number"),
        ("subjects: ten", "a whole number"),
        ("subjects: 2.5", "a whole number"),
        ("subjects: 0", "at least 1"),
        ("subjects: .nan", "a finite number"),
        ("accrual_months: .inf", "a finite number"),
        ("follow_up_months: 0", "more than 0"),
        ("dropout_per_year: 1", "less than 1"),
        ("line: second", "text that matches"),
        ("name: ../../etc", "text that matches"),
        ("curves: [{endpoint: OS, arm: b, points: [[0, 1]]}]", "a known arm"),
        ("contrasts: [{endpoint: OS, arm: a, reference: c, hr: 0.5}]", "a known arm"),
        ("contrasts: [{endpoint: DFS, arm: a, reference: a, hr: 0.5}]", "one of"),
        ("contrasts: [{endpoint: OS, arm: a, reference: a, hr: 0}]", "a number above 0"),
    ],
)
def test_one_wrong_line_is_one_problem(written, line, expected):
    key = line.partition(":")[0]
    rest = "".join(text for text in SMALL.splitlines(keepends=True) if not text.startswith(f"{key}:"))
    found = refused(read_protocol, written(rest + line + "\n"), **KNOWN)
    assert len(found) == 1
    assert expected in found[0].expected


def test_shares_of_later_treatment_add_up_to_at_most_one():
    later = [{"regimen": "ipilimumab 3 mg/kg q3w x4", "share": 0.6}, {"regimen": [], "share": 0.5}]
    assert refused(ab.Arm, "a", ["nivolumab 240 mg q2w"], subsequent=later)[0].path == "subsequent"


def test_later_lines_follow_one_another_and_may_be_those_of_another_arm(tmp_path):
    third = {"regimen": "docetaxel 75 mg/m2 q3w", "share": 0.5, "start_after_progression_days": 14}
    crossed = {"crossover_to": "combo", "share": 0.6, "duration_months": 6, "then": [third]}
    protocol = example(arms=[ab.Arm("mono", ["nivolumab 240 mg q2w"], subsequent=[crossed]), example().arms[1]])
    (line,) = protocol.arm("mono").subsequent
    assert protocol.regimen_of(line) == protocol.arm("combo").regimen
    assert [str(one) for one in protocol.regimen_of(line.then[0])] == ["docetaxel 75 mg/m2 q3w"]
    assert protocol.drugs == ("nivolumab", "docetaxel", "ipilimumab")
    path = tmp_path / "lines.yaml"
    path.write_text(to_yaml(protocol), encoding="utf-8")
    assert read_protocol(path) == protocol


@pytest.mark.parametrize(
    ("line", "path"),
    [
        ({"share": 0.5}, "regimen"),
        ({"share": 0.5, "crossover_to": "combo", "regimen": "nivolumab 240 mg q2w"}, "crossover_to"),
        ({"share": 0.5, "regimen": [], "then": [{"regimen": [], "share": 1}]}, "duration_months"),
        ({"share": 0.5, "regimen": [], "duration_months": 3, "then": [{"regimen": [], "share": 2}]}, "then[0].share"),
    ],
)
def test_a_later_line_that_makes_no_sense_is_refused(line, path):
    assert [problem.path for problem in refused(ab.Subsequent, **line)] == [path]


def test_an_arm_crossed_over_to_has_to_be_there():
    arms = [ab.Arm("mono", ["nivolumab 240 mg q2w"], subsequent=[{"crossover_to": "comb", "share": 1}])]
    (problem,) = refused(example, arms=[*arms, example().arms[1]])
    assert (problem.path, problem.suggestion) == ("arms[0].subsequent[0].crossover_to", "combo")


def test_procedures_stand_beside_drugs_and_are_named_by_their_kind(tmp_path):
    arms = [ab.Arm("local", ["resect primary day 0", "radiotherapy 8 Gy x3 to liver lesions week 2"]), ab.Arm("b", [])]
    protocol = example(arms=arms, setting="neoadjuvant")
    assert protocol.procedures == ("radiotherapy", "surgery")
    assert protocol.drugs == ()
    path = tmp_path / "local.yaml"
    path.write_text(to_yaml(protocol), encoding="utf-8")
    assert read_protocol(path, **KNOWN) == protocol


def test_a_procedure_misspelt_is_guessed_and_so_is_a_drug_of_a_third_line(written):
    text = SMALL.replace("nivolumab 240 mg q2w", "resectt primary day 0")
    found = refused(read_protocol, written(text), **KNOWN)
    assert "resect" in {problem.suggestion for problem in found}
    line = "{regimen: [], share: 1, duration_months: 2, then: [{regimen: nivolumb 1 mg q1w, share: 1}]}"
    found = refused(read_protocol, written(f"{SMALL}    subsequent: [{line}]\n"), **KNOWN)
    assert [(p.path, p.suggestion) for p in found] == [("arms.a.subsequent[0].then[0].regimen", "nivolumab")]


def test_an_arm_without_treatment_is_written_as_an_empty_list(tmp_path):
    path = tmp_path / "control.yaml"
    path.write_text(to_yaml(example(arms=[ab.Arm("vaccine", [])])), encoding="utf-8")
    assert read_protocol(path).arm("vaccine").regimen == ()


def test_a_file_without_a_name_is_called_as_the_file_is(written):
    assert read_protocol(written(SMALL)).name == "bad"


def test_names_are_checked_even_where_the_rest_does_not_validate(written):
    text = SMALL.replace("nivolumab 240", "aspirin -240") + "    subsequent: [{regimen: [x 1 mg q1w], share: 2}]\n"
    paths = [problem.path for problem in refused(read_protocol, written(text), **KNOWN)]
    assert paths.count("arms.a.regimen[0]") == 2
    assert "arms.a.subsequent[0].regimen[0]" in paths
    assert "arms.a.subsequent[0].share" in paths


words = st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs", "Cn", "Co", "Zl", "Zp"]), max_size=30)
shares = st.one_of(
    st.floats(0, 1), st.fixed_dictionaries({"value": st.floats(0, 1), "source": st.just("checked"), "note": words})
)


@given(
    title=words | st.sampled_from(["NO", "1e-3", "null", "- a", "#x", "12", "~"]),
    note=words,
    orr=shares,
    os_at=st.dictionaries(st.integers(1, 120), shares, max_size=3),
    points=st.lists(st.tuples(st.floats(0, 100), st.floats(0, 1)), min_size=1, max_size=4),
    allocation=st.floats(0.1, 10),
)
def test_a_protocol_reads_back_from_its_yaml(tmp_path_factory, title, note, orr, os_at, points, allocation):
    published = {"orr": orr, "os_at": os_at}
    arm = ab.Arm("on", ["nivolumab 240 mg q2w"], allocation=allocation, note=note, published=published)
    protocol = example(arms=[arm], title=title, curves=[{"endpoint": "OS", "arm": "on", "points": points}])
    path = tmp_path_factory.mktemp("yaml") / "trial.yaml"
    path.write_text(to_yaml(protocol), encoding="utf-8")
    assert read_protocol(path) == protocol


def test_the_schema_in_the_package_is_that_of_the_code():
    assert PATH.read_text(encoding="utf-8") == schema_text()


def test_every_key_of_the_schema_is_described():
    schema = json.loads(schema_text())
    for name, part in {"Protocol": schema, **schema["$defs"]}.items():
        for key, value in part["properties"].items():
            assert value.get("description"), f"{name}.{key}"
