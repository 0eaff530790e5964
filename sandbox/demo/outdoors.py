"""The play before the break-in: somebody in the yard, and a camera that is covered for a moment."""

import asyncio
from typing import Any, Final

from sandbox.home_dialogs import HomeError

from .stage import Stage

YARD: Final = "camera.yard"
JPEG: Final = b"\xff\xd8"


class EarlyWarning(Stage):
    """Somebody is outdoors while everybody is away: told, and nothing is alarmed."""

    async def play(self) -> None:
        """Play a visit to the yard; the house stays armed."""
        self.line.title("An early warning")
        await self.arm()
        await self.yard_sees()
        await self.somebody_crosses_the_yard()
        await self.picture_is_kept()
        await self.camera_is_covered()
        await self.camera_sees_again()
        await self.nothing_is_alarmed()

    async def somebody_crosses_the_yard(self) -> None:
        """The camera warns; the yard's detector after it adds nothing to be alarmed about."""
        self.line.tell("Story", "Somebody walks across the yard.")
        await self.scene(YARD, "person")
        await self.home.wait_for_state(
            self.premises.entity("incident_events"),
            lambda state: state["attributes"].get("event_type") == "early_warning",
            within=30,
            what="the early warning",
        )
        await self.trip("binary_sensor.yard_motion")

    async def picture_is_kept(self) -> None:
        """Fetch the picture of whoever was in the yard, as a dashboard does."""
        image = self.premises.entity("last_person", part=("camera", "Yard"))
        picture = await self.home.get(f"/api/image_proxy/{image}")
        if not picture.startswith(JPEG):
            raise HomeError("The picture of the person in the yard is no picture")
        self.line.tell(
            "Picture", f"The last person in the yard, marked: {len(picture) // 1024} kB."
        )

    async def nothing_is_alarmed(self) -> None:
        """No incident, no message to a phone, nothing at the desk, the panel as it was."""
        known = await self.ours("list_incidents", {}, response=True)
        received = await self.home.call("demo_house", "messages", response=True)
        panel = self.home.state(self.panel)
        if known["incidents"] or received["messages"] or self.desk.incidents():
            raise HomeError("An early warning went further than the house's own screens")
        if panel != "armed_away":
            raise HomeError(f"An early warning turned the panel to {panel}")
        self.line.tell("Alarm", "Still armed: no incident, no message, nothing at the desk.")

    async def camera_is_covered(self) -> None:
        """A camera under a cloth says that it is blind, and why."""
        self.line.tell("Story", "A cloth is hung over the yard's camera; nobody calls that empty.")
        await self.scene(YARD, "covered")

        def covered(state: dict[str, Any]) -> bool:
            return bool(state["attributes"].get("reason") == "camera_covered")

        await self.home.wait_for_state(
            self._blind, covered, within=30, what="the covered camera to be blind"
        )

    async def camera_sees_again(self) -> None:
        """The cloth is gone, and so is whoever hung it there."""
        await asyncio.sleep(0.5)
        self.line.tell("Story", "The cloth slips off; the yard is empty.")
        await self.scene(YARD, "empty")
        await self.yard_sees()

    async def yard_sees(self) -> None:
        """Wait until the yard's camera is known to see."""
        await self.home.wait_for_state(
            self._blind, "off", within=30, what="the yard's camera to see"
        )

    @property
    def _blind(self) -> str:
        return self.premises.entity("blind", part=("camera", "Yard"))
