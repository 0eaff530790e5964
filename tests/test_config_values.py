"""What is stored becomes values of the field, also when parts were removed."""

import logging
from datetime import UTC, datetime
from typing import Any

import pytest
from homeassistant.config_entries import ConfigSubentryDataWithId
from pytest_homeassistant_custom_component.common import MockConfigEntry

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
    ArmMode,
    CameraView,
    Channel,
    ChannelKind,
    Contact,
    Door,
    LockFamily,
    Policy,
    Release,
    Responder,
    ResponderAccess,
    ResponderKind,
    ResponderMode,
    Sign,
    SignKind,
    Zone,
    ZoneType,
)

from .fakes.config_entry import PHONE, RESPONDER, house, part

LIVE = {**RESPONDER, "mode": "live", "live_since": "2026-11-01", "verified_phone": PHONE}


def place(_: str) -> tuple[str, str]:
    return "", ""


def zone(
    name: str,
    kind: str = "perimeter",
    areas: tuple[str, ...] = ("house",),
    **more: Any,
) -> ConfigSubentryDataWithId:
    return part(
        "zone",
        name,
        entity_id=f"binary_sensor.{name.lower()}",
        type=kind,
        areas=list(areas),
        cameras=["hall", "removed"],
        forced_entry=name == "Glass",
        **more,
    )


def whole_parts() -> list[ConfigSubentryDataWithId]:
    return [
        part("area", "House", panel="alarm_control_panel.alarmo"),
        zone("Glass", areas=("removed", "house")),
        zone("Door", kind="entry_exit", entry_delay=40),
        zone("Stairs", kind="interior", modes=["away", "night"], cross=["removed", "glass"]),
        part("sign", "Chime", kind="glass_break", entity_id="event.chime"),
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
        part(
            "contact",
            "Ada",
            role="owner",
            notify="notify.ada",
            code_hash="a",
            duress_hash="b",
            code_id="9f3c",
            code_once=True,
            code_expires="2026-12-01T08:00:00+00:00",
            order=2,
            person="person.ada",
            satellites=["assist_satellite.kitchen"],
            speakers=["media_player.hall", "media_player.bath"],
            messages=["notify.ada_mail"],
        ),
        part("contact", "Ben", role="neighbour"),
        part("contact", "Cleo", role="household", code_hash="c"),
        part("responder", "Desk", **LIVE),
    ]


def whole_house(**options: Any) -> MockConfigEntry:
    return house(*whole_parts(), **options)


def test_everything_becomes_a_value() -> None:
    entry = whole_house(
        exit_delay=45,
        entry_delay=35,
        abort_window=20,
        confirmation_window=120,
        siren="siren.hall",
        auto_stay=False,
        auto_bypass=True,
        swinger_trips=3,
        cross_window=90,
        false_alarms_many=5,
        battery_low=20,
    )
    premises = premises_from_entry(entry, place_of=lambda source: (f"of {source}", "hall"))
    assert (premises.id, premises.name) == (entry.entry_id, "Home")
    assert premises.policy == Policy(
        exit_delay_s=45,
        entry_delay_s=35,
        abort_window_s=20,
        confirmation_window_s=120,
        siren="siren.hall",
        auto_stay=False,
        auto_bypass=True,
        swinger_trips=3,
        cross_window_s=90,
        false_alarms_many=5,
        battery_low=20,
    )
    assert premises.areas == {
        "house": Area(id="house", name="House", panel="alarm_control_panel.alarmo")
    }
    door, stairs = premises.zones["door"], premises.zones["stairs"]
    assert (door.entry_delay_s, door.modes, door.cross) == (40, None, ())
    assert (stairs.entry_delay_s, stairs.cross) == (None, ("glass",))
    assert stairs.modes == frozenset({ArmMode.AWAY, ArmMode.NIGHT})
    assert premises.signs == {
        "chime": Sign(
            id="chime",
            name="Chime",
            kind=SignKind.GLASS_BREAK,
            source="event.chime",
            device="of event.chime",
            place="hall",
        )
    }
    assert {key: item for key, item in premises.zones.items() if key == "glass"} == {
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
        "ada": Contact(
            id="ada",
            name="Ada",
            role="owner",
            notify="notify.ada",
            has_code=True,
            order=2,
            person="person.ada",
            more=(
                Channel(kind=ChannelKind.MESSAGE, target="notify.ada_mail"),
                Channel(kind=ChannelKind.SPEECH, target="media_player.hall"),
                Channel(kind=ChannelKind.SPEECH, target="media_player.bath"),
                Channel(kind=ChannelKind.SATELLITE, target="assist_satellite.kitchen"),
            ),
        ),
        "ben": Contact(id="ben", name="Ben", role="neighbour"),
        "cleo": Contact(id="cleo", name="Cleo", role="household", has_code=True),
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
    premises = premises_from_entry(house(), place_of=place)
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
        Problem(code="zone_without_area", subentry_id="shed", placeholders={"name": "Shed"}),
    )
    premises = premises_from_entry(entry, place_of=place)
    assert premises.zones["shed"].areas == ()


def test_codes_are_listed_with_their_owner() -> None:
    entry = whole_house()
    assert stored_codes(entry) == (
        StoredCode(
            contact_id="ada",
            hashed="a",
            code_id="9f3c",
            once=True,
            expires_at=datetime(2026, 12, 1, 8, tzinfo=UTC),
        ),
        StoredCode(contact_id="ada", hashed="b", duress=True),
        StoredCode(contact_id="cleo", hashed="c", code_id="cleo"),
    )
    assert stored_codes(entry, but="cleo") == stored_codes(entry)[:2]


# Numbers of an older configuration


@pytest.mark.parametrize(
    ("stored", "used"),
    [
        ({}, (60, 30, 30)),
        ({"exit_delay": 0, "entry_delay": 0, "abort_window": 45}, (0, 0, 45)),
        ({"exit_delay": 255, "entry_delay": 45, "abort_window": 15}, (255, 45, 15)),
        ({"exit_delay": 10, "entry_delay": 3, "abort_window": 5}, (45, 30, 15)),
        ({"exit_delay": 300, "entry_delay": 240, "abort_window": 90}, (255, 30, 30)),
        ({"exit_delay": -1, "entry_delay": -1, "abort_window": -1}, (0, 0, 15)),
        ({"exit_delay": 60, "entry_delay": 50, "abort_window": 20}, (60, 40, 20)),
        ({"exit_delay": 60, "entry_delay": 20, "abort_window": 40}, (60, 30, 30)),
        ({"exit_delay": "soon", "entry_delay": None, "abort_window": True}, (60, 30, 30)),
        ({"exit_delay": float("nan"), "entry_delay": float("inf")}, (60, 30, 30)),
        ({"exit_delay": 45.0, "entry_delay": 30.0, "abort_window": 15.0}, (45, 30, 15)),
    ],
)
def test_delays_that_are_not_allowed_become_the_nearest_that_are(
    stored: dict[str, Any], used: tuple[int, int, int]
) -> None:
    """One that is too short stays a delay: an alarm at the door at once would be another thing."""
    policy = premises_from_entry(house(**stored), place_of=place).policy
    assert (policy.exit_delay_s, policy.entry_delay_s, policy.abort_window_s) == used


@pytest.mark.parametrize(
    ("options", "own", "used"),
    [
        ({"entry_delay": 0, "abort_window": 45}, 40, (0, 30, 30)),
        ({"abort_window": 15}, 300, (30, 45, 15)),
        ({"abort_window": 15}, 10, (30, 30, 15)),
        ({"abort_window": 15}, -5, (30, 0, 15)),
        ({"abort_window": 15}, 0, (30, 0, 15)),
        ({"abort_window": 15}, "later", (30, 30, 15)),
    ],
)
def test_a_zones_own_delay_is_moved_too(
    options: dict[str, Any], own: Any, used: tuple[int, int, int]
) -> None:
    entry = house(
        part("area", "House"), zone("Door", kind="entry_exit", entry_delay=own), **options
    )
    premises = premises_from_entry(entry, place_of=place)
    door = premises.zones["door"]
    policy = premises.policy
    assert (policy.entry_delay_s, door.entry_delay_s, policy.abort_window_s) == used


def test_only_an_entry_door_has_a_delay_of_its_own() -> None:
    entry = house(zone("Glass", entry_delay=200), abort_window=45, entry_delay=0)
    premises = premises_from_entry(entry, place_of=place)
    assert premises.zones["glass"].entry_delay_s is None
    assert premises.policy.abort_window_s == 45
    assert [item.code for item in config_problems(entry)] == ["zone_without_area"]


def test_what_was_changed_is_told_once_and_by_name(caplog: pytest.LogCaptureFixture) -> None:
    entry = house(
        part("area", "House"),
        zone("Door", kind="entry_exit", entry_delay=10),
        zone("Garage", kind="entry_exit", entry_delay=30),
        exit_delay=10,
        entry_delay=30,
        abort_window=20,
    )
    assert config_problems(entry) == (
        Problem(
            code="delay_changed",
            placeholders={
                "exit_delay": "10 → 45 s",
                "entry_delay": "–",
                "abort_window": "–",
                "zones": "Door 10 → 30 s",
            },
        ),
    )
    with caplog.at_level(logging.WARNING):
        premises_from_entry(entry, place_of=place)
    [line] = [item.getMessage() for item in caplog.records]
    assert "exit_delay 10 -> 45, entry_delay 10 -> 30" in line
    assert "Door" not in line


def test_allowed_numbers_are_nothing_to_tell(caplog: pytest.LogCaptureFixture) -> None:
    entry = whole_house(exit_delay=0, entry_delay=45, abort_window=15, swinger_trips=6)
    premises_from_entry(entry, place_of=place)
    assert caplog.records == []
    assert "delay_changed" not in {item.code for item in config_problems(entry)}


@pytest.mark.parametrize(
    ("field", "name", "stored", "used"),
    [
        ("confirmation_window", "confirmation_window_s", 5, 30),
        ("swinger_trips", "swinger_trips", 0, 1),
        ("cross_window", "cross_window_s", 9999, 300),
        ("false_alarms_many", "false_alarms_many", 1, 2),
        ("battery_low", "battery_low", 100, 50),
        ("battery_low", "battery_low", "empty", 15),
    ],
)
def test_other_numbers_are_kept_in_their_bounds(
    field: str, name: str, stored: Any, used: int
) -> None:
    entry = house(**{field: stored})
    assert getattr(premises_from_entry(entry, place_of=place).policy, name) == used
    assert config_problems(entry) == ()


# What cannot work


@pytest.mark.parametrize(
    ("more", "problems"),
    [
        ([], []),
        ([part("contact", "Ben", role="household", duress_hash="b")], []),
        ([part("contact", "Ben", role="household", code_hash="a")], []),
        ([part("contact", "Ben", role="household", code_hash="a", code_once=True)],
         ["no_lasting_code"]),
        ([part("contact", "Ben", role="household", code_hash="a",
               code_expires="2026-12-01T08:00:00+00:00")], ["no_lasting_code"]),
        ([part("contact", "Ben", role="household", code_hash="a", code_once=True),
          part("contact", "Cleo", role="household", code_hash="c")], []),
    ],
)  # fmt: skip
def test_somebody_needs_a_code_that_lasts(more: list[Any], problems: list[str]) -> None:
    assert [item.code for item in config_problems(house(*more))] == problems


def test_a_zone_is_no_partner_of_its_own() -> None:
    entry = house(part("area", "House"), zone("Glass", cross=["glass", "house", "stairs"]),
                  zone("Stairs", kind="interior"))  # fmt: skip
    assert premises_from_entry(entry, place_of=place).zones["glass"].cross == ("stairs",)


@pytest.mark.parametrize("removed", [
    "house", "glass", "door", "stairs", "chime", "hall", "front", "back", "ada", "ben", "desk",
])  # fmt: skip
def test_what_was_removed_keeps_nothing_from_loading(removed: str) -> None:
    parts = [item for item in whole_parts() if item["subentry_id"] != removed]
    premises = premises_from_entry(house(*parts), place_of=place)
    known = {**premises.areas, **premises.zones, **premises.cameras}
    for item in premises.zones.values():
        assert {*item.areas, *item.cameras, *item.cross} <= known.keys()
    assert removed not in known
    config_problems(house(*parts))
    stored_codes(house(*parts))


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
        house(part("responder", "Desk", **{**RESPONDER, **data})), place_of=place
    )
    assert premises.responders["desk"].mode == mode


def test_a_door_has_what_its_owner_gave_it() -> None:
    parts = [
        part(
            "lock",
            "Front",
            entity_id="lock.front",
            adapter="standing",
            set_script="script.a",
            clear_script="script.b",
            contact="binary_sensor.door",
            first_place=10,
            last_place=12,
            standing_code="sealed",
            for_responders=False,
            remote_unlock=True,
            fire_unlock=True,
            relock=False,
        ),
        part("lock", "Back", entity_id="lock.back", adapter="zha", first_place=3),
    ]
    premises = premises_from_entry(
        house(*parts), place_of=place, registry_id_of=lambda source: f"id of {source}"
    )
    assert premises.doors == {
        "front": Door(
            id="front",
            name="Front",
            source="lock.front",
            family=LockFamily.STANDING,
            set_script="script.a",
            clear_script="script.b",
            registry_id="id of lock.front",
            contact="binary_sensor.door",
            places=(10, 11, 12),
            standing_code="sealed",
            for_responders=False,
            remote_unlock=True,
            fire_unlock=True,
            relock=False,
        ),
        "back": Door(
            id="back",
            name="Back",
            source="lock.back",
            family=LockFamily.ZHA,
            registry_id="id of lock.back",
        ),
    }


def test_without_the_owners_word_a_responder_gets_no_codes() -> None:
    old = {key: value for key, value in RESPONDER.items() if key != "access"}
    parts = [part("responder", "Old", **old), part("responder", "New", **old, access="on_tap")]
    responders = premises_from_entry(house(*parts), place_of=place).responders
    assert responders["old"].access is ResponderAccess.NEVER
    assert responders["new"].access is ResponderAccess.ON_TAP


@pytest.mark.parametrize(
    ("stored", "critical"),
    [({}, False), ({"critical_alerts": True}, True)],
    ids=["older", "chosen"],
)
def test_a_contact_that_was_stored_before_the_choice_has_not_made_it(
    stored: dict[str, Any], critical: bool
) -> None:
    entry = house(
        part("contact", "Ben", role="household", notify="notify.mobile_app_ben", **stored)
    )
    assert premises_from_entry(entry, place_of=place).contacts["ben"].critical_alerts is critical
