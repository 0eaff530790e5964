import threading
from datetime import UTC, datetime
from typing import Any
from unittest.mock import patch

import pytest
from homeassistant.core import HomeAssistant

from custom_components.verified_response.adapters import code_book
from custom_components.verified_response.adapters.code_book import HashedCodeBook
from custom_components.verified_response.core import alarm_codes
from custom_components.verified_response.core.alarm_codes import StoredCode, hash_code
from custom_components.verified_response.engine.ports import CodeVerdict

SALT = bytes(range(16))


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(alarm_codes, "_COST", 2**4)


def stored(contact: str, code: str, *, duress: bool = False, **more: Any) -> StoredCode:
    hashed = hash_code(code, salt=SALT)
    return StoredCode(contact_id=contact, hashed=hashed, duress=duress, **more)


@pytest.fixture
def book(hass: HomeAssistant) -> HashedCodeBook:
    return HashedCodeBook(
        hass, [stored("ada", "4917"), stored("ada", "8063", duress=True), stored("ben", "2580")]
    )


async def test_says_whose_code_it_is(book: HashedCodeBook) -> None:
    assert book.has_codes()
    assert await book.verify("4917") == CodeVerdict(contact_id="ada", duress=False)
    assert await book.verify("8063") == CodeVerdict(contact_id="ada", duress=True)
    assert await book.verify("2580") == CodeVerdict(contact_id="ben", duress=False)
    assert await book.verify("9999") is None


async def test_says_how_long_a_code_is_good(hass: HomeAssistant) -> None:
    end = datetime(2026, 12, 1, tzinfo=UTC)
    guest = stored("gil", "4917", code_id="9f3c", once=True, expires_at=end)
    assert await HashedCodeBook(hass, [guest]).verify("4917") == CodeVerdict(
        contact_id="gil", duress=False, code_id="9f3c", once=True, expires_at=end
    )


@pytest.mark.parametrize("code", ["", "49", "49171234567890", "four", "4917 "])
async def test_what_is_no_code_is_nobodys(book: HashedCodeBook, code: str) -> None:
    assert await book.verify(code) is None


async def test_an_empty_book_has_no_codes(hass: HomeAssistant) -> None:
    book = HashedCodeBook(hass, [])
    assert not book.has_codes()
    assert await book.verify("4917") is None


async def test_an_unreadable_code_opens_nothing_and_leaves_the_others(hass: HomeAssistant) -> None:
    broken = StoredCode(contact_id="eve", hashed="scrypt$broken")
    book = HashedCodeBook(hass, [broken, stored("ada", "4917")])
    assert await book.verify("4917") == CodeVerdict(contact_id="ada", duress=False)
    assert await book.verify("0000") is None
    assert HashedCodeBook(hass, [broken]).has_codes()


async def test_the_cry_for_help_wins(hass: HomeAssistant) -> None:
    book = HashedCodeBook(hass, [stored("ada", "4917"), stored("ben", "4917", duress=True)])
    assert await book.verify("4917") == CodeVerdict(contact_id="ben", duress=True)


@pytest.mark.parametrize("code", ["4917", "2580", "7306"])
async def test_every_code_is_compared_off_the_event_loop(book: HashedCodeBook, code: str) -> None:
    calls = []

    def matching(typed, hashed):
        calls.append((len(hashed), threading.current_thread() is threading.main_thread()))
        return alarm_codes.matching(typed, hashed)

    with patch.object(code_book, "matching", matching):
        await book.verify(code)
    assert calls == [(3, False)]
