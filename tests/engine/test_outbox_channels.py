"""People by several channels: each has a lane of its own, and the prompt says which it is and what it names."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from dataclasses import replace

import pytest

from custom_components.verified_response.core import commands as cmd
from custom_components.verified_response.core.effects import PendingEffect, Push
from custom_components.verified_response.core.errors import ShareRejectedError, WorkFailedError
from custom_components.verified_response.core.premises import Channel, ChannelKind
from custom_components.verified_response.engine import outbox
from custom_components.verified_response.engine.ports import Prompt
from tests import builders

from .rig import QUICK, Rig

PHONE = "push:notify.owner"
SPEAKER = "speech:media_player.kitchen"
MAIL = "message:notify.mail"


@pytest.fixture
async def rig() -> AsyncIterator[Rig]:
    """A house whose owner has a phone, a loudspeaker and mail."""
    more = (
        Channel(kind=ChannelKind.SPEECH, target="media_player.kitchen"),
        Channel(kind=ChannelKind.MESSAGE, target="notify.mail"),
    )
    made = Rig(
        builders.premises(
            policy=builders.policy(**QUICK),
            contacts=builders.by_id([builders.contact("owner", more=more)]),
            responders=builders.by_id([builders.responder("desk")]),
        )
    )
    await made.start()
    yield made
    await made.stop()


def not_delivered(rig: Rig) -> Sequence[str]:
    """Return the channels by which the owner heard that nobody was reached, in order."""
    return [channel for _, channel, key in rig.contacts.by_channel if key == "not_delivered"]


async def test_news_goes_by_every_channel(rig: Rig) -> None:
    rig.center.fails = [ShareRejectedError("refused")]
    await rig.panic()
    assert set(not_delivered(rig)) == {PHONE, SPEAKER, MAIL}


async def test_a_slow_channel_holds_up_no_other(rig: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    send = rig.contacts.send
    speaks = asyncio.Event()

    async def slowly(contact_id: str, prompt: Prompt) -> None:
        if prompt.channel == SPEAKER:
            await speaks.wait()
        await send(contact_id, prompt)

    monkeypatch.setattr(rig.contacts, "send", slowly)
    rig.center.fails = [ShareRejectedError("refused")]
    await rig.panic()
    assert set(not_delivered(rig)) == {PHONE, MAIL}
    speaks.set()
    await rig.settle()
    assert set(not_delivered(rig)) == {PHONE, SPEAKER, MAIL}


async def test_a_channel_that_hangs_times_out_alone(
    rig: Rig, monkeypatch: pytest.MonkeyPatch
) -> None:
    send = rig.contacts.send

    async def hang(contact_id: str, prompt: Prompt) -> None:
        if prompt.channel == SPEAKER:
            await asyncio.Event().wait()
        await send(contact_id, prompt)

    monkeypatch.setattr(outbox, "TIMEOUT_S", 0.01)
    monkeypatch.setattr(rig.contacts, "send", hang)
    rig.center.fails = [ShareRejectedError("refused")]
    await rig.panic()
    await asyncio.sleep(0.05)
    left = [item for item in rig.desk.state.effects.values() if isinstance(item.effect, Push)]
    assert {item.effect.channel for item in left} == {SPEAKER}
    assert left[0].last_error == "timed_out"
    assert set(not_delivered(rig)) == {PHONE, MAIL}


async def test_patience_with_one_channel_ends_and_the_others_are_used(rig: Rig) -> None:
    rig.contacts.broken[PHONE] = "channel_missing"
    rig.center.fails = [ShareRejectedError("refused")]
    await rig.panic()
    await rig.wait(3600)
    assert set(not_delivered(rig)) == {SPEAKER, MAIL}
    assert rig.desk.state.effects == {}


async def test_messages_of_one_channel_keep_their_order(rig: Rig) -> None:
    """What comes later waits until what came before was sent or given up."""
    tried: list[str] = []
    send = rig.contacts.send

    async def first_fails(contact_id: str, prompt: Prompt) -> None:
        if prompt.channel == MAIL:
            tried.append(prompt.key)
            if len(tried) == 1:
                raise WorkFailedError("channel_failed")
        await send(contact_id, prompt)

    rig.contacts.send = first_fails
    pushes = [
        Push(incident_id=None, contact_id="owner", prompt=key, channel=MAIL)
        for key in ("zone_silent", "loitering")
    ]
    effects = {
        f"e{number}": PendingEffect(id=f"e{number}", effect=push, requested_at=rig.clock.now())
        for number, push in enumerate(pushes)
    }
    rig.desk.show(state=replace(rig.desk.state, effects=effects))
    await rig.settle()
    assert tried == ["zone_silent"]
    await rig.wait(outbox.FIRST_RETRY_S)
    assert tried == ["zone_silent", "zone_silent", "loitering"]


async def test_the_prompt_says_which_channel_and_what_it_names(rig: Rig) -> None:
    effect = Push(
        incident_id=None,
        contact_id="owner",
        prompt="zone_silent",
        channel=MAIL,
        about=("kitchen_window",),
    )
    pending = PendingEffect(id="e1", effect=effect, requested_at=rig.clock.now())
    await rig.outbox._perform(pending, inherited=False)
    [(_, prompt)] = rig.contacts.sent
    assert (prompt.channel, prompt.about) == (MAIL, ("kitchen_window",))


@pytest.mark.parametrize("call", ["silent", "duress"])
async def test_a_call_that_nobody_may_see_uses_no_channel(rig: Rig, call: str) -> None:
    rig.center.fails = [ShareRejectedError("refused")]
    if call == "silent":
        await rig.panic(silent=True)
    else:
        await rig.arm()
        await rig.do(cmd.Disarm(area_id="house", by="owner", duress=True, new_id="d1"))
    await rig.wait(3600)
    assert rig.incident.silent
    assert not rig.center.created, "it was refused, which people would hear of otherwise"
    assert not rig.contacts.sent
