"""Signatures: genuine ones pass inside the window, everything else is refused."""

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from custom_components.verified_response.public_safety.signing import (
    REPLAY_WINDOW_S,
    sign,
    verify,
)
from sandbox.police_desk.webhooks import signature

secrets_ = st.text(st.characters(min_codepoint=33, max_codepoint=126), min_size=1, max_size=40)
times = st.integers(min_value=10**6, max_value=4 * 10**9)
bodies = st.binary(max_size=200)


@given(secrets_, bodies, times, st.integers(-REPLAY_WINDOW_S, REPLAY_WINDOW_S))
def test_genuine_inside_the_window(secret, body, now, drift):
    assert verify(secret, sign(secret, body, now), body, now + drift)


@given(secrets_, bodies, times, st.integers(REPLAY_WINDOW_S + 1, 10**6), st.sampled_from([1, -1]))
def test_replay_outside_the_window(secret, body, now, late, side):
    assert not verify(secret, sign(secret, body, now), body, now + side * late)


@given(secrets_, bodies, bodies, times)
def test_other_body(secret, body, other, now):
    assume(body != other)
    assert not verify(secret, sign(secret, body, now), other, now)


@given(secrets_, secrets_, bodies, times)
def test_other_secret(secret, other, body, now):
    assume(secret != other)
    assert not verify(other, sign(secret, body, now), body, now)


@given(secrets_, bodies, times, st.integers(1, REPLAY_WINDOW_S))
def test_other_time_in_the_header(secret, body, now, shift):
    header = sign(secret, body, now).replace(f"t={now}", f"t={now + shift}")
    assert not verify(secret, header, body, now)


@given(secrets_, bodies, times, st.integers(0, 63))
def test_any_changed_digit(secret, body, now, place):
    head, _, digest = sign(secret, body, now).partition("v1=")
    digit = "0" if digest[place] != "0" else "1"
    assert not verify(secret, f"{head}v1={digest[:place]}{digit}{digest[place + 1 :]}", body, now)


@given(st.text(max_size=120))
def test_nonsense_header_is_refused_not_raised(header):
    assert not verify("secret", header, b"body", 1_700_000_000)


@pytest.mark.parametrize("change", [str.upper, lambda h: h + "\n", lambda h: " " + h])
def test_header_is_read_strictly(change):
    header = sign("secret", b"body", 1_700_000_000)
    assert not verify("secret", change(header), b"body", 1_700_000_000)


def test_no_secret_verifies_nothing():
    with pytest.raises(ValueError, match="secret"):
        sign("", b"body", 0)
    assert not verify("", signature("", b"body", 100), b"body", 100)


@given(secrets_, bodies, times)
def test_desk_and_home_sign_alike(secret, body, now):
    assert signature(secret, body, now) == sign(secret, body, now)


def test_known_answer():
    assert sign("key", b"{}", 1700000000.9) == (
        "t=1700000000,v1=9d713ed406bb7076d4123f0dc2c39d2df5c654ed4b0cd56b52c8b4c940bd63ae"
    )
