"""Reading a sentence undoes printing it, for every treatment and schedule there can be."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from abscopal.errors import InputError
from abscopal.protocol.amount import number, read_number
from abscopal.protocol.procedure import PROCEDURES, Ablation, Lesions, Radiotherapy, Resection
from abscopal.protocol.regimen import UNITS, Daily, Doses, Regimen
from abscopal.protocol.schedule import At, Every, Schedule
from abscopal.protocol.treatment import parse_treatment
from abscopal.units import DAYS_PER_MONTH

drugs = st.from_regex(r"[a-z][a-z0-9-]{0,11}", fullmatch=True).filter(lambda name: name not in PROCEDURES)
amounts = st.one_of(st.integers(1, 5000).map(float), st.floats(1e-6, 1e12), st.sampled_from([2e6, 3.1e6, 5e10, 123e6]))
units = st.sampled_from(UNITS)
counts = st.integers(1, 60)
lengths = st.one_of(st.integers(1, 700).map(float), st.integers(1, 120).map(lambda months: months * DAYS_PER_MONTH))


@st.composite
def doses(draw, *, endless):
    weeks, days, hours = st.integers(1, 26).map(lambda n: 7 * n), st.integers(1, 180), st.integers(1, 95)
    interval = draw(st.one_of(weeks, days, hours.map(lambda n: n / 24)))
    on = (1,)
    if interval == int(interval):
        on = tuple(sorted(draw(st.sets(st.integers(1, int(interval)), min_size=1, max_size=6))))
    return Doses(draw(amounts), draw(units), interval, draw(st.none() | counts if endless else counts), on)


@st.composite
def daily(draw, *, endless):
    on, off = draw(st.just((0, 0)) | st.tuples(st.integers(1, 60), st.integers(1, 60)))
    days, cycles = draw(lengths), None
    if on and draw(st.booleans()):
        days, cycles = None, draw(counts)
    elif endless and draw(st.booleans()):
        days = None
    return Daily(draw(amounts), draw(units), draw(st.integers(1, 4)), days, on, off, cycles)


@st.composite
def regimens(draw):
    if draw(st.integers(0, 4)) == 0:
        phases = (Doses(draw(amounts), draw(units), 0, 1),)
    else:
        early = doses(endless=False) | daily(endless=False)
        phases = (*draw(st.lists(early, max_size=3)), draw(doses(endless=True) | daily(endless=True)))
    start = draw(st.integers(0, 2000))
    counted_from_start = draw(st.booleans())
    length = draw(st.none() | lengths)
    if length is None:
        until = None
    elif counted_from_start:
        until = start + length
    else:
        until = (draw(st.integers(1, 100)) + start // 30 + 1) * DAYS_PER_MONTH
    return Regimen(draw(drugs), phases, start, until, until is not None and counted_from_start)


organs = st.sampled_from(["", "liver", "node", "lung", "head_and_neck"])
lesions = st.just(Lesions(primary=True)) | st.builds(Lesions, organs, st.none() | st.integers(1, 12))
study_days = st.integers(0, 2000)
procedures = st.one_of(
    st.builds(Radiotherapy, amounts, st.integers(1, 40), lesions, study_days),
    st.builds(Resection, lesions, study_days),
    st.builds(Ablation, lesions, study_days),
)


@st.composite
def schedules(draw):
    parts, day = [], 0
    for _ in range(draw(st.integers(0, 3))):
        if draw(st.booleans()):
            day += draw(st.integers(1, 200))
            parts.append(At(day))
        else:
            every = Every(draw(st.integers(1, 120)), draw(st.integers(1, 12)))
            day += every.interval_days * every.count
            parts.append(every)
    interval = draw(st.integers(1, 120))
    to = (day + interval) // 7 + draw(st.integers(1, 100))
    last = st.sampled_from([Every(interval), Every(interval, 3), Every(interval, None, to, "week")])
    return Schedule((*parts, draw(last)))


@given(regimens() | procedures)
def test_a_treatment_reads_back_from_its_sentence(treatment):
    again = parse_treatment(str(treatment))
    assert again == treatment
    assert str(again) == str(treatment)


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_a_number_reads_back_from_its_text(value):
    assert read_number(number(value)) == value


@given(regimens(), st.integers(0, 800))
def test_doses_come_in_order_and_within_their_limits(regimen, until):
    days = [day for day, _, _ in regimen.doses(until)]
    assert days == sorted(set(days))
    assert all(regimen.start_day <= day < until for day in days)
    assert regimen.until_day is None or all(day < regimen.until_day for day in days)


@given(regimens(), st.integers(0, 800))
def test_stretches_of_daily_intake_come_in_order_and_never_overlap(regimen, until):
    stretches = regimen.intakes(until)
    assert all(regimen.start_day <= stretch.first < stretch.stop <= until for stretch in stretches)
    assert all(one.stop <= other.first for one, other in pairwise(stretches))


@given(regimens())
def test_nothing_is_given_after_the_last_day(regimen):
    if regimen.last_day < 10_000:
        given = [day for day, _, _ in regimen.doses(20_000)] + [stretch.stop - 1 for stretch in regimen.intakes(20_000)]
        assert max(given, default=regimen.start_day) == regimen.last_day


@given(procedures)
def test_fractions_fall_on_five_days_of_each_week(procedure):
    days = procedure.days()
    assert days == sorted(set(days))
    assert days[0] == procedure.day
    assert days[-1] == procedure.last_day
    assert all((day - procedure.day) % 7 < 5 for day in days)


@given(schedules())
def test_a_schedule_reads_back_from_its_sentence(schedule):
    again = Schedule.parse(str(schedule))
    assert again == schedule
    assert str(again) == str(schedule)


@given(schedules(), st.integers(0, 2000), st.integers(0, 2000))
def test_a_longer_study_only_adds_scans_at_the_end(schedule, one, other):
    short, long = sorted((one, other))
    days = schedule.days(long)
    assert days == sorted(set(days))
    assert schedule.days(short) == [day for day in days if day <= short]


@given(st.text(max_size=60))
def test_no_text_is_read_as_anything_but_a_sentence_or_a_list_of_problems(text):
    for read in (parse_treatment, Schedule.parse):
        try:
            value = read(text)
        except InputError:
            continue
        assert read(str(value)) == value


VOCABULARY = [
    "nivolumab", "radiotherapy", "resect", "ablate", "3", "2e6", "0", "-1", "mg", "mg/kg", "AUC", "Gy", "q3w", "q8h",
    "once", "daily", "twice", "days", "1,8", "1-3", "x4", ", then", "from", "for", "until", "week", "day", "month",
    "months", "to", "primary", "all", "liver", "largest", "lesions", ", 4 weeks on, 2 weeks off",
]  # fmt: skip


@given(st.lists(st.sampled_from(VOCABULARY), max_size=12).map(" ".join))
def test_no_order_of_the_words_is_read_as_anything_but_a_sentence_or_a_list_of_problems(text):
    try:
        value = parse_treatment(text)
    except InputError:
        return
    assert parse_treatment(str(value)) == value
