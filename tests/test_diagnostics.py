"""Diagnostics: enough to understand a trouble, nothing that tells where or whose it is."""

from dataclasses import replace

from homeassistant.helpers.json import json_dumps

from custom_components.verified_response.core import events as ev
from custom_components.verified_response.core.evidence import VehicleReported
from custom_components.verified_response.core.premises import Sign, SignKind
from custom_components.verified_response.diagnostics import async_get_config_entry_diagnostics
from tests.fakes.config_entry import ADDRESS, OWNER_CODE, PHONE, RESPONDER, SECRET, part
from tests.fakes.news import tell
from tests.scenarios.conftest import House


async def test_what_they_hold_and_what_not(house: House) -> None:
    await house.arm()
    house.camera.dark.add("camera.hall")
    await house.trip("hall_motion")
    await house.act("grant_access", lock=["lock.front"], recipient="Officer Krupke")
    assert house.entry is not None
    told = await async_get_config_entry_diagnostics(house.hass, house.entry)
    assert told["journal"]["intact"] is True
    assert told["detector"]["engine"] == "onnx"
    assert told["areas"] == ["triggered"]
    assert told["zones"].count("open") == 1
    assert told["incidents"][0]["assessment"]["unknowns"][0]["what"] == "could_not_look"
    assert told["options"]["abort_window"] == 15
    text = str(json_dumps(told))
    hidden = [
        ADDRESS, PHONE, OWNER_CODE, SECRET, "scrypt", "Krupke", "City desk", "Ada", "House",
        "Kitchen", "notify.ada", "camera.hall", "lock.front", "binary_sensor", "siren.house",
        RESPONDER["client_id"], RESPONDER["base_url"], RESPONDER["agreement_reference"],
    ]  # fmt: skip
    assert [item for item in hidden if item in text] == []


async def test_nothing_of_people_plates_and_words(house: House) -> None:
    desk = house.entry.runtime_data.desk
    gate = Sign(id="gate", name="Old gate", kind=SignKind.NUMBER_PLATE, source="sensor.gate")
    desk.show(premises=replace(desk.premises, signs={"gate": gate}))
    await house.arm()
    await house.trip("kitchen_window")
    incident_id = house.state("sensor.home_incident").attributes["incident_id"]
    plate = VehicleReported(at=house.clock.now(), sign_id="gate", plate="B-VR 2026")
    await tell(house, ev.EvidenceAdded(incident_id=incident_id, item=plate))
    await house.wait(15)
    await house.act("confirm_incident", threat="none", note="looks like Mr Prowse")
    house.expect_shared()
    await house.act("dismiss_incident", code=OWNER_CODE)
    await tell(
        house,
        ev.AttemptMade(
            incident_id=incident_id,
            contact_id="ada",
            channel="push:notify.ada",
            round=1,
            outcome="delivered",
        ),
    )
    told = await async_get_config_entry_diagnostics(house.hass, house.entry)
    [incident] = told["incidents"]
    assert len(incident["answers"]) == 2
    assert incident["attempts"][-1]["channel"] == "push"
    text = str(json_dumps(told))
    hidden = ["B-VR", "Prowse", "Ada", "notify.ada", "Old gate", "sensor.gate", OWNER_CODE]
    assert [item for item in hidden if item in text] == []


async def test_how_cameras_and_engine_do_without_what_they_show(empty_house: House) -> None:
    house = empty_house
    masks = [[[0, 0], [0.5, 0], [0.5, 1]]]
    things = [{"box": [0.1, 0.1, 0.1, 0.3], "patch": "ab" * 128}]
    hall = part(
        "camera",
        "Hall",
        entity_id="camera.hall",
        outdoor=False,
        masks=masks,
        region=masks[0],
        still_things=things,
        detections=["binary_sensor.hall_person_of_another"],
    )
    await house.set_up(more=[hall])
    await house.arm()
    house.camera.dark.add("camera.hall")
    house.camera.measured["camera.hall"] = {"way": "stream", "stream_s": 0.2}
    await house.trip("hall_motion")
    assert house.entry is not None
    told = await async_get_config_entry_diagnostics(house.hass, house.entry)
    cameras = {item["masks"]: item for item in told["cameras"]}
    assert cameras[0]["looked"] is False
    assert cameras[1]["reason"] == "camera_no_picture"
    assert cameras[1]["still_things"] == cameras[1]["other_detectors"] == 1
    assert cameras[1]["has_region"] is True
    assert cameras[1]["ways"] == {"way": "stream", "stream_s": 0.2}
    assert told["detector"]["frame_ms"] is None
    assert told["detector"]["thresholds"]["sustain"] == 0.45
    text = str(json_dumps(told))
    hidden = ["abab", "hall_person_of_another", "Hall", "camera.hall"]
    assert [item for item in hidden if item in text] == []


async def test_who_is_reached_how_and_where_they_are_stays_here(empty_house: House) -> None:
    house = empty_house
    ben = part(
        "contact", "Ben", role="household", code_hash="scrypt$x", code_id="9f3c01ab",
        code_expires="2099-12-01T08:00:00+00:00", code_once=True, order=3, person="person.ben",
        messages=["notify.ben_mail"], speakers=["media_player.bens_room"],
        satellites=["assist_satellite.bens_desk"],
    )  # fmt: skip
    garage = part("area", "Garage", panel="alarm_control_panel.alarmo")
    chime = part("sign", "Chime", kind="glass_break", entity_id="event.chime")
    await house.set_up({"tts": "tts.bens_voice"}, more=[ben, garage, chime])
    assert house.entry is not None
    told = await async_get_config_entry_diagnostics(house.hass, house.entry)
    text = str(json_dumps(told))
    hidden = [
        "person.ben", "ben_mail", "bens_room", "bens_desk", "bens_voice", "alarmo", "scrypt",
        "event.chime", "Chime", "Garage", "Ben",
    ]  # fmt: skip
    assert [item for item in hidden if item in text] == []
    [known] = [item["data"] for item in told["subentries"] if item["data"].get("code_once")]
    assert known["code_id"] == "9f3c01ab"
    assert known["code_expires"] == "2099-12-01T08:00:00+00:00"
    assert {item["data"].get("kind") for item in told["subentries"]} >= {"glass_break"}


async def test_the_address_of_an_inference_server_is_nobodys_business(empty_house: House) -> None:
    await empty_house.set_up({"server_url": "http://10.1.2.3:8000", "server_model": "at-ada"})
    assert empty_house.entry is not None
    told = await async_get_config_entry_diagnostics(empty_house.hass, empty_house.entry)
    text = str(json_dumps(told))
    assert [item for item in ("10.1.2.3", "at-ada") if item in text] == []


async def test_doors_are_told_by_their_kind(empty_house: House) -> None:
    house = empty_house
    front = part(
        "lock",
        "Front lock",
        entity_id="lock.front",
        adapter="standing",
        set_script="script.enable_front",
        clear_script="script.disable_front",
        standing_code="the sealed text",
        contact="binary_sensor.front_contact",
        first_place=3,
        last_place=5,
    )
    await house.set_up(more=[front])
    granted = await house.act("grant_access", lock=["lock.front"], recipient="Officer Krupke")
    told = await async_get_config_entry_diagnostics(house.hass, house.entry)
    assert told["doors"] == [
        {
            "family": "standing",
            "in_registry": False,
            "has_contact": True,
            "has_scripts": True,
            "has_standing_code": True,
            "places": 3,
            "for_responders": True,
            "remote_unlock": False,
            "fire_unlock": False,
            "relock": True,
            "codes": ["confirmed"],
            "held": None,
            "wrong_codes": 0,
        }
    ]
    text = str(json_dumps(told))
    hidden = ["the sealed text", "front_contact", "able_front", granted["code"], "Krupke"]
    assert [item for item in hidden if item in text] == []
