"""Two premises on one hub: an answer belongs to the one that asks."""

from types import SimpleNamespace
from typing import Any
from unittest.mock import patch

import pytest
from homeassistant.config_entries import ConfigEntryState

from custom_components.verified_response.adapters.voice.sentences import Utterance
from custom_components.verified_response.compose import hearing

PHONE = Utterance(text="stop", language="en")


def premises(*, cry: bool = False) -> Any:
    state = SimpleNamespace(cry=object() if cry else None, open_incidents=lambda: ())
    desk = SimpleNamespace(state=state, premises=SimpleNamespace(zones={}))
    return SimpleNamespace(state=ConfigEntryState.LOADED, runtime_data=SimpleNamespace(desk=desk))


@pytest.mark.parametrize(("asking", "meant"), [(0, [True, False]), (1, [False, True])])
def test_whoever_asks_gets_the_answer(asking: int, meant: list[bool]):
    entries = [premises(cry=number == asking) for number in range(2)]
    hass = SimpleNamespace(config_entries=SimpleNamespace(async_entries=lambda _domain: entries))
    found = []
    for entry in entries:
        ear = object.__new__(hearing.Ear)
        ear._hass, ear._entry = hass, entry
        with patch.object(hearing, "area_of", return_value=None):
            found.append(ear._is_meant(PHONE, hearing.is_asking))
            assert ear._is_meant(PHONE, hearing.has_something_open) is found[-1]
    assert found == meant


def test_where_nobody_asks_the_first_is_meant():
    entries = [premises(), premises()]
    hass = SimpleNamespace(config_entries=SimpleNamespace(async_entries=lambda _domain: entries))
    for number, entry in enumerate(entries):
        ear = object.__new__(hearing.Ear)
        ear._hass, ear._entry = hass, entry
        with patch.object(hearing, "area_of", return_value=None):
            assert ear._is_meant(PHONE) is (number == 0)
