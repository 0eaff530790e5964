"""The table of levels: every rule by name, what it does, its level, its source.

docs/levels.md shows it to people, with the sentences of the translations; tests compare all three.
Nothing here is the text of a standard: "modelled on ANSI/TMA-AVS-01 levels", never "compliant".
"""

from ...assessment import AlarmLevel
from ...evidence import Threat
from . import against, detectors, people, seeing, signs
from .rule import Rule, RuleKind

LIMITED, PRESENCE = AlarmLevel.LIMITED, AlarmLevel.PRESENCE
PROPERTY, LIFE = AlarmLevel.PROPERTY, AlarmLevel.LIFE
RAISES, CAPS, HOLDS = RuleKind.RAISES, RuleKind.CAPS, RuleKind.HOLDS

COULD_BE_THE_HOUSEHOLD = (
    "two_independent_detectors",
    "person_seen",
    "person_reported_and_detector",
)
"""Not where there is force or violence: then somebody who lives here is in danger, not to blame."""
BY_DETECTORS_ALONE = (
    "two_independent_detectors",
    "forced_zone_and_detector",
    "glass_heard_and_detector",
)
"""Wind and power move contacts and sound like glass; they show nobody, force no lock and do not scream."""

RULES: tuple[Rule, ...] = (
    Rule(
        name="detector_tripped",
        kind=RAISES,
        level=LIMITED,
        source="AVS-01 level 1",
        applies=detectors.any_trip,
    ),
    Rule(
        name="panel_triggered",
        kind=RAISES,
        level=LIMITED,
        source="AVS-01 level 1; BS 8243 5.2: the panel and its zones are one",
        applies=detectors.panel_triggered,
    ),
    Rule(
        name="suspected_jamming",
        kind=RAISES,
        level=LIMITED,
        source="AVS-01 level 1; own: one alarm signal, and no detector that could confirm it",
        applies=detectors.suspected_jamming,
    ),
    Rule(
        name="two_independent_detectors",
        kind=RAISES,
        level=PRESENCE,
        source="BS 8243 5.2 sequential confirmation",
        applies=detectors.two_independent,
    ),
    Rule(
        name="person_seen",
        kind=RAISES,
        level=PRESENCE,
        source="AVS-01 level 2; BS 8243 5.4 visual confirmation",
        applies=seeing.person_inside,
    ),
    Rule(
        name="person_reported_and_detector",
        kind=RAISES,
        level=PRESENCE,
        source="BS 8243 5.2 sequential confirmation: another detector's person as one of the two",
        applies=seeing.reported_and_detector,
    ),
    Rule(
        name="forced_zone_and_detector",
        kind=RAISES,
        level=PRESENCE,
        source="BS 8243 5.2 sequential confirmation; own: the household uses no force",
        applies=signs.forced_zone_and_detector,
    ),
    Rule(
        name="glass_heard_and_detector",
        kind=RAISES,
        level=PRESENCE,
        source="BS 8243 5.2 sequential confirmation; own: a device's word for a sound as one of the two",
        applies=signs.glass_and_detector,
    ),
    Rule(
        name="lock_forced_and_detector",
        kind=RAISES,
        level=PRESENCE,
        source="BS 8243 5.2 sequential confirmation; own: the lock as one of the two",
        applies=signs.forced_lock_and_detector,
    ),
    Rule(
        name="violence_heard_and_detector",
        kind=RAISES,
        level=PRESENCE,
        source="BS 8243 5.2 sequential confirmation; own: a device's word is no threat to life",
        applies=signs.violence_and_detector,
    ),
    Rule(
        name="person_and_forced_entry",
        kind=RAISES,
        level=PROPERTY,
        source="AVS-01 level 3",
        applies=seeing.person_and_force,
    ),
    Rule(
        name="human_confirmed_presence",
        kind=RAISES,
        level=PRESENCE,
        source="AVS-01 level 2; call verification, TMA CS-V-01",
        applies=people.confirmed(Threat.NONE),
    ),
    Rule(
        name="human_confirmed_property",
        kind=RAISES,
        level=PROPERTY,
        source="AVS-01 level 3; call verification, TMA CS-V-01",
        applies=people.confirmed(Threat.PROPERTY),
    ),
    Rule(
        name="human_confirmed_life",
        kind=RAISES,
        level=LIFE,
        source="AVS-01 level 4: only ever set by a human",
        applies=people.confirmed(Threat.LIFE),
    ),
    Rule(
        name="household_present",
        kind=CAPS,
        level=LIMITED,
        source="own: presence is news only where nobody is expected",
        spans=against.household_present,
        lowers=COULD_BE_THE_HOUSEHOLD,
    ),
    Rule(
        name="credential_used",
        kind=CAPS,
        level=LIMITED,
        source="own: presence is news only where nobody is expected",
        spans=against.credential_used,
        lowers=COULD_BE_THE_HOUSEHOLD,
    ),
    Rule(
        name="storm_reported",
        kind=CAPS,
        level=LIMITED,
        source="own: weather is a known cause of false alarms",
        spans=against.storm_reported,
        lowers=BY_DETECTORS_ALONE,
    ),
    Rule(
        name="power_returned",
        kind=CAPS,
        level=LIMITED,
        source="CP-01 4.4.3 power-up",
        spans=against.power_returned,
        lowers=BY_DETECTORS_ALONE,
    ),
    Rule(
        name="group_trip",
        kind=CAPS,
        level=LIMITED,
        source="own: nobody is in three places within three seconds",
        spans=against.group_trip,
        lowers=BY_DETECTORS_ALONE,
    ),
    Rule(
        name="same_device_or_place",
        kind=HOLDS,
        source="BS 8243 5.2: detectors must be independent",
        applies=detectors.same_device_or_place,
        unless=("two_independent_detectors",),
    ),
    Rule(
        name="too_far_apart",
        kind=HOLDS,
        source="DD 243: two detectors within 30 to 60 minutes",
        applies=detectors.too_far_apart,
        unless=("two_independent_detectors",),
    ),
    Rule(
        name="zone_cries_wolf",
        kind=HOLDS,
        source="own: a zone with many false alarms confirms nothing",
        applies=detectors.zone_cries_wolf,
    ),
    Rule(
        name="person_outdoor_only",
        kind=HOLDS,
        source="BS 8243 5.1.1: outside the premises never confirms",
        applies=seeing.person_outdoor_only,
    ),
    Rule(
        name="person_low_trust",
        kind=HOLDS,
        source="own: basic detector, see docs/detection.md",
        applies=seeing.person_low_trust,
    ),
    Rule(
        name="person_reported_alone",
        kind=HOLDS,
        source="BS 8243 5.2: needs an independent detector; own: untested detectors have low trust",
        applies=seeing.reported_inside,
        unless=("person_reported_and_detector",),
    ),
    Rule(
        name="person_reported_outdoor",
        kind=HOLDS,
        source="BS 8243 5.1.1: outside the premises never confirms",
        applies=seeing.reported_outdoor,
    ),
    Rule(
        name="vehicle_or_animal_reported",
        kind=HOLDS,
        source="own: neither is a person",
        applies=seeing.vehicle_or_animal,
    ),
    Rule(
        name="vehicle_reported",
        kind=HOLDS,
        source="own: a plate is nobody's identity",
        applies=signs.vehicle_reported,
    ),
    Rule(
        name="sound_heard",
        kind=HOLDS,
        source="own: a device's word for a sound is no listener, whom BS 8243 5.3 means",
        applies=signs.sound_heard,
        unless=(
            "glass_heard_and_detector",
            "violence_heard_and_detector",
            "person_and_forced_entry",
        ),
    ),
    Rule(
        name="smoke_alarm_heard",
        kind=HOLDS,
        source="AVS-01 scope: fire is no intrusion",
        applies=signs.smoke_alarm_heard,
    ),
    Rule(
        name="lock_forced_alone",
        kind=HOLDS,
        source="BS 8243 5.2: needs an independent detector",
        applies=signs.lock_forced,
        unless=("lock_forced_and_detector", "person_and_forced_entry"),
    ),
    Rule(
        name="lock_jammed",
        kind=HOLDS,
        source="own: a bolt that sticks is a fault",
        applies=signs.lock_jammed,
    ),
    Rule(
        name="wrong_codes",
        kind=HOLDS,
        source="own: an attempt at a door is a warning, not an intrusion",
        applies=signs.wrong_codes,
    ),
    Rule(
        name="outdoor_or_tamper_only",
        kind=HOLDS,
        source="BS 8243 5.1.1; CLC/TS 50131-9 tamper apart",
        applies=detectors.outdoor_or_tamper_only,
        unless=("panel_triggered",),
    ),
    Rule(
        name="found_open",
        kind=HOLDS,
        source="CP-01 4.4.3 power-up",
        applies=detectors.found_open,
    ),
    Rule(
        name="nobody_seen",
        kind=HOLDS,
        source="own: absence proves little",
        applies=seeing.nobody_seen,
    ),
    Rule(
        name="dismissed_by_person",
        kind=HOLDS,
        source="AVS-01 level 0: cancelled by an authorised person",
        applies=people.dismissed,
    ),
    Rule(
        name="answers_differ",
        kind=HOLDS,
        source="own: a denial never erases what a human confirmed",
        applies=people.answers_differ,
    ),
)
