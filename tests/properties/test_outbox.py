"""Random evenings of sharing: whatever fails or restarts, alarms go out once and recalls always."""

import asyncio
from collections import Counter
from collections.abc import Sequence
from contextlib import suppress

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from custom_components.verified_response.core import commands as cmd
from custom_components.verified_response.core.errors import (
    InvalidRequestError,
    JournalUnavailableError,
    ShareRejectedError,
    ShareRetryableError,
    ShareUnknownError,
    WorkFailedError,
)
from custom_components.verified_response.core.evidence import Threat
from custom_components.verified_response.core.incident import DeliveryStatus, Stage
from custom_components.verified_response.engine.ports import IncidentRecord, Receipt
from tests.engine.rig import Rig
from tests.fakes.outside import FakeCenter

FAULTS = st.sampled_from(["refused", "down", "lost_request", "lost_answer", "bug"])
STEPS = st.one_of(
    st.tuples(st.just("fault"), FAULTS),
    st.tuples(st.just("panic"), st.booleans()),
    st.tuples(st.just("dismiss"), st.integers(0, 3)),
    st.tuples(st.just("confirm"), st.integers(0, 3)),
    st.tuples(st.just("share"), st.integers(0, 3)),
    st.tuples(st.just("wait"), st.sampled_from([0, 1, 2, 5, 60, 700])),
    st.tuples(st.just("restart"), st.sampled_from([0, 5, 300])),
    st.tuples(st.just("reload"), st.just(0)),
    st.tuples(st.just("disk"), st.booleans()),
)


class FaultyDesk(FakeCenter):
    """A desk that knows nothing of keys: every create that reaches it is counted."""

    def __init__(self) -> None:
        super().__init__()
        self.faults: list[str] = []
        self.accepted: Counter[tuple[str, str]] = Counter()
        self.known: dict[tuple[str, str], str] = {}
        self.recalled: set[str] = set()

    def _fault(self, *, answer: bool) -> None:
        if not self.faults or (self.faults[0] == "lost_answer") is not answer:
            return
        match self.faults.pop(0):
            case "refused":
                raise ShareRejectedError("refused")
            case "down":
                raise ShareRetryableError("unreachable")
            case "bug":
                raise RuntimeError("a bug")
        raise ShareUnknownError("timed_out")

    async def create(self, responder_id: str, record: IncidentRecord, *, key: str) -> Receipt:
        self._fault(answer=False)
        subject = (record.incident.id, responder_id)
        self.accepted[subject] += 1
        self.known[subject] = f"N{len(self.known)}"
        self._fault(answer=True)
        return Receipt(number=self.known[subject], status="received")

    async def find(self, responder_id: str, incident_id: str) -> Receipt | None:
        self._fault(answer=False)
        number = self.known.get((incident_id, responder_id))
        self._fault(answer=True)
        return Receipt(number=number, status="received") if number else None

    async def update(
        self, responder_id: str, number: str, record: IncidentRecord, *, key: str
    ) -> None:
        self._fault(answer=False)
        self._fault(answer=True)

    async def cancel(
        self, responder_id: str, number: str, record: IncidentRecord, *, key: str
    ) -> None:
        self._fault(answer=False)
        self.recalled.add(number)
        self._fault(answer=True)


async def take(rig: Rig, verb: str, value: str | int) -> None:
    desk = rig.center
    assert isinstance(desk, FaultyDesk)
    if isinstance(value, str):
        desk.faults.append(value)
        return
    incidents = list(rig.desk.state.incidents)
    chosen = incidents[value % len(incidents)] if incidents else "none"
    match verb:
        case "panic":
            await rig.panic(silent=bool(value))
        case "dismiss":
            await rig.do(cmd.Dismiss(incident_id=chosen, by="owner"))
        case "confirm":
            await rig.do(cmd.Confirm(incident_id=chosen, threat=Threat.LIFE, by="owner"))
        case "share":
            await rig.do(
                cmd.ShareWith(incident_id=chosen, responder_id="desk", ground="consent", by="owner")
            )
        case "wait":
            await rig.wait(value)
        case "restart":
            await rig.restart(down=value)
        case "reload":
            await rig.restart(down=0, resumed=True)
        case "disk":
            rig.journal.fail_with = None if value else JournalUnavailableError("journal_disk_full")


async def live(steps: Sequence[tuple[str, str | int]]) -> None:
    rig = Rig(detection=False)
    desk = rig.center = FaultyDesk()
    rig._assemble(resumed=False)
    await rig.start()
    for verb, value in steps:
        if verb in {"restart", "reload"}:
            rig.journal.fail_with = None  # a hub whose journal cannot be opened does not start
        with suppress(
            InvalidRequestError, WorkFailedError
        ):  # a person asked for what is not possible now
            await take(rig, verb, value)
        assert max(desk.accepted.values(), default=0) <= 1
        for pending in rig.desk.state.effects.values():
            waits = pending.not_before is not None and pending.not_before > rig.clock.now()
            assert waits or pending.attempts == 0 or rig.journal.fail_with or _behind(rig, pending)
    desk.faults.clear()
    rig.journal.fail_with = None
    await rig.wait(3600)
    assert rig.desk.durable
    assert rig.desk.state.effects == {}
    for (incident_id, responder_id), number in desk.known.items():
        incident = rig.desk.state.incidents[incident_id]
        if incident.stage is Stage.CANCELLED:
            assert number in desk.recalled
            assert incident.deliveries[responder_id].status is DeliveryStatus.CANCELLED
        else:
            assert number not in desk.recalled
    await rig.stop()
    assert rig.clock.next_due() is None


def _behind(rig: Rig, pending: object) -> bool:
    """Say whether it waits behind another of its lane."""
    return any(other is not pending for other in rig.shares)


def steps_of(script: str) -> list[tuple[str, str | int]]:
    """Read `panic:0 fault:down` as steps."""
    pairs = (part.split(":") for part in script.split())
    return [(verb, int(value) if value.isdigit() else value) for verb, value in pairs]


@settings(
    max_examples=300,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
@given(st.lists(STEPS, max_size=14))
def test_alarms_at_most_once_and_recalls_at_least_once(steps: list[tuple[str, str | int]]):
    asyncio.run(live(steps))


def test_the_longest_way_to_a_second_alarm():
    """Lost request, restart, a question that fails, a reload, and then a desk that answers."""
    script = "fault:lost_request panic:0 fault:down restart:5 reload:0 wait:700 dismiss:0 wait:700"
    asyncio.run(live(steps_of(script)))
