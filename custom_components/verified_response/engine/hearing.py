"""What is heard aloud becomes commands: cries that are asked back about, answers, codes, covert phrases."""

import asyncio
import logging
from contextlib import suppress
from typing import Any

from ..core.calls import Call, Cry, CryEnd, Heard
from ..core.commands import AnswerCry, Command, CryForHelp, Dismiss, ReportDuress
from ..core.errors import InvalidRequestError, WorkFailedError
from ..core.events import CryEnded, CryHeard
from ..core.incident import DeliveryStatus, Incident
from ..core.premises import ResponderMode
from ..core.rules.dispatch import is_on_screens
from ..voice.answers import Meaning, understand
from ..voice.language import Reply, Say
from ..voice.languages import language_of
from .desk import Desk
from .feed import Snapshot
from .keypad import Keypad
from .ports import Clock, CodeVerdict, IdSource
from .voice_ports import Satellites
from .waiting import pause

_LOGGER = logging.getLogger(__name__)

BY_VOICE = "voice"
AGAIN_S = 2.0
"""Between two tries of a satellite that is not there, or heard nothing."""
LEAST_S = 3.0
"""Nobody can hear a question and answer it in less."""
COMES = frozenset({DeliveryStatus.REQUESTED, DeliveryStatus.STARTED, DeliveryStatus.DELIVERED})
"""A responder that has it, or is being told; the others were not reached."""
REFUSED = {"code_wrong": Say.CODE_WRONG, "keypad_locked": Say.CODE_LOCKED}


class Hearing:
    """Speaks with whoever cried for help; what it is told goes through the desk."""

    def __init__(
        self, desk: Desk, clock: Clock, ids: IdSource, keypad: Keypad, satellites: Satellites
    ) -> None:
        self._desk = desk
        self._clock = clock
        self._ids = ids
        self._keypad = keypad
        self._satellites = satellites
        self._cry: Cry | None = None
        """Asked about now, by its satellite."""
        self._task: asyncio.Task[None] | None = None
        """By which the satellite asks."""
        self._replying: set[asyncio.Task[Any] | None] = set()
        """Whoever is about to end the question, and says themselves what came of it."""
        self._stop = desk.feed.subscribe(self._follow)

    def begin(self) -> None:
        """Ask again about what was being asked when the hub stopped."""
        if (cry := self._desk.state.cry) is not None:
            self._ask(cry)

    def close(self) -> None:
        """Follow nothing any more."""
        self._stop()

    # --- what is heard ---------------------------------------------------------------

    async def cry(
        self, call: Call | None, *, bare: bool, heard: Heard, at_home: bool | None
    ) -> Reply | None:
        """Ask back; None where the satellite asks by itself, as soon as it has stopped listening."""
        await self._submit_reply(
            CryForHelp(
                new_id=self._ids.new_id(), call=call, heard=heard, bare=bare, at_home=at_home
            )
        )
        cry = self._desk.state.cry
        if cry is None:
            return self._called()
        asks = self._satellites.can_ask(cry.heard.satellite)
        return None if asks else self._question(cry)

    async def duress(self, contact_id: str, heard: Heard) -> None:
        """Call for help where nobody may notice."""
        await self._desk.submit(
            ReportDuress(new_id=self._ids.new_id(), by=f"contact:{contact_id}", heard=heard)
        )

    def awaits(self, text: str, language: str) -> bool:
        """Say whether this is an answer to a question that is open now."""
        cry = self._desk.state.cry
        return cry is not None and any(
            understand(text, language_of(tag)).meaning is not Meaning.UNCLEAR
            for tag in (cry.heard.language or language, language)
        )

    async def answer(self, text: str, language: str) -> Reply:
        """Follow an answer; what is not understood leads to the question once more."""
        cry = self._desk.state.cry
        if cry is None:
            return Reply(Say.NOTHING_TO_CANCEL)
        answer = understand(text, language_of(language))
        if answer.meaning is Meaning.UNCLEAR and cry.heard.language:
            answer = understand(text, language_of(cry.heard.language))
        try:
            match answer.meaning:
                case Meaning.STOP:
                    await self._submit_answer(cry, send=False)
                    return Reply(Say.STOPPED)
                case Meaning.SEND:
                    await self._submit_answer(cry, send=True, call=answer.call)
                    return self._called()
                case Meaning.CODE if self._keypad.needs_code:
                    return await self._stopped_by_code(cry, answer.code)
        except InvalidRequestError:  # silence decided a moment ago
            return self._called()
        return self._question(cry)

    async def cancel(self, code: str | None, language: str, heard: Heard) -> Reply:
        """Take back what was called for: a cry that is asked about by a word, an alarm by a code only."""
        if self._desk.state.cry is not None:
            return await self.answer(code or language_of(language).stop[0], language)
        incidents = self._to_cancel()
        digits = understand(code or "", language_of(language)).code
        if not incidents:
            if digits:
                await self._keypad.believe_the_threatened(digits, heard)
            return Reply(Say.NOTHING_TO_CANCEL)
        if not self._keypad.needs_code:
            return Reply(Say.CANCEL_IN_APP)
        if not digits:
            return Reply(Say.CODE_NEEDED)
        verdict = await self._checked(digits)
        if isinstance(verdict, Reply):
            return verdict
        for incident in incidents:
            await self._desk.submit(
                Dismiss(
                    incident_id=incident.id,
                    by=f"contact:{verdict.contact_id}",
                    duress=verdict.duress,
                    new_id=self._ids.new_id(),
                )
            )
        return Reply(Say.CANCELLED)

    def _to_cancel(self) -> list[Incident]:
        """Return the open calls for help, else the alarm that is open; nothing that is hidden."""
        shown = [item for item in self._desk.state.open_incidents() if is_on_screens(item)]
        return [item for item in shown if item.is_distress] or shown[-1:]

    async def _stopped_by_code(self, cry: Cry, code: str) -> Reply:
        verdict = await self._checked(code)
        if isinstance(verdict, Reply):
            return verdict
        by = f"contact:{verdict.contact_id}"
        await self._submit_answer(cry, send=False, by=by, duress=verdict.duress)
        return Reply(Say.STOPPED)

    async def _checked(self, code: str) -> CodeVerdict | Reply:
        try:
            verdict = await self._keypad.check(code, area_id=None, by=BY_VOICE)
        except InvalidRequestError as err:
            return Reply(REFUSED.get(err.code, Say.CODE_WRONG))
        return verdict if verdict is not None else Reply(Say.CANCEL_IN_APP)

    async def _submit_answer(
        self,
        cry: Cry,
        *,
        send: bool,
        call: Call | None = None,
        by: str = BY_VOICE,
        duress: bool = False,
    ) -> None:
        await self._submit_reply(
            AnswerCry(
                cry_id=cry.id,
                send=send,
                by=by,
                call=call,
                duress=duress,
                new_id=self._ids.new_id(),
            )
        )

    async def _submit_reply(self, command: Command) -> None:
        """Submit what may end the question: whoever asked for it gets the reply."""
        task = asyncio.current_task()
        self._replying.add(task)
        try:
            await self._desk.submit(command)
        finally:
            self._replying.discard(task)

    # --- what is said ----------------------------------------------------------------

    def _question(self, cry: Cry) -> Reply:
        if not cry.silence_calls:
            return Reply(Say.ASK_TO_SAY_YES)
        left = max(1, round((cry.until - self._clock.now()).total_seconds()))
        return Reply(Say.ASK, {"seconds": str(left)})

    def _called(self) -> Reply:
        """Return what is true: help is being called only where somebody is set up to come, and it is on record."""
        shown = [item for item in self._desk.state.open_incidents() if is_on_screens(item)]
        calls = [item for item in shown if item.is_distress]
        responders = self._desk.premises.responders
        live = any(
            responders[key].mode is ResponderMode.LIVE
            for item in calls
            for key, delivery in item.deliveries.items()
            if key in responders and delivery.status in COMES
        )
        return Reply(Say.CALLED if live and self._desk.durable else Say.PEOPLE_TOLD)

    def _follow(self, snapshot: Snapshot) -> None:
        for event in snapshot.news:
            match event:
                case CryHeard(cry=cry):
                    self._ask(cry)
                case CryEnded(end=end):
                    self._conclude(end)

    def _ask(self, cry: Cry) -> None:
        before, self._cry = self._cry, cry
        asked = before is not None and (before.id, before.asked) == (cry.id, cry.asked)
        if cry.heard.satellite and not asked:
            self._desk.run(self._ask_back(cry), name="question")

    async def _ask_back(self, cry: Cry) -> None:
        """Ask until it is answered or the time is over; silence is the desk's to judge."""
        self._task = asyncio.current_task()
        language = language_of(cry.heard.language)
        replies = [self._question(cry)]
        while self._left(cry) >= LEAST_S:
            try:
                text = await self._satellites.ask(cry.heard.satellite, language.text(*replies))
            except WorkFailedError as err:
                _LOGGER.debug("Nobody answered (%s)", err.code)
                await pause(self._clock, AGAIN_S)
                replies = [self._question(cry)]
                continue
            if not self._is_open(cry):
                return
            reply = await self.answer(text, language.code)
            if not self._is_open(cry):
                await self._tell(cry, reply)
                return
            question = self._question(cry)
            replies = [question] if reply.say is question.say else [reply, question]

    def _is_open(self, cry: Cry) -> bool:
        current = self._desk.state.cry
        return current is not None and current.id == cry.id

    def _left(self, cry: Cry) -> float:
        if not self._is_open(cry):
            return 0.0
        return (cry.until - self._clock.now()).total_seconds()

    def _conclude(self, end: CryEnd) -> None:
        """Stop asking, and say what silence came to; an answer is answered by whoever took it."""
        cry, self._cry = self._cry, None
        if cry is None:
            return
        if self._task is not None and self._task not in self._replying:
            self._task.cancel()
        if self._replying:
            return
        reply = self._called() if end is CryEnd.CALLED else Reply(Say.NOT_SENT)
        self._desk.run(self._tell(cry, reply), name="conclusion")

    async def _tell(self, cry: Cry, reply: Reply) -> None:
        if not cry.heard.satellite:
            return
        with suppress(WorkFailedError):
            text = language_of(cry.heard.language).text(reply)
            await self._satellites.announce(cry.heard.satellite, text)
