"""Counter-based random numbers: known answers, uniformity, and independence of order and company."""

import re
from pathlib import Path
from zlib import crc32

import numpy as np
import pytest

import abscopal
from abscopal.philox import rounds
from abscopal.random_streams import exponential, normal, uniform


@pytest.mark.parametrize(
    ("counter", "key", "answer"),
    [
        ((0, 0, 0, 0), (0, 0), (0x6627E8D5, 0xE169C58D, 0xBC57AC4C, 0x9B00DBD8)),
        ((0xFFFFFFFF,) * 4, (0xFFFFFFFF,) * 2, (0x408F276D, 0x41C83B0E, 0xA20BC7C6, 0x6D5451FD)),
        (
            (0x243F6A88, 0x85A308D3, 0x13198A2E, 0x03707344),
            (0xA4093822, 0x299F31D0),
            (0xD16CFE09, 0x94FDCCEB, 0x5001E420, 0x24126EA1),
        ),
    ],
)
def test_philox_gives_the_known_answers_of_random123(counter, key, answer):
    assert rounds(*(np.uint64(word) for word in (*counter, *key))) == answer


def test_a_subject_draws_the_same_in_any_company_and_order():
    together = uniform(7, np.arange(100), "dropout", 3, 5)
    assert np.array_equal(uniform(7, [42], "dropout", 3, 5)[0], together[42])
    assert np.array_equal(uniform(7, np.arange(99, -1, -1), "dropout", 3, 5)[::-1], together)


def test_each_subject_may_have_a_step_of_its_own():
    steps = np.array([4, 0, 2**31])
    alone = [exponential(7, [subject], "event", int(step))[0] for subject, step in zip((8, 9, 10), steps, strict=True)]
    assert np.array_equal(exponential(7, [8, 9, 10], "event", steps), alone)
    with pytest.raises(ValueError, match="expected one, or one for each of 3 subjects, got 2"):
        uniform(7, [8, 9, 10], "event", steps[:2])


def test_purposes_in_use_have_different_words():
    source = Path(abscopal.__file__).parent
    pattern = r"(?:uniform|normal|exponential)\([^()]*(?:\[[^]]*\])?[^()]*?, \"([^\"]+)\""
    found = {name for path in source.rglob("*.py") for name in re.findall(pattern, path.read_text())}
    assert len(found) > 10
    assert len({crc32(name.encode()) for name in found}) == len(found)


def test_more_numbers_of_a_purpose_leave_the_first_ones_alone():
    assert np.array_equal(uniform(1, [5], "reader", 0, 3), uniform(1, [5], "reader", 0, 12)[:, :3])


def test_seed_subject_purpose_and_step_each_change_the_numbers():
    base = uniform(1, [1], "a", 1)
    others = [uniform(2, [1], "a", 1), uniform(1, [2], "a", 1), uniform(1, [1], "b", 1), uniform(1, [1], "a", 2)]
    assert len({float(x[0, 0]) for x in (base, *others)}) == 5


def test_uniform_normal_and_exponential_have_their_moments():
    n = 200_000  # limits are four standard errors
    u, z, e = (draw(3, np.arange(n), "moments")[:, 0] for draw in (uniform, normal, exponential))
    assert abs(u.mean() - 0.5) < 4 * np.sqrt(1 / 12 / n)
    assert abs(z.mean()) < 4 / np.sqrt(n)
    assert abs(z.var() - 1) < 4 * np.sqrt(2 / n)
    assert abs(e.mean() - 1) < 4 / np.sqrt(n)
    assert u.min() > 0
    assert u.max() < 1


def test_neighbouring_subjects_and_steps_are_uncorrelated():
    u = uniform(11, np.arange(100_000), "pairs", 0, 2)
    limit = 4 / np.sqrt(100_000)
    assert abs(np.corrcoef(u[:-1, 0], u[1:, 0])[0, 1]) < limit
    assert abs(np.corrcoef(u[:, 0], u[:, 1])[0, 1]) < limit
