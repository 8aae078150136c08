"""What can go wrong in words a person can use; one handler turns each into a page or a fragment."""

from collections.abc import Mapping

from app.core.i18n import Message, mark


class DomainError(Exception):
    """Something a person asked for that cannot be done. `message` is translated where it is shown."""

    status = 400

    def __init__(self, message: Message | str, *, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(str(message))
        self.message = message
        self.headers = dict(headers or {})


class NotFound(DomainError):
    """No such thing, or not yours: the two are told apart nowhere."""

    status = 404

    def __init__(self, message: Message | str = mark("This page does not exist, or no longer does.")) -> None:
        super().__init__(message)


class Forbidden(DomainError):
    status = 403

    def __init__(self, message: Message | str = mark("Your role does not allow this.")) -> None:
        super().__init__(message)


class Conflict(DomainError):
    """The thing is in a state that does not allow this."""

    status = 409


class Gone(DomainError):
    """The link was valid once."""

    status = 410


class TooMany(DomainError):
    """A limit was reached; `retry_after` is in seconds."""

    status = 429

    def __init__(
        self,
        retry_after: int,
        message: Message | str = mark(
            "That is too many tries in a short time. Wait a little, then try again."
        ),
    ) -> None:
        super().__init__(message, headers={"Retry-After": str(max(1, retry_after))})


class Unavailable(DomainError):
    """A service we depend on does not answer. Nothing was lost."""

    status = 503


class NotSignedIn(DomainError):
    """The page needs an account; the handler leads to the sign-in page and back."""

    status = 401

    def __init__(self) -> None:
        super().__init__(mark("Sign in to see this page."))
