from datetime import UTC, datetime
from itertools import zip_longest

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from custom_components.verified_response.core import alarm_codes
from custom_components.verified_response.core.alarm_codes import (
    StoredCode,
    any_matches,
    hash_code,
    is_well_formed,
    lookalikes,
    matches,
    matching,
    refuse_code,
    salt_of,
    too_close,
)

SALT = bytes(range(16))
codes = st.from_regex(r"[0-9]{4,12}", fullmatch=True)


@pytest.mark.parametrize(
    "code", ["", "123", "1234567890123", "12a4", "12 45", "-1234", "١٢٣٤", "１２３９", "4917\n"]
)
def test_what_is_no_code(code: str) -> None:
    assert not is_well_formed(code)
    assert refuse_code(code) == "code_malformed"


@pytest.mark.parametrize(
    "code",
    [
        "0000",
        "7777777",
        "1212",
        "123123",
        "98769876",
        "1234",
        "4321",
        "7890",
        "8901",
        "0987",
        "23456789",
        "1987",
        "4774",
    ],
)
def test_weak_codes_are_refused(code: str) -> None:
    assert refuse_code(code) == "code_weak"


@pytest.mark.parametrize("code", ["4917", "1235", "90210", "1357", "730285614937"])
def test_good_codes_pass(code: str) -> None:
    assert refuse_code(code) is None


def test_hash_says_how_it_was_made_and_hides_the_code() -> None:
    hashed = hash_code("4917", salt=SALT)
    assert hashed.startswith(f"scrypt$16384$8$1${SALT.hex()}$")
    assert "4917" not in hashed.rpartition("$")[2] or len(hashed.rpartition("$")[2]) == 64
    assert salt_of(hashed) == SALT
    assert matches("4917", hashed)
    assert not matches("4918", hashed)
    assert hash_code("4917", salt=bytes(16)) != hashed


def test_codes_made_at_another_cost_still_match(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(alarm_codes, "_COST", 2**4)
    cheap = hash_code("4917", salt=SALT)
    monkeypatch.undo()
    assert cheap.startswith("scrypt$16$")
    assert matches("4917", cheap)


@pytest.mark.parametrize("stored", ["", "4917", "scrypt$16$8$1$00$00", "md5$x"])
def test_unreadable_hashes_match_nothing(stored: str) -> None:
    assert not matches("4917", stored)
    assert salt_of(stored) is None


def test_every_stored_code_is_compared_with_one_derivation_per_salt(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    stored = [
        hash_code("4917", salt=SALT),
        hash_code("8063", salt=SALT),
        "unreadable",
        hash_code("4917", salt=bytes(16)),
    ]
    derived, compared = [], []
    derive, compare = alarm_codes._derive, alarm_codes.hmac.compare_digest
    monkeypatch.setattr(alarm_codes, "_derive", lambda c, r: derived.append(r) or derive(c, r))
    monkeypatch.setattr(
        alarm_codes.hmac, "compare_digest", lambda a, b: compared.append(b) or compare(a, b)
    )
    assert matching("4917", stored) == (True, False, False, True)
    assert len(derived) == 2
    assert len(compared) == 3


def test_any_matches_asks_nothing_of_an_empty_book() -> None:
    assert not any_matches(lookalikes("4917"), ())
    assert any_matches(frozenset({"1111", "4917"}), (hash_code("4917", salt=SALT),))


@pytest.mark.parametrize(
    ("duress", "code"),
    [
        ("4917", "4917"),
        ("4918", "4917"),
        ("4916", "4917"),
        ("5917", "4917"),
        ("4910", "4919"),
        ("1300", "1299"),
        ("0000", "9999"),
        ("49171", "4917"),
        ("491", "4917"),
    ],
)
def test_slips_are_too_close(duress: str, code: str) -> None:
    assert too_close(duress, code)
    assert too_close(code, duress)


@pytest.mark.parametrize(
    ("duress", "code"), [("4926", "4917"), ("7194", "4917"), ("491712", "4917"), ("34917", "4917")]
)
def test_two_digits_are_enough(duress: str, code: str) -> None:
    assert not too_close(duress, code)


@st.composite
def pairs(draw: st.DrawFn) -> tuple[str, str]:
    """Two codes, mostly near ones: chance alone hardly ever draws those."""
    code = draw(codes)
    digits = list(code)
    for _ in range(draw(st.integers(0, 3))):
        digits[draw(st.integers(0, len(digits) - 1))] = draw(st.sampled_from("0123456789"))
    changed = "".join(digits)
    stepped = str((int(code) + draw(st.sampled_from([-1, 1]))) % 10 ** len(code)).zfill(len(code))
    longer = code + draw(st.from_regex(r"[0-9]{1,2}", fullmatch=True))
    fit = [other for other in (changed, stepped, longer, code[:-1], code[1:]) if len(other) >= 4]
    return code, draw(st.sampled_from([*(other[:12] for other in fit), draw(codes)]))


@settings(max_examples=500)
@given(pairs())
def test_a_duress_code_is_two_digits_from_every_code_and_never_one_plus(
    pair: tuple[str, str],
) -> None:
    """What is taken is exactly what differs in two digits (a missing one differs) and is no neighbour."""
    duress, code = pair
    differing = sum(a != b for a, b in zip_longest(duress, code))
    one_plus = len(duress) == len(code) and (int(duress) - int(code)) % 10 ** len(code) in (
        1,
        10 ** len(code) - 1,
    )
    assert too_close(duress, code) == (differing < 2 or one_plus)
    assert too_close(code, duress) == too_close(duress, code)


@pytest.mark.parametrize(
    ("changes", "lasts"),
    [
        ({}, True),
        ({"duress": True}, False),
        ({"once": True}, False),
        ({"expires_at": datetime(2099, 1, 1, tzinfo=UTC)}, False),
    ],
)
def test_which_codes_last(changes: dict[str, object], lasts: bool) -> None:
    assert StoredCode(contact_id="ada", hashed="x", **changes).lasts is lasts


@given(codes)
def test_everything_alike_is_listed(code: str) -> None:
    alike = lookalikes(code)
    for other in alike:
        assert too_close(code, other)
    assert len(alike) >= 9 * len(code) + 12
