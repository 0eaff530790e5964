"""The product's errors as Home Assistant's, translated."""

from collections.abc import Generator
from contextlib import contextmanager

from homeassistant.exceptions import HomeAssistantError, ServiceValidationError

from .const import DOMAIN
from .core.errors import InvalidRequestError, VerifiedResponseError


@contextmanager
def translated() -> Generator[None]:
    """Wrong input becomes ServiceValidationError, failed work HomeAssistantError."""
    try:
        yield
    except InvalidRequestError as err:
        raise ServiceValidationError(
            translation_domain=DOMAIN,
            translation_key=err.code,
            translation_placeholders=err.placeholders,
        ) from err
    except VerifiedResponseError as err:
        raise HomeAssistantError(
            translation_domain=DOMAIN,
            translation_key=err.code,
            translation_placeholders=err.placeholders,
        ) from err
