"""One case per rule, and one for each of its edges: named "rule" or "rule: what is special"."""

from dataclasses import dataclass

from custom_components.verified_response.core.detection import Trust
from custom_components.verified_response.core.evidence import (
    DetectedKind,
    EvidenceItem,
    LockSign,
    Threat,
    Verdict,
)
from custom_components.verified_response.core.premises import SignKind, ZoneType

from .given import (
    group,
    jammed,
    lock,
    motion,
    nobody,
    panel,
    person,
    power,
    present,
    reported,
    said,
    sound,
    storm,
    trip,
    vehicle,
)


@dataclass(frozen=True)
class Case:
    """Evidence, the level it makes, and whether the rule that names the case speaks."""

    items: tuple[EvidenceItem, ...]
    level: int
    speaks: bool = True
    words: tuple[Verdict, ...] = ()


def yes(level: int, *items: EvidenceItem, words: tuple[Verdict, ...] = ()) -> Case:
    return Case(items, level, words=words)


def no(level: int, *items: EvidenceItem, words: tuple[Verdict, ...] = ()) -> Case:
    return Case(items, level, speaks=False, words=words)


OUTDOOR, TAMPER = ZoneType.OUTDOOR, ZoneType.TAMPER
GUNSHOT, SCREAM, SMOKE = SignKind.GUNSHOT, SignKind.SCREAM, SignKind.SMOKE_ALARM
FORCED, OPENED, JAMMED = LockSign.FORCED, LockSign.TAMPER, LockSign.JAMMED
WRONG, USED = LockSign.WRONG_CODES, LockSign.CREDENTIAL_USED
WOLF = 3

RAISES: dict[str, Case] = {
    "detector_tripped": yes(1, trip()),
    "detector_tripped: nothing at all": no(0),
    "detector_tripped: outdoors, too": yes(1, trip(zone_type=OUTDOOR)),
    "detector_tripped: not when only found open": no(0, trip(observed=False)),
    "panel_triggered": yes(1, panel()),
    "panel_triggered: with a zone of its own it is one detector": yes(1, panel(), trip()),
    "panel_triggered: with two it is those two": yes(2, panel(), trip(), motion()),
    "panel_triggered: two panels are no two detectors": yes(1, panel("house"), panel("garage")),
    "suspected_jamming": yes(1, jammed()),
    "suspected_jamming: beside a trip": yes(1, jammed(), trip()),
    "two_independent_detectors": yes(2, trip("door"), trip("hall", after=60)),
    "two_independent_detectors: at the edge of the window": yes(2, trip(), motion(after=1800)),
    "two_independent_detectors: too far apart": no(1, trip(), motion(after=1801)),
    "two_independent_detectors: one device": no(
        1, trip("door", device="d"), trip("hall", device="d")
    ),
    "two_independent_detectors: one place": no(1, trip("door", place="p"), trip("hall", place="p")),
    "two_independent_detectors: outdoor does not count": no(
        1, trip("door"), trip("porch", zone_type=OUTDOOR)
    ),
    "two_independent_detectors: tamper does not count": no(
        1, trip("door"), trip("lid", zone_type=TAMPER)
    ),
    "two_independent_detectors: found open does not count": no(
        1, trip("door"), trip("hall", observed=False)
    ),
    "two_independent_detectors: a zone that cries wolf does not count": no(
        1, trip("door"), trip("hall", false_alarms=WOLF)
    ),
    "two_independent_detectors: one false alarm less does": yes(
        2, trip("door"), trip("hall", false_alarms=WOLF - 1)
    ),
    "two_independent_detectors: two beside the one that cries wolf": yes(
        2, trip("door"), trip("hall", false_alarms=WOLF), trip("study")
    ),
    "person_seen": yes(2, trip(), person()),
    "person_seen: where another panel says alarm": yes(2, panel(), person()),
    "person_seen: whatever the zone was wrong about before": yes(
        2, trip(false_alarms=WOLF), person()
    ),
    "person_seen: without a trip inside": no(1, trip("porch", zone_type=OUTDOOR), person()),
    "person_seen: without any trip": no(0, person()),
    "person_seen: from outside": no(1, trip(), person(outdoor=True)),
    "person_seen: with low trust": no(1, trip(), person(trust=Trust.LOW)),
    "person_reported_and_detector": yes(2, trip(), reported(after=5)),
    "person_reported_and_detector: before the trip": yes(2, trip(after=20), reported()),
    "person_reported_and_detector: in whatever order they were told": yes(
        2, reported(after=1800), trip()
    ),
    "person_reported_and_detector: too far apart": no(1, trip(), reported(after=1801)),
    "person_reported_and_detector: no trip": no(0, reported()),
    "person_reported_and_detector: a panel is not known to be elsewhere": no(
        1, panel(), reported()
    ),
    "person_reported_and_detector: two integrations on one camera": no(
        0, reported(), reported(source_family="reolink", devices=("camera-hall",))
    ),
    "person_reported_and_detector: the camera's own motion": no(
        1, trip(device="camera-hall", place="elsewhere"), reported()
    ),
    "person_reported_and_detector: the same place": no(1, trip(place="place-hall"), reported()),
    "person_reported_and_detector: nobody knows where the camera is": no(
        1, trip(), reported(places=())
    ),
    "person_reported_and_detector: outdoors": no(1, trip(), reported(outdoor=True)),
    "person_reported_and_detector: a trip outdoors": no(
        1, trip("porch", zone_type=OUTDOOR), reported()
    ),
    "person_reported_and_detector: found open": no(0, trip(observed=False), reported()),
    "person_reported_and_detector: a vehicle": no(1, trip(), reported(kind=DetectedKind.VEHICLE)),
    "person_reported_and_detector: an animal": no(1, trip(), reported(kind=DetectedKind.ANIMAL)),
    "person_reported_and_detector: force needs a look": yes(2, trip(forced_entry=True), reported()),
    "person_reported_and_detector: a zone that cries wolf": no(
        1, trip(false_alarms=WOLF), reported()
    ),
    "forced_zone_and_detector": yes(2, trip("glass", forced_entry=True), motion(after=1800)),
    "forced_zone_and_detector: in whatever order": yes(
        2, motion(), trip("glass", after=60, forced_entry=True)
    ),
    "forced_zone_and_detector: alone": no(1, trip("glass", forced_entry=True)),
    "forced_zone_and_detector: twice": no(
        1, trip("glass", forced_entry=True), trip("glass", after=60, forced_entry=True)
    ),
    "forced_zone_and_detector: outdoors": no(
        1, trip("gate", zone_type=OUTDOOR, forced_entry=True), motion()
    ),
    "forced_zone_and_detector: it cries wolf": no(
        1, trip("glass", forced_entry=True, false_alarms=WOLF), motion()
    ),
    "glass_heard_and_detector": yes(2, sound(), trip(after=1800)),
    "glass_heard_and_detector: after the trip": yes(2, trip(), sound(after=60)),
    "glass_heard_and_detector: too far apart": no(1, sound(), trip(after=1801)),
    "glass_heard_and_detector: no trip": no(0, sound()),
    "glass_heard_and_detector: a panel is not known to be elsewhere": no(1, sound(), panel()),
    "glass_heard_and_detector: one device": no(1, sound(), trip(device="microphone")),
    "glass_heard_and_detector: one place": no(1, sound(), trip(place="place-kitchen")),
    "glass_heard_and_detector: nobody knows where it was heard": no(1, sound(place=""), trip()),
    "glass_heard_and_detector: a trip outdoors": no(1, sound(), trip(zone_type=OUTDOOR)),
    "glass_heard_and_detector: a zone that cries wolf": no(1, sound(), trip(false_alarms=WOLF)),
    "glass_heard_and_detector: another sound": no(1, sound(SMOKE), trip()),
    "lock_forced_and_detector": yes(2, lock(FORCED), motion(after=1800)),
    "lock_forced_and_detector: opened up": yes(2, motion(), lock(OPENED, after=60)),
    "lock_forced_and_detector: too far apart": no(1, lock(), motion(after=1801)),
    "lock_forced_and_detector: the door it sits in": no(1, lock(), trip("front_door")),
    "lock_forced_and_detector: jammed only": no(1, lock(JAMMED), motion()),
    "lock_forced_and_detector: no trip": no(0, lock()),
    "lock_forced_and_detector: a zone that cries wolf": no(1, lock(), motion(false_alarms=WOLF)),
    "violence_heard_and_detector": yes(2, sound(GUNSHOT), trip(after=1800)),
    "violence_heard_and_detector: a scream": yes(2, trip(), sound(SCREAM, after=60)),
    "violence_heard_and_detector: in the same room": yes(
        2, sound(GUNSHOT), trip(place="place-kitchen")
    ),
    "violence_heard_and_detector: one device": no(1, sound(SCREAM), trip(device="microphone")),
    "violence_heard_and_detector: too far apart": no(1, sound(SCREAM), trip(after=1801)),
    "violence_heard_and_detector: a trip outdoors": no(1, sound(SCREAM), trip(zone_type=OUTDOOR)),
    "violence_heard_and_detector: no trip": no(0, sound(SCREAM)),
    "violence_heard_and_detector: a zone that cries wolf": no(
        1, sound(SCREAM), trip(false_alarms=WOLF)
    ),
    "person_and_forced_entry": yes(3, trip(forced_entry=True), person()),
    "person_and_forced_entry: glass heard": yes(3, sound(), trip(), person()),
    "person_and_forced_entry: glass heard where the zone is": yes(
        3, sound(), trip(place="place-kitchen"), person()
    ),
    "person_and_forced_entry: lock forced": yes(3, lock(FORCED), trip(), person()),
    "person_and_forced_entry: lock opened up": yes(3, lock(OPENED), trip(), person()),
    "person_and_forced_entry: where another panel says alarm": yes(3, panel(), lock(), person()),
    "person_and_forced_entry: lock jammed": no(2, lock(JAMMED), trip(), person()),
    "person_and_forced_entry: a scream is no break-in": no(2, sound(SCREAM), trip(), person()),
    "person_and_forced_entry: force alone": no(1, trip(forced_entry=True)),
    "person_and_forced_entry: from outside": no(1, trip(forced_entry=True), person(outdoor=True)),
    "person_and_forced_entry: forced outside": no(
        2, trip(), trip("gate", zone_type=OUTDOOR, forced_entry=True), person()
    ),
    "person_and_forced_entry: the zone cries wolf": no(
        2, trip(forced_entry=True, false_alarms=WOLF), person()
    ),
    "person_and_forced_entry: nothing tripped": no(0, lock(), sound(), person()),
    "human_confirmed_presence": yes(2, trip(), words=(said(Threat.NONE),)),
    "human_confirmed_presence: never lowers": yes(
        3, trip(forced_entry=True), person(), words=(said(Threat.NONE),)
    ),
    "human_confirmed_presence: the worst that was said counts": no(
        3, trip(), words=(said(Threat.NONE), said(Threat.PROPERTY, by="neighbour"))
    ),
    "human_confirmed_property": yes(3, trip(), words=(said(Threat.PROPERTY),)),
    "human_confirmed_property: without any evidence": yes(3, words=(said(Threat.PROPERTY),)),
    "human_confirmed_life": yes(4, trip(), words=(said(Threat.LIFE),)),
    "human_confirmed_life: whoever says less": yes(
        4, trip(), words=(said(Threat.LIFE), said(Threat.NONE, by="neighbour"))
    ),
    "human_confirmed_life: whoever denies": yes(
        4, trip(), words=(said(None), said(Threat.LIFE, by="neighbour"))
    ),
    "human_confirmed_life: somebody of the household is at home": yes(
        4, trip(), present(), words=(said(Threat.LIFE),)
    ),
}

PAIR = (trip("door"), trip("hall", after=60))

CAPS: dict[str, Case] = {
    "household_present": yes(1, *PAIR, present()),
    "household_present: a person was seen": yes(1, trip(), person(after=9), present()),
    "household_present: a person was reported": yes(1, trip(), reported(after=5), present()),
    "household_present: the phone told late": yes(1, *PAIR, present(after=240)),
    "household_present: came home after both": no(2, *PAIR, present(after=241)),
    "household_present: nothing to lower": no(1, trip(), present()),
    "household_present: with force": yes(3, trip(forced_entry=True), person(), present()),
    "household_present: force and a detector": yes(
        2, trip("glass", forced_entry=True), motion(after=9), present()
    ),
    "household_present: glass was heard": no(2, sound(), trip(), present()),
    "household_present: a lock was forced": no(2, lock(), motion(), present()),
    "household_present: a scream was heard": no(2, sound(SCREAM), trip(), present()),
    "household_present: said otherwise": yes(2, *PAIR, present(), words=(said(Threat.NONE),)),
    "household_present: seen before they came": no(2, trip(), person(), present(after=1200)),
    "credential_used": yes(1, *PAIR, lock(USED)),
    "credential_used: a person was seen": yes(1, trip(), person(after=9), lock(USED)),
    "credential_used: the lock told late": yes(1, *PAIR, lock(USED, after=90)),
    "credential_used: whoever was let in came after both": no(2, *PAIR, lock(USED, after=91)),
    "credential_used: a lock was forced": no(2, lock(USED), lock(FORCED), motion()),
    "storm_reported": yes(1, *PAIR, storm()),
    "storm_reported: as long as things belong together": yes(1, *PAIR, storm(after=-1740)),
    "storm_reported: long before one of both": yes(1, *PAIR, storm(after=-1741)),
    "storm_reported: long before both": no(2, *PAIR, storm(after=-1801)),
    "storm_reported: the weather station told late": yes(1, *PAIR, storm(after=360)),
    "storm_reported: after both": no(2, *PAIR, storm(after=361)),
    "storm_reported: two others outside of it": no(
        2, *PAIR, storm(), trip("study", after=3600), trip("attic", after=3660)
    ),
    "storm_reported: one other outside of it": yes(1, *PAIR, storm(), trip("study", after=1801)),
    "storm_reported: a person was seen": no(2, trip(), person(), storm()),
    "storm_reported: a person was reported": no(2, trip(), reported(), storm()),
    "storm_reported: a contact that only force opens": yes(
        1, trip("glass", forced_entry=True), motion(after=60), storm()
    ),
    "storm_reported: glass, or thunder": yes(1, sound(), trip(), storm()),
    "storm_reported: wind opens no lock": no(2, lock(), motion(), storm()),
    "storm_reported: wind does not scream": no(2, sound(SCREAM), trip(), storm()),
    "power_returned": yes(1, *PAIR, power()),
    "power_returned: a minute before one of both": yes(1, *PAIR, power(after=-60)),
    "power_returned: earlier": no(2, *PAIR, power(after=-61)),
    "power_returned: after both": no(2, *PAIR, power(after=61)),
    "power_returned: a person was seen": no(2, trip(), person(), power()),
    "group_trip": yes(1, trip("a"), trip("b", after=1), trip("c", after=2), group(after=2)),
    "group_trip: another minute": no(2, *PAIR, group(after=30)),
    "group_trip: a fourth a moment later": yes(
        1, trip("a"), trip("b"), trip("c"), group(), trip("d", after=3), trip("e", after=3)
    ),
    "group_trip: what comes later is no part of it": no(
        2, trip("a"), trip("b"), trip("c"), group(), trip("d", after=4), trip("e", after=4)
    ),
    "group_trip: somebody walks on": no(
        2, trip("a"), trip("b"), group(), trip("d", after=8), trip("e", after=16)
    ),
    "group_trip: a person was seen": yes(2, trip("a"), trip("b"), group(), person()),
}

HOLDS: dict[str, Case] = {
    "same_device_or_place": yes(1, trip("door", device="d"), trip("hall", device="d")),
    "same_device_or_place: independent": no(2, trip("door"), trip("hall")),
    "same_device_or_place: only far apart in time": no(1, trip(), motion(after=1801)),
    "same_device_or_place: only in a storm": no(1, *PAIR, storm()),
    "too_far_apart": yes(1, trip(), motion(after=1801)),
    "too_far_apart: near enough": no(2, trip(), motion(after=1800)),
    "too_far_apart: not independent": no(1, trip(place="p"), motion(place="p", after=1801)),
    "too_far_apart: it cries wolf": no(1, trip(), motion(false_alarms=WOLF, after=1801)),
    "zone_cries_wolf": yes(1, trip(), motion(false_alarms=WOLF)),
    "zone_cries_wolf: whatever else": yes(2, motion(false_alarms=WOLF), person()),
    "zone_cries_wolf: few false alarms": no(1, trip(false_alarms=WOLF - 1)),
    "person_outdoor_only": yes(1, trip(), person(outdoor=True)),
    "person_outdoor_only: inside, too": no(2, trip(), person(outdoor=True), person()),
    "person_low_trust": yes(1, trip(), person(trust=Trust.LOW)),
    "person_low_trust: trusted, too": no(2, trip(), person(trust=Trust.LOW), person()),
    "person_reported_alone": yes(1, trip(device="camera-hall"), reported()),
    "person_reported_alone: not alone": no(2, trip(device="camera-hall"), trip("door"), reported()),
    "person_reported_outdoor": yes(1, trip(), reported(outdoor=True)),
    "person_reported_outdoor: inside": no(2, trip(), reported()),
    "vehicle_or_animal_reported": yes(1, trip(), reported(kind=DetectedKind.VEHICLE)),
    "vehicle_or_animal_reported: a person": no(2, trip(), reported()),
    "vehicle_reported": yes(1, trip(), vehicle()),
    "vehicle_reported: none": no(1, trip()),
    "sound_heard": yes(0, sound()),
    "sound_heard: a scream where it tripped": yes(1, sound(SCREAM), trip(device="microphone")),
    "sound_heard: it raises": no(2, sound(), trip()),
    "sound_heard: a shot raises": no(2, sound(GUNSHOT), trip()),
    "sound_heard: with a person": no(3, sound(), trip(place="place-kitchen"), person()),
    "sound_heard: a smoke alarm": no(1, sound(SMOKE), trip()),
    "smoke_alarm_heard": yes(1, sound(SMOKE), trip()),
    "smoke_alarm_heard: another sound": no(0, sound()),
    "lock_forced_alone": yes(1, lock(), trip("front_door")),
    "lock_forced_alone: opened up": yes(0, lock(OPENED)),
    "lock_forced_alone: it raises": no(2, lock(), motion()),
    "lock_forced_alone: with a person": no(3, lock(), trip("front_door"), person()),
    "lock_jammed": yes(1, lock(JAMMED), trip()),
    "lock_jammed: forced": no(1, lock(FORCED), trip()),
    "wrong_codes": yes(1, lock(WRONG), trip()),
    "wrong_codes: a right one": no(1, lock(USED), trip()),
    "outdoor_or_tamper_only": yes(1, trip("porch", zone_type=OUTDOOR)),
    "outdoor_or_tamper_only: inside, too": no(1, trip("porch", zone_type=OUTDOOR), trip()),
    "outdoor_or_tamper_only: a panel, too": no(1, trip("porch", zone_type=OUTDOOR), panel()),
    "found_open": yes(1, trip(), trip("hall", observed=False)),
    "found_open: seen to open": no(1, trip()),
    "nobody_seen": yes(1, trip(), nobody()),
    "nobody_seen: somebody": no(2, trip(), nobody(), person()),
    "dismissed_by_person": yes(0, *PAIR, person(), words=(said(None),)),
    "dismissed_by_person: by nobody": no(2, *PAIR),
    "dismissed_by_person: somebody confirmed": no(
        2, trip(), words=(said(Threat.NONE), said(None, by="neighbour"))
    ),
    "answers_differ": yes(
        3, trip(), words=(said(Threat.PROPERTY), said(None, after=9, by="neighbour"))
    ),
    "answers_differ: denied first": yes(
        2, trip(), words=(said(None), said(Threat.NONE, after=9, by="neighbour"))
    ),
    "answers_differ: both confirmed": no(
        4, trip(), words=(said(Threat.LIFE), said(Threat.NONE, by="neighbour"))
    ),
    "answers_differ: both denied": no(0, trip(), words=(said(None), said(None, by="neighbour"))),
}

CASES = RAISES | CAPS | HOLDS


def rule_of(case: str) -> str:
    """Return the rule that a case is about."""
    return case.split(":", maxsplit=1)[0]
