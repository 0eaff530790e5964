"""Steps of the options about model files: fetched now, uploaded, examined; each shows that it is going on."""

import asyncio
from typing import Any

from homeassistant.components.file_upload import process_uploaded_file
from homeassistant.config_entries import ConfigEntryState, ConfigFlowResult, OptionsFlow
from homeassistant.core import callback

from . import const as c
from .core.errors import VerifiedResponseError
from .engine.model_files import Examined, ModelFiles
from .options_schema import person_form, upload_form
from .runtime import VerifiedResponseConfigEntry


class DetectionSteps(OptionsFlow):
    """What follows the form of the options when files are to be fetched or uploaded."""

    _pending: dict[str, Any]
    _task: asyncio.Task[Any] | None = None
    _ticket: str | None = None
    _licence = ""
    _classes = 0
    _person: int | None = None

    async def back_to_options(self, error: str) -> ConfigFlowResult:
        """Show the options again, with what went wrong."""
        raise NotImplementedError

    def finish(self, *, new_files: bool = False) -> ConfigFlowResult:
        """Store the options; they are taken anew for new files, too, which a running detector takes up."""
        if new_files and self._pending == dict(self.config_entry.options):
            self.hass.config_entries.async_schedule_reload(self.config_entry.entry_id)
        return self.async_create_entry(data=self._pending)

    def models(self) -> ModelFiles | None:
        """Return what deals with model files, None while the premises are not loaded."""
        entry: VerifiedResponseConfigEntry = self.config_entry
        return entry.runtime_data.models if entry.state is ConfigEntryState.LOADED else None

    async def async_step_fetch(self, _user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Fetch what is missing, and show how far it is."""
        if self._task is None:
            if (models := self.models()) is None:
                return await self.back_to_options("not_loaded")
            self._task = self.hass.async_create_task(
                models.fetch(
                    self.async_update_progress,
                    engine=self._pending.get(c.CONF_ENGINE, c.AUTO),
                    model=self._pending.get(c.CONF_MODEL, c.AUTO),
                ),
                "fetch model",
                eager_start=False,
            )
        if not self._task.done():
            return self.async_show_progress(
                step_id="fetch", progress_action="fetching", progress_task=self._task
            )
        return self.async_show_progress_done(next_step_id="fetched")

    async def async_step_fetched(
        self, _user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Store the options, or say why nothing came."""
        try:
            self._outcome()
        except VerifiedResponseError as error:
            return await self.back_to_options(error.code)
        return self.finish(new_files=True)

    async def async_step_upload(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Ask for a file and take it; one that nobody knows is examined first."""
        if user_input is None:
            return self._ask_file()
        if (models := self.models()) is None:
            return self._ask_file("not_loaded")
        self._licence = user_input[c.CONF_LICENCE].strip()
        file_id = user_input[c.CONF_FILE]
        try:
            received = await models.receive(lambda: process_uploaded_file(self.hass, file_id))
        except VerifiedResponseError as error:
            return self._ask_file(error.code)
        if received.ticket is not None:
            self._ticket, self._person = received.ticket, None
            return await self.async_step_examine()
        if received.missing:
            return self._ask_file("upload_more", missing=", ".join(received.missing))
        return self.finish(new_files=True)

    async def async_step_examine(
        self, _user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Examine the owner's model, in a process of its own."""
        if self._task is None:
            if (models := self.models()) is None or self._ticket is None:
                return self._ask_file("not_loaded")
            self._task = self.hass.async_create_task(
                models.examine(self._ticket, person=self._person),
                "examine model",
                eager_start=False,
            )
        if not self._task.done():
            return self.async_show_progress(
                step_id="examine", progress_action="examining", progress_task=self._task
            )
        return self.async_show_progress_done(next_step_id="examined")

    async def async_step_examined(
        self, _user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Take the model, ask which class is a person, or say why it cannot be used."""
        models, ticket = self.models(), self._ticket
        try:
            found: Examined = self._outcome()
            if found.asks_person:
                self._classes = found.classes
                return await self.async_step_person_class()
            if models is None or ticket is None:
                return self._ask_file("not_loaded")
            await models.adopt(ticket, licence=self._licence)
        except VerifiedResponseError as error:
            self._drop()
            return self._ask_file(error.code)
        self._ticket = None
        self._pending[c.CONF_MODEL] = c.MODEL_OWN
        if self._pending.get(c.CONF_ENGINE) in {"ncnn", "basic"}:
            del self._pending[c.CONF_ENGINE]
        return self.finish(new_files=True)

    async def async_step_person_class(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Ask which class is a person, then examine with that."""
        if user_input is None:
            return self.async_show_form(
                step_id="person_class",
                data_schema=person_form(self._classes),
                description_placeholders={"classes": str(self._classes)},
            )
        self._person = user_input[c.CONF_PERSON_CLASS]
        return await self.async_step_examine()

    def _ask_file(self, error: str | None = None, *, missing: str = "") -> ConfigFlowResult:
        return self.async_show_form(
            step_id="upload",
            data_schema=self.add_suggested_values_to_schema(
                upload_form(), {c.CONF_LICENCE: self._licence}
            ),
            errors={"base": error} if error else {},
            description_placeholders={"missing": missing},
        )

    def _outcome(self) -> Any:
        """Return what the work that was shown has brought; raises what it raised."""
        task, self._task = self._task, None
        return task.result() if task is not None else None

    def _drop(self) -> None:
        """Forget a file that is not going to be used."""
        ticket, self._ticket = self._ticket, None
        if ticket is not None and (models := self.models()) is not None:
            self.hass.async_create_task(models.drop(ticket), "drop upload")

    @callback
    def async_remove(self) -> None:
        """Leave nothing behind when the dialog is closed."""
        self._drop()
