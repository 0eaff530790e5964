"""What there is to tell, and a person to tell it to."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from homeassistant.core import HomeAssistant

from custom_components.verified_response.adapters.contacts.home import HomeContacts
from custom_components.verified_response.adapters.wording import load_wording
from custom_components.verified_response.const import DOMAIN
from custom_components.verified_response.core.assessment import Assessment
from custom_components.verified_response.core.detection import Trust
from custom_components.verified_response.core.evidence import PersonSeen
from custom_components.verified_response.core.incident import Incident, IncidentKind, Stage
from custom_components.verified_response.core.premises import Channel, ChannelKind, Contact
from custom_components.verified_response.engine.ports import Prompt
from tests import builders

NOW = datetime(2026, 11, 20, 3, 12, tzinfo=UTC)
ASK = ("confirm", "false_alarm", "cannot_see")
SEEN = PersonSeen(
    at=NOW, camera_id="hall", outdoor=False, trust=Trust.FULL, engine="e", scores=(0.9,)
)


def incident(**changes: Any) -> Incident:
    """Return a burglary in which a person was seen."""
    return Incident(
        **{
            "id": "i1",
            "kind": IncidentKind.BURGLARY,
            "opened_at": NOW,
            "stage": Stage.AWAITING_CONFIRMATION,
            "assessment": Assessment(level=2, raised_by=("person_seen",)),
            "evidence": (SEEN,),
            **changes,
        }
    )


def person(*channels: Channel, contact_id: str = "ada") -> Contact:
    """Return somebody with these channels."""
    pushed = [item.target for item in channels if item.kind is ChannelKind.PUSH]
    return builders.contact(
        contact_id,
        notify=pushed[0] if pushed else None,
        more=tuple(item for item in channels if item.kind is not ChannelKind.PUSH),
    )


def prompt(
    people: Mapping[str, Contact] | None = None,
    *,
    key: str = "ask_confirmation",
    of: Incident | None = None,
    channel: Channel | str = "",
    **more: Any,
) -> Prompt:
    """Return a question about an incident, unless something else is said."""
    return Prompt(
        key=key,
        incident=of,
        premises=builders.premises(**({} if people is None else {"contacts": people})),
        channel=channel if isinstance(channel, str) else channel.key,
        **{"actions": ASK if of else (), **more},
    )


async def contacts(
    hass: HomeAssistant, people: Mapping[str, Contact], **changes: Any
) -> HomeContacts:
    """Return the adapter for these people, with the English sentences."""
    return HomeContacts(
        hass,
        **{
            "domain": DOMAIN,
            "entry_id": "e1",
            "people": people,
            "voice": None,
            "siren": "siren.house",
            "wording": await load_wording(hass, DOMAIN, "en"),
            **changes,
        },
    )
