"""Grants against an oracle, with locks that lie, sleep, lose messages and fill up, and a hub that is killed."""

import asyncio
import json
import re
from collections.abc import Coroutine
from contextlib import suppress
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from custom_components.verified_response.core import commands as cmd
from custom_components.verified_response.core.access import GONE, OPENS, CredentialStatus
from custom_components.verified_response.core.effects import ClearCredential, SetCredential
from custom_components.verified_response.core.errors import VerifiedResponseError
from custom_components.verified_response.core.state import PremisesState
from custom_components.verified_response.engine import granting, outbox
from custom_components.verified_response.engine.granting import Asked
from tests import builders
from tests.engine.rig import Rig
from tests.fakes.lying_lock import LyingLock, Mood

from .grant_oracle import Granted, GrantOracle

DOORS = ("front", "back", "side")
"""The first shows its codes, the second nothing at all, the third only the labels."""
DOOR = st.sampled_from(DOORS)
READABLE = ("front", "side")
LIFETIMES = st.sampled_from([60, 600, 3600, 21_600])
RETRIED_S = outbox.ENDLESS_LAST_RETRY_S + 10
OWNERS = ("850273", "274913")
"""The second is the first that the hub would draw."""


class GrantMachine(RuleBasedStateMachine):
    """One house over many runs; nothing happens between two rules, so a kill lands anywhere."""

    def __init__(self) -> None:
        super().__init__()
        self.loop = asyncio.new_event_loop()
        self.patience, granting.OUTCOME_S = granting.OUTCOME_S, 0.0
        self.oracle = GrantOracle()
        self.asked: list[asyncio.Task[Any]] = []
        self.run(self._begin())

    async def _begin(self) -> None:
        self.rig = Rig(
            builders.premises(doors=builders.by_id([builders.door(key) for key in DOORS]))
        )
        self.locks = {
            "front": LyingLock(),
            "back": LyingLock(read_back=False),
            "side": LyingLock(shows_codes=False),
        }
        self.rig.locks.locks = self.locks
        self.locks["front"].program(4, OWNERS[0])
        self.locks["back"].program(1, OWNERS[0])
        self.locks["side"].program(2, OWNERS[1])
        await self.rig.start()

    @property
    def state(self) -> PremisesState:
        return self.rig.desk.state

    def run(self, work: Coroutine[Any, Any, Any]) -> Any:
        return self.loop.run_until_complete(work)

    # --- what people do

    @rule(
        doors=st.sets(DOOR, min_size=1, max_size=2),
        lasts=LIFETIMES,
        uses=st.sampled_from([None, 1, 2]),
        code=st.sampled_from([None, None, "618305"]),
        tied=st.booleans(),
    )
    def grant(
        self, doors: set[str], lasts: int, uses: int | None, code: str | None, tied: bool
    ) -> None:
        incident = next((item.id for item in self.state.open_incidents()), None)
        asked = Asked(
            doors=sorted(doors),
            expires_at=self.rig.clock.now() + timedelta(seconds=lasts),
            recipient="x",
            by="owner",
            max_uses=uses,
            code=code,
            incident_id=incident if tied else None,
        )
        self.run(self._grant(asked))

    async def _grant(self, asked: Asked) -> None:
        known = set(self.state.grants)
        self.asked.append(asyncio.create_task(self._ask(asked)))
        await self.rig.settle()
        for grant_id in self.state.grants.keys() - known:
            self._remember(grant_id, asked)

    def _remember(self, grant_id: str, asked: Asked) -> Granted:
        return self.oracle.grants.setdefault(
            grant_id,
            Granted(
                expires_at=asked.expires_at,
                max_uses=asked.max_uses,
                incident_id=asked.incident_id,
            ),
        )

    async def _ask(self, asked: Asked) -> None:
        with suppress(VerifiedResponseError):  # refused, with its reason
            result = await self.rig.granting.grant(asked)
            self._remember(result.grant_id, asked).shown += 1
            self._opens_what_it_should(result.grant_id, result.code)

    def _opens_what_it_should(self, grant_id: str, code: str) -> None:
        """What people are told is what is on every lock that proved it."""
        for door, item in self.state.grants[grant_id].credentials.items():
            if item.status is CredentialStatus.CONFIRMED:
                assert self.locks[door].codes.get(item.slot) == code

    @rule(number=st.integers(0, 5))
    def show(self, number: int) -> None:
        grants = list(self.state.grants)
        if grants:
            self.run(self._show(grants[number % len(grants)]))

    async def _show(self, grant_id: str) -> None:
        may = self.oracle.may_open(grant_id, self.rig.clock.now())
        with suppress(VerifiedResponseError):  # refused, with its reason
            code = await self.rig.granting.show(grant_id, by="owner")
            assert may
            self.oracle.grants[grant_id].shown += 1
            self._opens_what_it_should(grant_id, code)
        await self.rig.settle()

    @rule()
    def trouble(self) -> None:
        if not self.state.open_incidents():
            self.run(self.rig.panic())

    @rule()
    def trouble_is_over(self) -> None:
        if self.state.open_incidents():
            self.oracle.ended_incidents.add(self.rig.incident.id)
            self.run(self.rig.dismiss())

    @rule()
    def a_person_takes_codes_off_by_hand(self) -> None:
        """What no lock would give up; the person does what they say."""
        self.run(self._take_off())

    async def _take_off(self) -> None:
        for grant in list(self.state.grants.values()):
            for door, item in grant.credentials.items():
                clearing = any(
                    isinstance(pending.effect, ClearCredential)
                    and (pending.effect.grant_id, pending.effect.door_id) == (grant.id, door)
                    for pending in self.state.effects.values()
                )
                if not clearing:
                    continue
                lock = self.locks[door]
                if item.slot not in lock.foreign:
                    lock.codes.pop(item.slot, None)
                    lock.names.pop(item.slot, None)
                    lock.history.append(("clear", item.slot))
                await self.rig.do(
                    cmd.SettleRemoval(
                        grant_id=grant.id,
                        door_id=door,
                        by="owner",
                        settled=CredentialStatus.REMOVED_BY_HAND,
                    )
                )

    @rule(number=st.integers(0, 5))
    def revoke(self, number: int) -> None:
        grants = list(self.rig.desk.state.grants)
        if grants:
            grant_id = grants[number % len(grants)]
            self.run(self.rig.do(cmd.RevokeGrant(grant_id=grant_id, by="owner")))
            self.oracle.grants[grant_id].revoked = True

    @rule(door=DOOR, number=st.integers(0, 3))
    def somebody_types_a_code(self, door: str, number: int) -> None:
        """Whatever the keypad takes opens the door; the lock names the place."""
        codes = self.locks[door].codes
        if not codes:
            return
        slot = sorted(codes)[number % len(codes)]
        self.run(self.rig.wait(3))
        if slot not in self.locks[door].codes:
            return  # gone in the meantime
        for grant_id, grant in self.rig.desk.state.grants.items():
            credential = grant.credentials.get(door)
            if credential and credential.slot == slot and credential.status not in GONE:
                self.oracle.may_open(grant_id, self.rig.clock.now())
                self.oracle.grants[grant_id].uses += 1
        self.run(self.rig.do(builders.opened(door, slot=slot, at=self.rig.clock.now())))

    # --- what locks and the hub do

    @rule(door=DOOR, mood=st.sampled_from(Mood))
    def mood(self, door: str, mood: Mood) -> None:
        lock = self.locks[door]
        lock.released.set()
        lock.released = asyncio.Event()
        lock.mood = mood
        self.run(self.rig.settle())

    @rule(door=st.sampled_from(READABLE), slot=st.integers(1, 4), code=st.sampled_from(OWNERS))
    def owner_programs(self, door: str, slot: int, code: str) -> None:
        """At any place that is empty, though a code of ours may be on its way there.

        Never the very code that we had at that place: nothing could tell whose it is.
        """
        lock, digest = self.locks[door], self.rig.locks.fingerprint(code)
        was_ours = any(
            grant.fingerprint == digest and grant.credentials[door].slot == slot
            for grant in self.state.grants.values()
            if door in grant.credentials
        )
        if slot not in lock.codes and code not in lock.codes.values() and not was_ours:
            lock.program(slot, code)

    @rule(hours=st.sampled_from([-1, 1]))
    def clock_is_set(self, hours: int) -> None:
        self.rig.clock.set_back(-hours * 3600)
        self.run(self.rig.do(cmd.TimePassed()))

    @rule(seconds=st.sampled_from([1, 5, 70, 700]))
    def wait(self, seconds: int) -> None:
        self.run(self.rig.wait(seconds))

    @rule(down=st.sampled_from([0, 5, 300, 7200]))
    def power_cut(self, down: int) -> None:
        self.run(self._cut(down))

    async def _cut(self, down: int) -> None:
        await self.rig.kill(*self.asked, down=down)
        self.asked.clear()
        await self.rig.wait(1)

    @rule()
    def restart(self) -> None:
        for lock in self.locks.values():
            lock.released.set()
            lock.released = asyncio.Event()
        self.run(self.rig.restart(down=5))

    # --- what must be true at any time

    @invariant()
    def the_owners_codes_are_untouched(self) -> None:
        for lock in self.locks.values():
            assert {slot: lock.codes.get(slot) for slot in lock.foreign} == lock.foreign

    @invariant()
    def every_code_of_ours_is_accounted_for(self) -> None:
        for door, lock in self.locks.items():
            known = {
                item.slot
                for grant in self.rig.desk.state.grants.values()
                for key, item in grant.credentials.items()
                if key == door and item.status not in GONE
            }
            orphans = lock.ours.keys() - known
            if not lock.read_back:  # such a lock can lose a removal, and nobody can know
                orphans = {
                    slot
                    for slot in orphans
                    if lock.history and ("clear", slot) != _last(lock, slot)
                }
            assert not orphans, (door, orphans)

    @invariant()
    def no_two_grants_share_a_place(self) -> None:
        places = [
            (key, item.slot)
            for grant in self.rig.desk.state.grants.values()
            for key, item in grant.credentials.items()
            if item.status not in GONE
        ]
        assert len(places) == len(set(places))

    @invariant()
    def the_oracle_agrees_who_may_come_in(self) -> None:
        now = self.rig.clock.now()
        for grant_id, grant in self.rig.desk.state.grants.items():
            assert grant_id in self.oracle.grants, "nobody asked for it"
            may = self.oracle.may_open(grant_id, now)
            opens = any(item.status in OPENS for item in grant.credentials.values())
            assert not (opens and not may), (grant_id, grant)
            if not may or not grant.is_active:
                assert not grant.is_active
            if may and not grant.is_active:
                assert grant.end_reason in {"no_lock_took_it", "revoked"}, grant
            assert grant.uses == self.oracle.grants[grant_id].uses
            assert self.oracle.grants[grant_id].shown <= 1

    @invariant()
    def no_code_is_where_it_does_not_belong(self) -> None:
        codes = {code for lock in self.locks.values() for code in lock.codes.values()}
        codes |= set(self.rig.ids.codes) | {"618305"}
        written = "".join(row.payload for row in self.rig.journal.rows)
        plain = re.compile(
            rf"(?<![0-9a-z])(?:{'|'.join(codes)})(?![0-9a-z])"
        )  # no part of a digest
        for place in (repr(self.rig.desk.state), written, repr(self.rig.news)):
            assert not plain.search(place)

    # --- in the end

    def teardown(self) -> None:
        try:
            self.run(self._end())
        finally:
            granting.OUTCOME_S = self.patience
            for task in asyncio.all_tasks(self.loop):
                task.cancel()
            self.run(asyncio.sleep(0))
            self.loop.close()

    async def _end(self) -> None:
        for lock in self.locks.values():
            lock.heal()
        await self.rig.wait(RETRIED_S)
        self._what_ended_is_gone()
        for _ in range(12):  # in steps, so that what is due comes late as well as in time
            await self.rig.wait(7200)
            self.the_owners_codes_are_untouched()
        self._what_ended_is_gone()
        assert all(grant.is_gone for grant in self.state.grants.values())
        assert all(self.locks[door].ours == {} for door in READABLE)
        assert not [
            item
            for item in self.state.effects.values()
            if isinstance(item.effect, (SetCredential, ClearCredential))
        ]
        assert self.rig.vault.codes == {}
        kinds = [
            json.loads(row.payload)
            for row in self.rig.journal.rows
            if row.kind == "CredentialChanged"
        ]
        assert {item["status"] for item in kinds} <= {item.value for item in CredentialStatus}

    def _what_ended_is_gone(self) -> None:
        """Once its lock speaks again, what ended is proved gone within one retry."""
        needed = {key for key, grant in self.state.grants.items() if not grant.is_gone}
        for grant in self.state.grants.values():
            assert grant.is_active or grant.is_gone, grant
        assert self.rig.vault.codes.keys() <= needed
        for door in READABLE:
            promised = {
                grant.credentials[door].slot
                for key, grant in self.state.grants.items()
                if key in needed and door in grant.credentials
            }
            assert self.locks[door].ours.keys() <= promised
        for slot in self.locks["back"].ours:
            live = any(
                grant.is_active
                and "back" in grant.credentials
                and grant.credentials["back"].slot == slot
                for grant in self.state.grants.values()
            )
            assert live or _last(self.locks["back"], slot) == ("clear", slot)


def _last(lock: LyingLock, slot: int) -> tuple[str, int] | None:
    """Return the newest write that was sent to a place."""
    return next((item for item in reversed(lock.history) if item[1] == slot), None)


def play(examples: int, steps: int) -> None:
    run_state_machine_as_test(
        GrantMachine,
        settings=settings(
            max_examples=examples,
            stateful_step_count=steps,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )


def test_grants_keep_their_promises() -> None:
    play(examples=40, steps=20)


@pytest.mark.slow
def test_grants_keep_their_promises_for_long() -> None:
    play(examples=300, steps=40)
