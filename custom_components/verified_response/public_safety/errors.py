"""Errors sorted by what the caller must do; messages never carry secrets or documents."""

from typing import override


class PublicSafetyError(Exception):
    """Something about a responder's desk failed; `code` is stable and safe to show."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class RejectedError(PublicSafetyError):
    """The input is wrong: fix it, never send it again as it is."""


class InvalidDocumentError(RejectedError):
    """A document breaks the schema at `path`; the offending value is not repeated."""

    def __init__(self, path: str, rule: str) -> None:
        super().__init__("invalid_document")
        self.path = path
        self.rule = rule

    @override
    def __str__(self) -> str:
        return f"{self.code}: {self.path} ({self.rule})"


class RetryableError(PublicSafetyError):
    """Nothing was accepted: send the same again later, not before `retry_after` seconds if given."""

    def __init__(self, code: str, *, retry_after: int | None = None) -> None:
        super().__init__(code)
        self.retry_after = retry_after


class UnknownOutcomeError(PublicSafetyError):
    """Bytes may have arrived: ask find() first, never create blindly again."""


class AuthError(PublicSafetyError):
    """The desk does not know or allow us: suspend the connector and tell a person."""
