"""What an incident's evidence and the time lead to: its level, its next stage, who is asked and told."""

from .. import events as ev
from ..assessment import AlarmLevel
from ..incident import HAS_LEVEL, Incident, Stage
from .alarm import raise_alarm
from .asking import ask_people, ask_people_when_due
from .dispatch import share_when_due
from .story import Story
from .validation.assess import assess


def settle(story: Story) -> None:
    """Let every open incident draw its consequences from what is known now."""
    for known in story.state.open_incidents():
        reassess(story, known.id)
        incident = story.state.incidents[known.id]
        if incident.stage is Stage.ENTRY_DELAY and (incident.confirmed or _is_due(story, incident)):
            raise_alarm(story, incident.id)
        incident = story.state.incidents[known.id]
        if incident.stage is Stage.ABORT_WINDOW and _is_due(story, incident):
            story.tell(ev.StageChanged(incident_id=incident.id, stage=Stage.VERIFYING))
        incident = story.state.incidents[known.id]
        if incident.stage is Stage.VERIFYING and (incident.assessment.level or 0) >= (
            AlarmLevel.PRESENCE
        ):
            story.tell(ev.StageChanged(incident_id=incident.id, stage=Stage.AWAITING_CONFIRMATION))
            if not incident.confirmed:
                ask_people(story, incident.id)
        share_when_due(story, story.state.incidents[known.id])  # before asking restarts the clock
        ask_people_when_due(story, incident.id)


def _is_due(story: Story, incident: Incident) -> bool:
    return incident.until is not None and story.now >= incident.until


def reassess(story: Story, incident_id: str) -> None:
    """Propose the level anew, from all that is known of an incident now."""
    incident = story.state.incidents[incident_id]
    if incident.kind not in HAS_LEVEL:
        return
    assessment = assess(
        incident.evidence,
        incident.verdicts,
        story.policy,
        already=incident.assessment.raised_by,
    )
    if assessment != incident.assessment:
        story.tell(ev.Assessed(incident_id=incident.id, assessment=assessment))
