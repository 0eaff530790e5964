"""Pictures in forms: for whoever has the signed path, for some minutes, never many."""

import re
from datetime import timedelta

import pytest
from homeassistant.components.http.auth import STORAGE_KEY
from homeassistant.setup import async_setup_component
from homeassistant.util.dt import utcnow
from pytest_homeassistant_custom_component.common import async_fire_time_changed

from custom_components.verified_response.shown_pictures import (
    KEPT_FOR,
    MOST_KEPT,
    SHELF,
    PictureShelf,
    as_markdown,
)


class Hands:
    """A clock moved by hand."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


def test_a_picture_is_there_for_some_minutes() -> None:
    hands = Hands()
    shelf = PictureShelf(hands)
    first = shelf.put(b"first")
    hands.now += KEPT_FOR.total_seconds() - 1
    assert shelf.get(first) == b"first"
    hands.now += 2
    assert shelf.get(first) is None


def test_only_the_newest_few_are_kept() -> None:
    shelf = PictureShelf(Hands())
    ids = [shelf.put(bytes([number])) for number in range(MOST_KEPT + 2)]
    assert [shelf.get(key) is not None for key in ids] == [False, False, *[True] * MOST_KEPT]


def test_ids_cannot_be_guessed() -> None:
    shelf = PictureShelf(Hands())
    ids = {shelf.put(b"") for _ in range(20)}
    assert len(ids) == 20
    assert min(map(len, ids)) >= 32
    assert shelf.get("") is None


async def test_no_picture_is_no_text(hass) -> None:
    assert as_markdown(hass, None) == ""
    assert SHELF not in hass.data


@pytest.mark.real
async def test_only_the_signed_path_shows_it(hass, hass_client, hass_client_no_auth) -> None:
    assert await async_setup_component(hass, "http", {})
    text = as_markdown(hass, b"the picture")
    again = as_markdown(hass, b"another")
    path = text.removeprefix("![](").removesuffix(")")
    stranger = await hass_client_no_auth()
    answer = await stranger.get(path)
    assert (answer.status, await answer.read()) == (200, b"the picture")
    assert answer.headers["Content-Type"] == "image/jpeg"
    assert answer.headers["Cache-Control"] == "no-store"
    bare = path.partition("?")[0]
    assert (await stranger.get(bare)).status == 401
    other = re.search(r"picture/([\w-]+)", again)
    assert other is not None
    borrowed = re.sub(r"picture/[\w-]+", f"picture/{other[1]}", path)
    assert (await stranger.get(borrowed)).status == 401, "a signature is for one picture"
    owner = await hass_client()
    assert (await owner.get(bare.rpartition("/")[0] + "/unknown")).status == 404


async def test_an_old_picture_leaves_the_memory_by_itself(hass) -> None:
    hands = Hands()
    shelf = hass.data[SHELF] = PictureShelf(hands)
    hass.data[STORAGE_KEY] = "refresh token of nobody"
    as_markdown(hass, b"picture")
    hands.now += KEPT_FOR.total_seconds() + 1
    async_fire_time_changed(hass, utcnow() + KEPT_FOR + timedelta(seconds=2))
    await hass.async_block_till_done()
    assert shelf._kept == {}
