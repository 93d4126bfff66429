"""Reading a sentence undoes printing it, for every regimen and schedule there can be."""

from hypothesis import given
from hypothesis import strategies as st

from abscopal.errors import InputError
from abscopal.protocol.regimen import UNITS, Phase, Regimen
from abscopal.protocol.schedule import At, Every, Schedule
from abscopal.units import DAYS_PER_MONTH

drugs = st.from_regex(r"[a-z][a-z0-9-]{0,11}", fullmatch=True)
doses = st.one_of(st.integers(1, 5000).map(float), st.floats(1e-6, 1e6))
intervals = st.integers(1, 180)
counts = st.integers(1, 60)


@st.composite
def regimens(draw):
    if draw(st.booleans()):
        phases = (Phase(draw(doses), draw(st.sampled_from(UNITS)), 0, 1),)
    else:
        early = st.builds(Phase, doses, st.sampled_from(UNITS), intervals, counts)
        last = st.builds(Phase, doses, st.sampled_from(UNITS), intervals, st.none() | counts)
        phases = (*draw(st.lists(early, max_size=3)), draw(last))
    start = draw(st.integers(0, 2000))
    counted_from_start = draw(st.booleans())
    months = draw(st.none() | st.integers(1, 120))
    if months is None:
        until = None
    elif counted_from_start:
        until = start + months * DAYS_PER_MONTH
    else:
        until = (months + start // 30 + 1) * DAYS_PER_MONTH
    return Regimen(draw(drugs), phases, start, until, until is not None and counted_from_start)


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


@given(regimens())
def test_a_regimen_reads_back_from_its_sentence(regimen):
    again = Regimen.parse(str(regimen))
    assert again == regimen
    assert str(again) == str(regimen)


@given(regimens(), st.integers(0, 800))
def test_doses_come_in_order_and_within_their_limits(regimen, until):
    days = [day for day, _, _ in regimen.doses(until)]
    assert days == sorted(set(days))
    assert all(regimen.start_day <= day < until for day in days)
    assert regimen.until_day is None or all(day < regimen.until_day for day in days)


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
    for kind in (Regimen, Schedule):
        try:
            value = kind.parse(text)
        except InputError:
            continue
        assert kind.parse(str(value)) == value
