"""Ids sort by time and cannot be guessed; digits are digits."""

import time

import pytest

from custom_components.verified_response.adapters.code_source import SecretIdSource


def test_ids_differ_and_sort_in_the_order_they_were_made():
    source = SecretIdSource()
    made = [source.new_id() for _ in range(500)]
    assert made == sorted(set(made))
    assert {len(name) for name in made} == {26}


def test_ids_sort_although_the_clock_was_set_back(monkeypatch):
    source = SecretIdSource()
    before = source.new_id()
    an_hour_ago = time.time_ns() - 3600 * 10**9
    monkeypatch.setattr(time, "time_ns", lambda: an_hour_ago)
    assert source.new_id() > before


def test_a_later_source_makes_later_ids(monkeypatch):
    before = SecretIdSource().new_id()
    tomorrow = time.time_ns() + 86400 * 10**9
    monkeypatch.setattr(time, "time_ns", lambda: tomorrow)
    assert SecretIdSource().new_id() > before


def test_the_random_part_is_fresh_each_time():
    source = SecretIdSource()
    tails = {source.new_id()[10:] for _ in range(200)}
    assert len(tails) == 200
    assert all(len({tail[at] for tail in tails}) > 10 for at in range(16))


@pytest.mark.parametrize("length", [0, 1, 4, 6, 12])
def test_digits(length):
    digits = SecretIdSource().digits(length)
    assert len(digits) == length
    assert all(d in "0123456789" for d in digits)


def test_digits_use_all_ten():
    assert set(SecretIdSource().digits(1000)) == set("0123456789")
