"""What is stored becomes values of the field, also when parts were removed."""

import pytest

from custom_components.verified_response.config_values import (
    Problem,
    config_problems,
    effective_mode,
    in_exercise,
    premises_from_entry,
    stored_codes,
)
from custom_components.verified_response.core.alarm_codes import StoredCode
from custom_components.verified_response.core.premises import (
    Area,
    CameraView,
    Contact,
    Door,
    LockFamily,
    Policy,
    Release,
    Responder,
    ResponderKind,
    ResponderMode,
    Zone,
    ZoneType,
)

from .fakes.config_entry import PHONE, RESPONDER, house, part

LIVE = {**RESPONDER, "mode": "live", "live_since": "2026-11-01", "verified_phone": PHONE}


def zone(name: str, kind: str = "perimeter", areas: tuple[str, ...] = ("house",)):
    return part(
        "zone",
        name,
        entity_id=f"binary_sensor.{name.lower()}",
        type=kind,
        areas=list(areas),
        cameras=["hall", "removed"],
        forced_entry=name == "Glass",
    )


def whole_house(**options):
    return house(
        part("area", "House"),
        zone("Glass", areas=("removed", "house")),
        part("camera", "Hall", entity_id="camera.hall", outdoor=True),
        part("lock", "Front", entity_id="lock.front", adapter="zwave_js"),
        part(
            "lock",
            "Back",
            entity_id="lock.back",
            adapter="manual",
            set_script="script.a",
            clear_script="script.b",
        ),
        part("contact", "Ada", role="owner", notify="notify.ada", code_hash="a", duress_hash="b"),
        part("contact", "Ben", role="neighbour"),
        part("responder", "Desk", **LIVE),
        **options,
    )


def test_everything_becomes_a_value() -> None:
    entry = whole_house(
        exit_delay=10, entry_delay=20, abort_window=15, confirmation_window=120, siren="siren.hall"
    )
    premises = premises_from_entry(entry, place_of=lambda source: (f"of {source}", "hall"))
    assert (premises.id, premises.name) == (entry.entry_id, "Home")
    assert premises.policy == Policy(
        exit_delay_s=10,
        entry_delay_s=20,
        abort_window_s=15,
        confirmation_window_s=120,
        siren="siren.hall",
    )
    assert premises.areas == {"house": Area(id="house", name="House")}
    assert premises.zones == {
        "glass": Zone(
            id="glass",
            name="Glass",
            type=ZoneType.PERIMETER,
            source="binary_sensor.glass",
            areas=("house",),
            cameras=("hall",),
            device="of binary_sensor.glass",
            place="hall",
            forced_entry=True,
        )
    }
    assert premises.cameras == {
        "hall": CameraView(id="hall", name="Hall", source="camera.hall", outdoor=True)
    }
    assert premises.doors == {
        "front": Door(id="front", name="Front", source="lock.front", family=LockFamily.ZWAVE_JS),
        "back": Door(
            id="back",
            name="Back",
            source="lock.back",
            family=LockFamily.MANUAL,
            set_script="script.a",
            clear_script="script.b",
        ),
    }
    assert premises.contacts == {
        "ada": Contact(id="ada", name="Ada", role="owner", notify="notify.ada", has_code=True),
        "ben": Contact(id="ben", name="Ben", role="neighbour"),
    }
    assert premises.responders == {
        "desk": Responder(
            id="desk",
            name="Desk",
            kind=ResponderKind.POLICE_DESK,
            mode=ResponderMode.LIVE,
            release=Release.CONFIRMED,
        )
    }


def test_nothing_configured_is_the_default_policy() -> None:
    premises = premises_from_entry(house(), place_of=lambda _: ("", ""))
    assert premises.policy == Policy()
    assert not premises.zones


def test_a_zone_without_area_is_told_unless_always_on() -> None:
    entry = house(
        part("area", "House"),
        zone("Glass"),
        zone("Shed", areas=("removed",)),
        zone("Smoke", kind="fire", areas=()),
    )
    assert config_problems(entry) == (
        Problem(code="zone_without_area", subentry_id="shed", name="Shed"),
    )
    premises = premises_from_entry(entry, place_of=lambda _: ("", ""))
    assert premises.zones["shed"].areas == ()


def test_codes_are_listed_with_their_owner() -> None:
    entry = whole_house()
    assert stored_codes(entry) == (
        StoredCode(contact_id="ada", hashed="a"),
        StoredCode(contact_id="ada", hashed="b", duress=True),
    )
    assert stored_codes(entry, but="ada") == ()


@pytest.mark.parametrize(
    ("data", "mode"),
    [
        ({"mode": "off"}, "off"),
        ({"mode": "exercise"}, "exercise"),
        (LIVE, "live"),
        ({**LIVE, "verified_phone": "+1 202 555 0199"}, "exercise"),
        ({"mode": "live", "verified_phone": PHONE}, "exercise"),
        ({"mode": "live", "live_since": "2026-11-01"}, "exercise"),
        (in_exercise(LIVE), "exercise"),
    ],
)
def test_live_holds_only_with_its_proofs(data: dict[str, str], mode: str) -> None:
    assert effective_mode(data, PHONE) == mode
    premises = premises_from_entry(
        house(part("responder", "Desk", **{**RESPONDER, **data})), place_of=lambda _: ("", "")
    )
    assert premises.responders["desk"].mode == mode
