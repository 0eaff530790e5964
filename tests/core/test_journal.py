"""The record format: anybody can recompute a digest, and equal facts give equal text."""

import hashlib
import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

import pytest

from custom_components.verified_response.core.journal import (
    GENESIS,
    Link,
    canonical,
    seal,
    timestamp,
    verify_chain,
)
from custom_components.verified_response.engine.ports import Entry

AT = datetime(2026, 11, 1, 2, 3, 4, 5, tzinfo=UTC)
ENTRY = Entry(at=AT, kind="opened", subject="i1", payload={"b": [1, 2.5, None], "a": "Tür"})


def test_digest_can_be_recomputed_with_a_json_library_alone():
    row = seal(ENTRY, 7, "ab" * 32)
    stored = [7, "2026-11-01T02:03:04.000005+00:00", "opened", "i1", dict(ENTRY.payload), "ab" * 32]
    text = json.dumps(stored, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    assert row.digest == hashlib.sha256(text.encode()).hexdigest()


def test_format_never_changes_by_accident():
    row = seal(ENTRY, 1, GENESIS.digest)
    assert row.payload == '{"a":"Tür","b":[1,2.5,null]}'
    assert row.digest == "8291170e3a5f9545458317913eaa4c5bedfedeed1b0c8411174ebd0ae76f2dd5"


def test_order_of_keys_and_time_zone_make_no_difference():
    other = replace(
        ENTRY,
        at=AT.astimezone(timezone(timedelta(hours=2))),
        payload=dict(reversed(ENTRY.payload.items())),
    )
    assert seal(other, 1, GENESIS.digest) == seal(ENTRY, 1, GENESIS.digest)


@pytest.mark.parametrize(
    ("one", "two"),
    [
        (replace(ENTRY, kind='a","b', subject="c"), replace(ENTRY, kind="a", subject='b","c')),
        (replace(ENTRY, subject=None), replace(ENTRY, subject="null")),
        (replace(ENTRY, payload={"a": 1}), replace(ENTRY, payload={"a": "1"})),
        (replace(ENTRY, payload={"a": 1}), replace(ENTRY, payload={"a": True})),
    ],
)
def test_encoding_is_unambiguous(one, two):
    assert seal(one, 1, GENESIS.digest).digest != seal(two, 1, GENESIS.digest).digest


def test_what_cannot_be_read_back_is_refused():
    with pytest.raises(ValueError, match="time zone"):
        timestamp(AT.replace(tzinfo=None))
    with pytest.raises(ValueError, match="float"):
        canonical({"score": float("nan")})
    with pytest.raises(TypeError):
        seal(replace(ENTRY, payload={"at": AT}), 1, GENESIS.digest)


def test_chain_can_be_followed_in_steps():
    rows, link = [], GENESIS
    for seq in range(1, 8):
        row = seal(ENTRY, seq, link.digest)
        rows.append(row)
        link = Link(seq, row.digest)
    middle, holds = verify_chain(rows[:4])
    assert (middle.seq, holds) == (4, True)
    assert verify_chain(rows[4:], middle) == (link, True)
    assert verify_chain([]) == (GENESIS, True)
    assert verify_chain(rows[4:], Link(4, "00" * 32)) == (Link(4, "00" * 32), False)


def test_bytes_that_are_no_text_break_the_chain_instead_of_the_reader():
    row = seal(ENTRY, 1, GENESIS.digest)
    for damaged in (row._replace(payload="\udcff"), row._replace(kind=b"opened")):
        assert verify_chain([damaged]) == (GENESIS, False)
