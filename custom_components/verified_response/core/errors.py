"""Errors by what the caller must do; each carries a translation key."""


class VerifiedResponseError(Exception):
    """Base: `code` is a translation key, `placeholders` fill its sentence and never hold secrets."""

    def __init__(self, code: str, **placeholders: str) -> None:
        super().__init__(code)
        self.code = code
        self.placeholders = placeholders


class InvalidRequestError(VerifiedResponseError):
    """The caller must change the request."""


class WorkFailedError(VerifiedResponseError):
    """The request was right, the work could not be done."""


class FrameRefused(WorkFailedError):  # noqa: N818 - reads as what happened to the frame
    """This picture cannot be judged; the next one may be."""


class CouldNotLook(WorkFailedError):  # noqa: N818 - the term shown to people
    """Nobody looked: unknown, never "nobody there"."""


class JournalUnavailableError(WorkFailedError):
    """Nothing durable can be written now (disk full, file locked, damaged)."""


class LockFailedError(WorkFailedError):
    """The lock did not do it, or nobody can tell whether it did."""


class ShareFailedError(WorkFailedError):
    """Base of failed deliveries."""


class ShareRejectedError(ShareFailedError):
    """The responder refused for good; never retry as is."""


class ShareRetryableError(ShareFailedError):
    """Surely nothing arrived; retry after `retry_after_s`."""

    def __init__(self, code: str, *, retry_after_s: float | None = None) -> None:
        super().__init__(code)
        self.retry_after_s = retry_after_s


class ShareUnknownError(ShareFailedError):
    """It may have arrived; ask before anything is sent again."""
