"""The in-memory fakes, so that what engine tests believe is what adapters do."""

from typing import override

from tests.fakes.locks import FakeLocks

from .keypad import Rig


class FakeRig(Rig):
    """The in-memory fake, so that what engine tests believe is what adapters do."""

    @override
    async def start(self, hass):
        self.locks = FakeLocks(["shed"])
        self.keypad = self.locks.of("shed")

    @override
    def go_unavailable(self):
        self.keypad.unavailable = True


class FakeWriteOnlyRig(FakeRig):
    """The fake of a lock that cannot be read."""

    reads_back = False

    @override
    async def start(self, hass):
        await super().start(hass)
        self.locks.locks["shed"].read_back = False


class FakeLabelRig(FakeRig):
    """The fake of a lock that shows who holds a place, never with which code."""

    @override
    async def start(self, hass):
        await super().start(hass)
        self.keypad.shows_codes = False
