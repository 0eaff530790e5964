"""A camera's menu: every step is stored at once, takes effect at once, and is there after a restart."""

import re
from io import BytesIO
from typing import Any

import pytest
from homeassistant.components.camera import Camera
from homeassistant.config_entries import SOURCE_USER
from homeassistant.data_entry_flow import FlowResultType, InvalidData
from homeassistant.helpers import device_registry as dr
from homeassistant.helpers import entity_registry as er
from homeassistant.setup import async_setup_component
from PIL import Image
from pytest_homeassistant_custom_component.common import (
    MockConfigEntry,
    get_schema_suggested_value,
    setup_test_component_platform,
)

from custom_components.verified_response.core.detection import Box, Detection, PersonBox, Trust
from custom_components.verified_response.core.errors import CouldNotLook
from custom_components.verified_response.core.premises import CameraView
from custom_components.verified_response.core.sight.feedback import Sighting
from custom_components.verified_response.engine.ports import Kept
from custom_components.verified_response.shown_pictures import SHELF
from tests.fakes.config_entry import as_seen
from tests.scenarios.conftest import House

GREY = (120, 120, 120)
STATUE = PersonBox(
    score=0.8,
    box=Box(x=0.6, y=0.3, width=0.2, height=0.6),
    patch=bytes((n * 37) % 256 for n in range(128)),
)
PASSER_BY = PersonBox(score=0.4, box=Box(x=0.1, y=0.3, width=0.1, height=0.3), patch=bytes(128))
SETTINGS = {
    "name": "Hall",
    "entity_id": "camera.hall",
    "outdoor": False,
    "score_offset": 0.1,
    "least_height": 5,
    "most_height": 80,
    "preroll": True,
    "keep_crops": True,
    "detections": [],
}


class GreyCamera(Camera):
    """Always the same picture, or none while it is broken."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self._attr_name = name
        self.broken = False
        self.error: Exception | None = None

    async def async_camera_image(
        self, width: int | None = None, height: int | None = None
    ) -> bytes | None:
        if self.error is not None:
            raise self.error
        if self.broken:
            return None
        out = BytesIO()
        Image.new("RGB", (640, 480), GREY).save(out, "JPEG")
        return out.getvalue()


@pytest.fixture
async def cameras(hass, house: House) -> dict[str, GreyCamera]:
    found = {"hall": GreyCamera("Hall"), "attic": GreyCamera("Attic")}
    setup_test_component_platform(hass, "camera", found.values())
    assert await async_setup_component(hass, "camera", {"camera": {"platform": "test"}})
    await hass.async_block_till_done()
    return found


class Dialog:
    """What the owner does in the dialog of one camera."""

    def __init__(self, house: House, part_id: str = "hall") -> None:
        self.house = house
        self.part_id = part_id
        self.shown: Any = None

    async def open(self) -> Dialog:
        self.shown = await self.house.entry.start_subentry_reconfigure_flow(
            self.house.hass, self.part_id
        )
        assert self.shown["type"] is FlowResultType.MENU
        return self

    async def choose(self, step: str) -> Any:
        assert step in self.shown["menu_options"]
        return await self.submit(next_step_id=step)

    async def submit(self, **asked: Any) -> Any:
        flows = self.house.hass.config_entries.subentries
        self.shown = await flows.async_configure(self.shown["flow_id"], asked)
        await self.house.settle()
        return self.shown

    async def wait(self) -> Any:
        """Wait while the dialog shows that something goes on, as the browser does."""
        flows = self.house.hass.config_entries.subentries
        assert self.shown["type"] is FlowResultType.SHOW_PROGRESS
        assert self.shown["progress_action"] == "looking"
        await self.house.settle()
        self.shown = await flows.async_configure(self.shown["flow_id"])
        return self.shown

    async def try_it(self) -> Any:
        await self.choose("try_it")
        return await self.wait()

    @property
    def at_menu(self) -> bool:
        return self.shown["type"] is FlowResultType.MENU

    @property
    def places(self) -> dict[str, str]:
        return self.shown["description_placeholders"]

    def suggested(self, key: str) -> Any:
        return get_schema_suggested_value(self.shown["data_schema"].schema, key)

    def picture(self) -> Image.Image:
        """The picture in the form, as the browser gets it."""
        found = re.fullmatch(
            r"!\[\]\(/api/verified_response/picture/([\w-]+)\?authSig=.+\)", self.places["picture"]
        )
        assert found, self.places["picture"]
        kept = self.house.hass.data[SHELF].get(found[1])
        assert kept is not None
        with Image.open(BytesIO(kept)) as still:
            return still.convert("RGB")


@pytest.fixture
async def dialog(house: House, cameras: dict[str, GreyCamera]) -> Dialog:
    return await Dialog(house).open()


def stored(house: House, part_id: str = "hall") -> dict[str, Any]:
    return dict(house.entry.subentries[part_id].data)


def view(house: House, part_id: str = "hall") -> CameraView:
    """The camera as the running product sees it."""
    return house.entry.runtime_data.desk.premises.cameras[part_id]


def seen(*people: PersonBox) -> Detection:
    return Detection(
        people=people,
        width=640,
        height=480,
        engine="onnx",
        model="fake",
        trust=Trust.FULL,
        took_ms=9,
    )


def black(still: Image.Image, x: float, y: float) -> bool:
    return max(still.getpixel((int(x * still.width), int(y * still.height)))) < 15


async def test_the_menu_offers_what_there_is(dialog: Dialog) -> None:
    assert dialog.shown["menu_options"] == [
        "settings", "masks", "region", "try_it", "kept", "done",
    ]  # fmt: skip
    assert dialog.places == {"name": "Hall", "masks": "0", "things": "0"}
    result = await dialog.choose("done")
    assert (result["type"], result["reason"]) == (FlowResultType.ABORT, "all_stored")


async def test_settings_take_effect_at_once_and_survive(house: House, dialog: Dialog) -> None:
    form = await dialog.choose("settings")
    assert dialog.suggested("entity_id") == "camera.hall"
    assert "browser" not in as_seen(form)
    await dialog.submit(**{**SETTINGS, "name": "Great hall"})
    assert dialog.at_menu
    assert house.entry.subentries["hall"].title == "Great hall"
    for _ in range(2):
        now = view(house)
        assert (now.name, now.score_offset, now.least_height) == ("Great hall", 0.1, 0.05)
        assert (now.most_height, now.preroll, now.keep_crops) == (0.8, True, True)
        await house.restart()


@pytest.mark.parametrize(
    ("changes", "errors"),
    [
        ({"least_height": 80}, {"most_height": "heights_crossed"}),
        ({"entity_id": "camera.gone"}, {"entity_id": "entity_unknown"}),
        ({"entity_id": "camera.porch"}, {"entity_id": "entity_in_use"}),
        ({"name": "porch"}, {"name": "name_in_use"}),
        ({"detections": ["binary_sensor.hall_person"]}, {"detections": "entity_is_ours"}),
    ],
)
async def test_settings_that_cannot_work_are_refused(
    house: House, dialog: Dialog, changes: dict[str, Any], errors: dict[str, str]
) -> None:
    house.hass.states.async_set("camera.porch", "idle")
    await dialog.choose("settings")
    result = await dialog.submit(**{**SETTINGS, **changes})
    assert result["errors"] == errors
    assert dialog.suggested("score_offset") == 0.1, "nothing typed is lost"
    await dialog.submit(**SETTINGS)
    assert dialog.at_menu


@pytest.mark.parametrize("changes", [{"score_offset": 0.5}, {"least_height": 101}])
async def test_settings_stay_within_their_bounds(dialog: Dialog, changes: dict[str, Any]) -> None:
    await dialog.choose("settings")
    with pytest.raises(InvalidData):
        await dialog.submit(**{**SETTINGS, **changes})


async def test_masks_are_drawn_stored_and_used(house: House, dialog: Dialog) -> None:
    await dialog.choose("masks")
    assert not black(dialog.picture(), 0.25, 0.45)
    await dialog.submit(masks="10 20 30 40\n60,20 90,20 75,80")
    assert dialog.shown["type"] is FlowResultType.FORM, "the masks are shown as stored"
    still = dialog.picture()
    assert black(still, 0.33, 0.55)
    assert black(still, 0.75, 0.35)
    assert not black(still, 0.52, 0.95)
    assert dialog.suggested("masks") == "10 20 30 40\n60,20 90,20 75,80"
    assert len(view(house).masks) == 2
    assert stored(house)["masks"][0] == [[0.1, 0.2], [0.4, 0.2], [0.4, 0.6], [0.1, 0.6]]
    await dialog.submit(masks=dialog.suggested("masks"))
    assert dialog.at_menu
    assert dialog.places["masks"] == "2"
    await house.restart()
    assert len(view(house).masks) == 2
    await dialog.choose("masks")
    await dialog.submit(masks="60,20 90,20 75,80")
    assert len(view(house).masks) == 1


@pytest.mark.parametrize(
    ("typed", "error", "line"),
    [
        ("10 20 30 40\nover there", "shape_malformed", "2"),
        ("10 20 30 400", "shape_outside", "1"),
        ("10,10 20,20 30,30", "shape_impossible", "1"),
        ("1 1 5 5\n" * 21, "too_many_shapes", "20"),
    ],
)
async def test_a_bad_mask_is_refused_and_nothing_typed_is_lost(
    house: House, dialog: Dialog, typed: str, error: str, line: str
) -> None:
    await dialog.choose("masks")
    result = await dialog.submit(masks=typed)
    assert result["errors"] == {"masks": error}
    assert dialog.places["line"] == line
    assert dialog.suggested("masks") == typed
    assert dialog.picture().size == (640, 480)
    assert "masks" not in stored(house)


async def test_a_region_is_one_shape_or_none(house: House, dialog: Dialog) -> None:
    await dialog.choose("region")
    result = await dialog.submit(region="0 50 100 50\n0 0 10 10")
    assert result["errors"] == {"region": "too_many_shapes"}
    assert dialog.places["maximum"] == "1"
    await dialog.submit(region="0 50 100 50")
    assert view(house).region == ((0.0, 0.5), (1.0, 0.5), (1.0, 1.0), (0.0, 1.0))
    await dialog.submit(region="")
    assert view(house).region == ()
    await dialog.submit(region="")
    assert dialog.at_menu


async def test_a_camera_without_picture_can_be_masked_all_the_same(
    house: House, dialog: Dialog, cameras: dict[str, GreyCamera]
) -> None:
    cameras["hall"].broken = True
    await dialog.choose("masks")
    assert dialog.places["picture"] == ""
    await dialog.submit(masks="10 20 30 40")
    assert len(view(house).masks) == 1


async def test_a_camera_whose_integration_fails_can_be_masked_all_the_same(
    house: House, dialog: Dialog, cameras: dict[str, GreyCamera]
) -> None:
    cameras["hall"].error = KeyError("token")
    await dialog.choose("masks")
    assert dialog.places["picture"] == ""
    await dialog.submit(masks="10 20 30 40")
    assert len(view(house).masks) == 1


async def give_pictures(house: House, camera: GreyCamera) -> None:
    """The product's own camera port gives real pictures too."""
    from custom_components.verified_response.engine.ports import Frame

    async def still(source: str, *, timeout_s: float) -> Frame:
        picture = await camera.async_camera_image()
        assert picture is not None
        return Frame(picture=picture, captured_at=house.clock.now())

    house.camera.still = still  # type: ignore[method-assign]


async def test_trying_shows_who_counts_and_names_things(
    house: House, dialog: Dialog, cameras: dict[str, GreyCamera]
) -> None:
    await give_pictures(house, cameras["hall"])
    await dialog.choose("masks")
    await dialog.submit(masks="0 0 20 20")
    await dialog.submit(masks="0 0 20 20")
    house.detector.script.append(seen(PASSER_BY, STATUE))
    await dialog.try_it()
    assert dialog.shown["step_id"] == "seen"
    assert dialog.places["found"].splitlines()[:2] == [
        "1. 80 % sure, 60 % of the picture's height: counts",
        "2. 40 % sure, 30 % of the picture's height: does not count: not sure enough",
    ]
    assert "privacy masks (1)" in dialog.places["found"]
    still = dialog.picture()
    assert black(still, 0.1, 0.1)
    assert still.getpixel((int(0.6 * 640), 250))[2] < 60
    await dialog.submit(things=["0"])
    assert dialog.at_menu
    assert dialog.places["things"] == "1"
    [thing] = stored(house)["still_things"]
    assert thing == {"box": [0.6, 0.3, 0.2, 0.6], "patch": STATUE.patch.hex()}
    house.detector.script.append(seen(PASSER_BY, STATUE))
    await dialog.try_it()
    assert "does not count: a thing, as you said" in dialog.places["found"]
    await dialog.submit(things=["0"])
    assert len(stored(house)["still_things"]) == 1, "named once is enough"


async def test_a_named_thing_raises_no_alarm_after_a_restart(
    house: House, dialog: Dialog, cameras: dict[str, GreyCamera]
) -> None:
    await give_pictures(house, cameras["hall"])
    house.detector.script.append(seen(STATUE))
    await dialog.try_it()
    await dialog.submit(things=["0"])
    await house.restart()
    [thing] = view(house).still_things
    assert thing.patch == STATUE.patch
    house.detector.otherwise = seen(STATUE)
    await house.arm()
    await house.trip("hall_motion")
    await house.wait(20)
    assert house.level == "1"
    assert "person_seen" not in house.reasons
    assert house.state("image.hall_last_person").state == "unknown"


async def test_nobody_is_seen(house: House, dialog: Dialog, cameras: dict[str, GreyCamera]) -> None:
    await give_pictures(house, cameras["hall"])
    await dialog.try_it()
    assert dialog.places["found"] == "Nobody is seen."
    assert dialog.shown["data_schema"].schema == {}
    await dialog.submit()
    assert dialog.at_menu


@pytest.mark.parametrize(
    ("code", "sentence"),
    [("detector_timeout", "detect"), ("camera_no_picture", "picture")],
)
async def test_why_nobody_could_look_is_said(
    house: House, dialog: Dialog, cameras: dict[str, GreyCamera], code: str, sentence: str
) -> None:
    await give_pictures(house, cameras["hall"])
    house.detector.will_fail(CouldNotLook(code))
    await dialog.try_it()
    assert dialog.shown["step_id"] == "not_seen"
    assert sentence in dialog.places["reason"].lower()
    assert code not in dialog.places["reason"]
    await dialog.submit()
    assert dialog.at_menu
    await dialog.try_it()
    assert dialog.shown["step_id"] == "seen", "the next try is a new one"


async def test_trying_waits_for_a_change_to_take_effect(
    house: House, dialog: Dialog, cameras: dict[str, GreyCamera]
) -> None:
    await give_pictures(house, cameras["hall"])
    flows = house.hass.config_entries.subentries
    await dialog.choose("settings")
    dialog.shown = await flows.async_configure(dialog.shown["flow_id"], SETTINGS)
    dialog.shown = await flows.async_configure(dialog.shown["flow_id"], {"next_step_id": "try_it"})
    assert (await dialog.wait())["step_id"] == "seen"


async def test_things_are_listed_and_removed(
    house: House, dialog: Dialog, cameras: dict[str, GreyCamera]
) -> None:
    await give_pictures(house, cameras["hall"])
    house.detector.script.append(seen(STATUE, PASSER_BY))
    await dialog.try_it()
    await dialog.submit(things=["0", "1"])
    await dialog.choose("still_things")
    assert dialog.picture().getpixel((int(0.6 * 640), 250))[2] < 60
    assert "Number 2" in as_seen(dialog.shown)
    await dialog.submit(things=["0"])
    assert [item.patch for item in view(house).still_things] == [PASSER_BY.patch]
    await dialog.choose("still_things")
    await dialog.submit(things=["0"])
    assert "still_things" not in dialog.shown["menu_options"]


async def test_what_was_kept_is_told_and_forgotten(house: House, dialog: Dialog) -> None:
    learning = house.entry.runtime_data.learning
    at = house.clock.now()
    kept = Kept(
        sightings=(
            Sighting(box=STATUE.box, score=0.8, false=True, at=at),
            Sighting(box=STATUE.box, score=0.8, false=False, at=at),
        )
    )
    await learning._keep("hall", kept)
    await learning._sightings.keep_crop(
        "hall", await GreyCamera("x").async_camera_image(), box=STATUE.box, masks=(), at=at
    )
    await dialog.choose("kept")
    assert dialog.places == {"false": "1", "true": "1", "crops": "1"}
    await dialog.submit(forget=False)
    assert learning.kept("hall") == kept
    await dialog.choose("kept")
    await dialog.submit(forget=True)
    assert dialog.at_menu
    assert learning.kept("hall") == Kept()
    assert await learning.crops("hall") == 0
    await house.restart()
    assert house.entry.runtime_data.learning.kept("hall") == Kept()


async def test_closing_the_dialog_ends_the_look(
    house: House, dialog: Dialog, cameras: dict[str, GreyCamera]
) -> None:
    await give_pictures(house, cameras["hall"])
    flows = house.hass.config_entries.subentries
    house.detector.hangs = True
    await dialog.choose("try_it")
    flows.async_abort(dialog.shown["flow_id"])
    await house.settle()
    assert not flows.async_progress()


async def test_another_integrations_detections_are_proposed(
    house: House, cameras: dict[str, GreyCamera]
) -> None:
    hass = house.hass
    other = MockConfigEntry(domain="reolink")
    other.add_to_hass(hass)
    device = dr.async_get(hass).async_get_or_create(
        config_entry_id=other.entry_id, identifiers={("reolink", "1")}
    )
    entities = er.async_get(hass)
    for domain, name, key in (
        ("camera", "garden", "main"),
        ("binary_sensor", "garden_person", "person"),
    ):
        entities.async_get_or_create(
            domain,
            "reolink",
            f"1_{key}",
            suggested_object_id=name,
            device_id=device.id,
            config_entry=other,
            original_name="Person" if key == "person" else None,
            translation_key=key,
        )
    flows = hass.config_entries.subentries
    form = await flows.async_init((house.entry.entry_id, "camera"), context={"source": SOURCE_USER})
    asked = {"name": "Garden", "entity_id": "camera.garden", "outdoor": True}
    form = await flows.async_configure(form["flow_id"], asked)
    assert form["step_id"] == "detections"
    found = get_schema_suggested_value(form["data_schema"].schema, "detections")
    assert found == ["binary_sensor.garden_person"]
    ours = [*found, "binary_sensor.hall_person"]
    form = await flows.async_configure(form["flow_id"], {"detections": ours})
    assert form["errors"] == {"detections": "entity_is_ours"}
    assert get_schema_suggested_value(form["data_schema"].schema, "detections") == ours
    result = await flows.async_configure(form["flow_id"], {"detections": found})
    assert result["type"] is FlowResultType.CREATE_ENTRY
    await house.settle()
    [made] = [item for item in house.entry.subentries.values() if item.title == "Garden"]
    assert dict(made.data) == {**asked, "detections": found}


async def test_a_camera_is_added_in_one_form(house: House, cameras: dict[str, GreyCamera]) -> None:
    flows = house.hass.config_entries.subentries
    form = await flows.async_init((house.entry.entry_id, "camera"), context={"source": SOURCE_USER})
    asked = {"name": "Attic", "entity_id": "camera.attic", "outdoor": False}
    result = await flows.async_configure(form["flow_id"], asked)
    assert result["type"] is FlowResultType.CREATE_ENTRY
    await house.settle()
    assert house.state("image.attic_last_person").state == "unknown"
