"""What all plays need: the house to act in, the product's actions, and its sensors to wait for."""

from dataclasses import dataclass
from typing import Any, Final

from sandbox.home_client import HomeClient
from sandbox.home_dialogs import HomeError

from .desk_process import DeskProcess
from .house_setup import DOMAIN, Premises
from .timeline import Timeline

FRONT_DOOR: Final = "lock.front_door"


@dataclass(kw_only=True, slots=True)
class Stage:
    """Everything on stage; each step acts, then waits for what the real systems say."""

    home: HomeClient
    desk: DeskProcess
    premises: Premises
    line: Timeline

    async def arm(self) -> None:
        """Everybody leaves."""
        for sensor in ("front_door", "hall_motion", "yard_motion"):
            await self.house("set", entity_id=f"binary_sensor.{sensor}", state="off")
        for camera in ("camera.porch", "camera.hall", "camera.yard"):
            await self.scene(camera, "empty")
        await self.home.call("alarm_control_panel", "alarm_arm_away", {"entity_id": self.panel})
        await self.home.wait_for_state(self.panel, "armed_away", within=15)

    async def journal_is_intact(self) -> None:
        """Let the hash chain of the journal be checked."""
        result = await self.ours("verify_journal", {}, response=True)
        if not result["intact"]:
            raise HomeError(f"The journal is broken at record {result['first_broken']}")
        self.line.tell("Journal", f"{result['records']} records, the chain is intact.")

    @property
    def panel(self) -> str:
        """Return the alarm panel."""
        return self.premises.entity("panel", part=("area", "House"))

    async def incident_is(self, stage: str) -> dict[str, Any]:
        """Wait until the incident sensor shows the stage."""
        sensor = self.premises.entity("incident")
        return await self.home.wait_for_state(sensor, stage, within=30)

    async def house(self, service: str, **data: object) -> None:
        """Move something in the demo house."""
        await self.home.call("demo_house", service, data)

    async def ours(
        self, service: str, data: dict[str, object], *, response: bool = False
    ) -> dict[str, Any]:
        """Call one of the product's actions."""
        return await self.home.call(DOMAIN, service, data, response=response)

    async def scene(self, camera: str, scene: str) -> None:
        """Begin a scene before a camera."""
        await self.house("scene", camera=camera, scene=scene)

    async def trip(self, sensor: str) -> None:
        """Let a sensor report something."""
        await self.house("set", entity_id=sensor, state="on")

    async def codes(self) -> set[str]:
        """Return the codes in the front door's own table."""
        read = await self.home.call(
            "demo_house", "get_codes", {"entity_id": FRONT_DOOR}, response=True
        )
        return {entry["code"] for entry in read["slots"].values()}
