"""Whatever happens in a house: what the present rules recorded, they say again."""

import json
from typing import override

from hypothesis import HealthCheck, settings

from custom_components.verified_response.core.rules.replay import read, replay
from tests.core.test_replay import records_of

from .test_incident_machine import IncidentMachine


class ReplayedMachine(IncidentMachine):
    """The same random days, replayed in the evening; what each step may do is looked at there."""

    @override
    def look_at_step(self, *_: object) -> None: ...

    @override
    def look_at_event(self, *_: object) -> None: ...

    @override
    def look_at_state(self) -> None: ...

    @override
    def teardown(self) -> None:
        super().teardown()
        if not hasattr(self, "house"):
            return
        reading = read(json.loads(json.dumps(records_of(self.house))))
        assert reading.skipped == {}
        assert reading.unknown_fields == 0
        for recording in reading.recordings:
            played = replay(recording)
            assert not played.differs, [step for step in played.steps if step.differs]


ReplayedMachine.TestCase.settings = settings(
    max_examples=40,
    stateful_step_count=30,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
)
TestReplay = ReplayedMachine.TestCase
