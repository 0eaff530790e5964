"""Whatever is done to a record is found at that record."""

from datetime import UTC, datetime

from hypothesis import assume, given
from hypothesis import strategies as st

from custom_components.verified_response.core.journal import GENESIS, Row, seal, verify_chain
from custom_components.verified_response.engine.ports import Entry

TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3),
    max_leaves=5,
)
ENTRIES = st.builds(
    Entry,
    at=st.datetimes(datetime(2000, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001 - hypothesis wants naive bounds
    kind=TEXT,
    subject=st.none() | TEXT,
    payload=st.dictionaries(TEXT, VALUES, max_size=3),
)


def chain(entries: list[Entry]) -> list[Row]:
    rows: list[Row] = []
    for entry in entries:
        rows.append(seal(entry, len(rows) + 1, rows[-1].digest if rows else GENESIS.digest))
    return rows


CHAINS = st.lists(ENTRIES, min_size=1, max_size=8).map(chain)


def first_broken(rows: list[Row]) -> int | None:
    reached, holds = verify_chain(rows)
    return None if holds else reached.seq + 1


@given(CHAINS)
def test_untouched_chain_holds(rows):
    assert verify_chain(rows) == ((len(rows), rows[-1].digest), True)


@given(CHAINS, st.data())
def test_any_change_of_any_field_is_found_at_its_record(rows, data):
    place = data.draw(st.integers(0, len(rows) - 1))
    field = data.draw(st.sampled_from(Row._fields))
    old = getattr(rows[place], field)
    new = data.draw(
        st.integers(-5, 20) if field == "seq" else st.none() | TEXT if field == "subject" else TEXT
    )
    assume(new != old)
    rows[place] = rows[place]._replace(**{field: new})
    assert first_broken(rows) == place + 1


@given(CHAINS, st.data())
def test_one_changed_character_is_found_at_its_record(rows, data):
    place = data.draw(st.integers(0, len(rows) - 1))
    field = data.draw(st.sampled_from(["at", "kind", "payload", "previous", "digest"]))
    old = getattr(rows[place], field)
    assume(old)
    at = data.draw(st.integers(0, len(old) - 1))
    new = data.draw(st.characters(exclude_categories=["Cs"]).filter(lambda char: char != old[at]))
    rows[place] = rows[place]._replace(**{field: old[:at] + new + old[at + 1 :]})
    assert first_broken(rows) == place + 1


@given(CHAINS, st.data())
def test_a_record_forged_with_a_right_digest_breaks_the_next(rows, data):
    assume(len(rows) > 1)
    place = data.draw(st.integers(0, len(rows) - 2))
    forged = seal(data.draw(ENTRIES), place + 1, rows[place].previous)
    assume(forged != rows[place])
    rows[place] = forged
    assert first_broken(rows) == place + 2


@given(CHAINS, st.data())
def test_two_records_that_change_places_are_found_at_the_first(rows, data):
    assume(len(rows) > 1)
    one = data.draw(st.integers(0, len(rows) - 2))
    two = data.draw(st.integers(one + 1, len(rows) - 1))
    rows[one], rows[two] = rows[two], rows[one]
    assert first_broken(rows) == one + 1


@given(CHAINS, st.data())
def test_a_removed_or_doubled_record_is_found_at_its_place(rows, data):
    assume(len(rows) > 1)
    place = data.draw(st.integers(0, len(rows) - 2))
    assert first_broken(rows[:place] + rows[place + 1 :]) == place + 1
    assert first_broken(rows[: place + 1] + rows[place:]) == place + 2
