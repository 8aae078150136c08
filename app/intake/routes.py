"""Where a browser fetches the sum of the proof of work. Keeps nothing, and needs neither cookie nor database."""

from fastapi import APIRouter
from starlette.responses import JSONResponse

from app.intake import proof

router = APIRouter()


# No rate limit: counting a request would cost more than the millisecond of making the sum.
@router.get("/guard/challenge", name="intake:challenge")
def challenge() -> JSONResponse:
    """A signed sum, for the worker of a form that somebody begins to fill in."""
    return JSONResponse(proof.challenge(), headers={"Cache-Control": "no-store"})
