"""Random cries, answers, silences and restarts against a small oracle: nobody is called too soon or too late."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from custom_components.verified_response.core import commands as cmd
from custom_components.verified_response.core import events as ev
from custom_components.verified_response.core.calls import Call, Heard, Silence
from custom_components.verified_response.core.codec import from_plain, to_plain
from custom_components.verified_response.core.effects import Push, Share
from custom_components.verified_response.core.incident import IncidentKind
from custom_components.verified_response.core.state import PremisesState
from tests.core.house import House

HERE = Heard(device="speaker", place="Kitchen", satellite="assist_satellite.kitchen")
COUNTDOWN = 20
ECHO = timedelta(seconds=4)
CALL = st.sampled_from([None, None, *Call])
SECONDS = st.sampled_from([0, 1, 3, 4, 5, 19, 20, 21, 60, 119, 121, 600])


@dataclass
class Asked:
    """What the oracle knows of the question that is open."""

    began: datetime
    ends: datetime
    bare: bool
    calls: bool
    times: int = 1


class CryMachine(RuleBasedStateMachine):
    """One house with a policy; `asked` is what the oracle expects to be open."""

    @initialize(silence=st.sampled_from(Silence))
    def move_in(self, silence: Silence) -> None:
        self.house = House(cry_silence=silence)
        self.silence = silence
        self.asked: Asked | None = None
        self.by_voice = 0
        """Calls that voices have led to, or joined."""

    # --- what happens ------------------------------------------------------------------

    @rule(call=CALL, bare=st.booleans(), at_home=st.sampled_from([None, True, False]))
    def cry(self, call: Call | None, bare: bool, at_home: bool | None) -> None:
        bare = bare and call is None
        open_before = self.open_calls()
        self.house.do(
            cmd.CryForHelp(
                new_id=self.house.new_id(), call=call, heard=HERE, bare=bare, at_home=at_home
            )
        )
        calls = not bare and self.silence_calls(at_home)
        now, asked = self.house.now, self.asked
        if asked is None:
            newest = next(
                (
                    item
                    for item in reversed(open_before)
                    if not item.silent and (kind_of(call) not in item.kinds or self.lately(item))
                ),
                None,
            )
            if newest is None or not self.lately(newest):
                end = now + timedelta(seconds=COUNTDOWN)
                self.asked = Asked(began=now, ends=end, bare=bare, calls=calls)
        elif now - asked.began < ECHO:
            if asked.bare and not bare:
                asked.bare, asked.calls = False, calls
            elif call is not None and self.house.state.cry.call is call:
                asked.calls = self.house.state.cry.silence_calls
        elif asked.bare and bare:
            asked.bare, asked.calls = False, self.silence_calls(at_home)
        else:
            self.asked = None
            assert self.open_calls(), "crying on is an answer"

    @precondition(lambda self: self.asked is not None)
    @rule(send=st.booleans(), call=CALL, duress=st.booleans())
    def answer(self, send: bool, call: Call | None, duress: bool) -> None:
        before = len(self.house.state.incidents)
        known = any(
            item.covert and not item.held and self.lately(item)
            for item in self.house.state.open_incidents()
        )
        told = self.house.do(
            cmd.AnswerCry(
                cry_id=self.house.state.cry.id,
                send=send,
                by="voice",
                call=call,
                duress=duress and not send,
                new_id=self.house.new_id(),
            )
        )
        self.asked = None
        if send:
            assert self.open_calls()
        else:
            covert = [event for event in told if isinstance(event, ev.IncidentOpened)]
            assert (
                len(covert)
                == (1 if duress and not known else 0)
                == len(self.house.state.incidents) - before
            )
            assert all(event.covert for event in covert)
            pushes = [event for event in told if is_push(event)]
            assert not pushes, "whoever listens must not tell a stop from a stop under threat"

    @rule(seconds=SECONDS)
    def time_passes(self, seconds: float) -> None:
        before = self.calls_by_voice()
        asked, due = self.asked, self.house.now + timedelta(seconds=seconds)
        self.house.wait(seconds)
        if asked is None or due < asked.ends:
            assert self.calls_by_voice() == before, "nobody is called before the time is over"
            return
        self.asked = None
        called = self.calls_by_voice() > before
        assert called is (asked.calls and not asked.bare)

    @rule(away=st.sampled_from([0, 5, 119, 121, 3600]))
    def restart(self, away: float) -> None:
        last_alive = self.house.state.last_alive
        before = self.calls_by_voice()
        self.house.restart(after=away)
        assert self.calls_by_voice() == before, "nothing is sent late by itself"
        self.after_pause(None if last_alive is None else self.house.now - last_alive)

    @rule()
    def configuration_is_taken_anew(self) -> None:
        self.house.do(cmd.HubStarted(last_alive=None, resumed=True))
        self.after_pause(timedelta(0))

    def after_pause(self, pause: timedelta | None) -> None:
        if (asked := self.asked) is None:
            return
        if pause is None or pause > timedelta(seconds=120) or asked.times >= 3:
            self.asked = None
            return
        asked.times += 1
        asked.ends = self.house.now + timedelta(seconds=COUNTDOWN)

    @rule(kind=st.sampled_from(["panic", "fire"]), silent=st.booleans())
    def button(self, kind: str, silent: bool) -> None:
        self.house.distress(IncidentKind(kind), silent=silent)

    @precondition(lambda self: self.house.state.open_incidents())
    @rule()
    def dismiss(self) -> None:
        self.house.dismiss(self.house.state.open_incidents()[-1].id)

    # --- what the oracle knows -----------------------------------------------------------

    def silence_calls(self, at_home: bool | None) -> bool:
        if self.silence is Silence.CALLS_AT_HOME:
            return at_home is not False  # nothing is armed in this house
        return self.silence is Silence.CALLS

    def open_calls(self) -> list:
        return [
            item
            for item in self.house.state.open_incidents()
            if item.is_distress and not item.covert and not item.held
        ]

    def lately(self, incident) -> bool:
        called = incident.called_at or incident.opened_at
        return self.house.now - called < timedelta(seconds=300)

    def calls_by_voice(self) -> int:
        opened = [event for event in self.house.told(ev.IncidentOpened) if event.by == "voice"]
        joined = [event for event in self.house.told(ev.CallJoined) if event.by == "voice"]
        return (
            len([event for event in opened if not event.covert])
            + len(joined)
            + len([event for event in self.house.told(ev.CryEnded) if event.end == "called"])
        )

    # --- what always holds -----------------------------------------------------------------

    @invariant()
    def the_oracle_agrees(self) -> None:
        if not hasattr(self, "house"):
            return
        cry = self.house.state.cry
        assert (cry is None) is (self.asked is None)
        if cry is not None and self.asked is not None:
            assert (cry.until, cry.bare, cry.asked) == (
                self.asked.ends,
                self.asked.bare,
                self.asked.times,
            )
            assert self.house.deadline is not None
            assert self.house.deadline <= cry.until

    @invariant()
    def what_is_asked_about_has_not_left_the_house(self) -> None:
        if hasattr(self, "house") and (cry := self.house.state.cry) is not None:
            assert not [share for share in self.house.asked(Share) if share.incident_id == cry.id]

    @invariant()
    def it_is_written_down(self) -> None:
        if hasattr(self, "house"):
            assert self.house.replayed() == self.house.state
            assert from_plain(PremisesState, to_plain(self.house.state)) == self.house.state


def kind_of(call: Call | None) -> IncidentKind:
    kinds = {Call.FIRE: IncidentKind.FIRE, Call.MEDICAL: IncidentKind.MEDICAL}
    return kinds.get(call, IncidentKind.PANIC) if call else IncidentKind.PANIC


def is_push(event: ev.Event) -> bool:
    return isinstance(event, ev.EffectRequested) and isinstance(event.effect, Push)


TestCries = CryMachine.TestCase
TestCries.settings = settings(
    max_examples=120,
    stateful_step_count=30,
    deadline=None,
    suppress_health_check=list(HealthCheck),
)
