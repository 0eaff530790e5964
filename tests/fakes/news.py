"""What the doors show of events, without the rules that tell them: folded and published as the desk does."""

from dataclasses import replace
from typing import Any

from custom_components.verified_response.core import events as ev
from custom_components.verified_response.core.folds.evolve import evolve


async def tell(house: Any, *events: ev.Event) -> None:
    """Let these happen now in a house of the scenarios; nothing is journalled, nothing is decided."""
    desk = house.entry.runtime_data.desk
    state, now = desk.state, desk.now()
    for event in events:
        state = evolve(state, event, now)
    desk.feed.publish(replace(desk.feed.latest, state=state, news=events, at=now))
    await house.settle()
