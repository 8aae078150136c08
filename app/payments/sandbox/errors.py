"""Stripe's way of saying no, in Stripe's shape; the sandbox has no other kind of refusal."""

from typing import Any


class ApiError(Exception):
    """A refusal with its HTTP status; ``body`` is what goes over the wire."""

    def __init__(
        self,
        message: str,
        *,
        status: int = 400,
        kind: str = "invalid_request_error",
        code: str | None = None,
        param: str | None = None,
    ) -> None:
        super().__init__(message)
        self.status = status
        self.error = {"message": message, "type": kind}
        if code:
            self.error |= {"code": code, "doc_url": f"https://docs.stripe.com/error-codes#{code}"}
        if param:
            self.error["param"] = param

    @property
    def body(self) -> dict[str, Any]:
        """The error document as Stripe sends it."""
        return {"error": self.error}


def missing(kind: str, object_id: str, param: str = "id") -> ApiError:
    """404 for an id nobody knows."""
    return ApiError(f"No such {kind}: '{object_id}'", status=404, code="resource_missing", param=param)
