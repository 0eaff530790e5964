"""What other integrations' detectors begin to see: kept for a moment, told once something trips."""

from collections.abc import Callable

from ..core import events as ev
from ..core.commands import ReportDetection
from ..core.evidence import DetectedKind, ZoneTrip
from ..core.incident import IncidentKind
from ..core.state import PROTECTING
from .desk import Desk
from .feed import Snapshot


class OtherDetectors:
    """Hands reports to the desk while a burglary is open, and those of the moment before its trip.

    The newest report per camera, integration and kind is kept, in memory only: after a restart nobody
    saw anything. What is seen while nothing is armed is nobody's business and is forgotten. Which
    reports are too old for a trip, the rules say.
    """

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._kept: dict[tuple[str, str, DetectedKind], ReportDetection] = {}
        self._stop: Callable[[], None] = desk.feed.subscribe(self._on_change)

    def close(self) -> None:
        """Forget everything and follow nothing more."""
        self._stop()
        self._kept.clear()

    def accept(self, report: ReportDetection) -> None:
        """Take what was just seen."""
        if not self._protects(self._desk.feed.latest):
            return
        self._kept[report.camera_id, report.source_family, report.kind] = report
        if self._burglary_open(self._desk.feed.latest):
            self._desk.run(self._submit(report), name="other detector")

    def _on_change(self, snapshot: Snapshot) -> None:
        if not snapshot.news or not self._kept:
            return
        if not self._protects(snapshot):
            self._kept.clear()
        elif any(_is_trip(event) for event in snapshot.news) and self._burglary_open(snapshot):
            self._desk.run(
                self._submit(*self._kept.values()), name="other detectors before the trip"
            )

    async def _submit(self, *reports: ReportDetection) -> None:
        for report in reports:
            await self._desk.submit(report)

    @staticmethod
    def _protects(snapshot: Snapshot) -> bool:
        return any(area.phase in PROTECTING for area in snapshot.state.areas.values())

    @staticmethod
    def _burglary_open(snapshot: Snapshot) -> bool:
        return any(
            item.kind is IncidentKind.BURGLARY and not item.is_distress
            for item in snapshot.state.open_incidents()
        )


def _is_trip(event: ev.Event) -> bool:
    return isinstance(event, ev.EvidenceAdded) and isinstance(event.item, ZoneTrip)
