"""What comes with a form of a challenge besides its fields: where from, the guard's marks, a photo written anew."""

from typing import Annotated

from fastapi import Depends, Request

from app.challenges import proofs
from app.core.forms import FormData
from app.core.i18n import Message
from app.core.ratelimit import check, client_address
from app.intake.screening import Sent
from app.media.service import Prepared, Refused
from app.public.forms import TakeForm

PHOTOS = 8
"""Photos one address may send in ten minutes: each is decoded here and takes room."""


def photo_of(request: Request, form: FormData) -> Prepared | Message | None:
    """The photo that came with a form, or why it is refused. Name it before `Db`: decoding holds no transaction."""
    file = form.files.get("photo")
    if file is None:
        return None
    check("challenge-photo", client_address(request), times=PHOTOS, seconds=600)
    try:
        return proofs.prepare(file.file.read())
    except Refused as refused:
        return refused.message if isinstance(refused.message, Message) else Message(str(refused.message))


Photo = Annotated[Prepared | Message | None, Depends(photo_of)]


def sent_of(request: Request, data: TakeForm) -> Sent:
    """Where a form came from and what its guard carried; the service adds the words."""
    return Sent(
        text="",
        address=client_address(request),
        agent=request.headers.get("user-agent", ""),
        stamp=data.stamp,
        trap=data.website,
        proof=data.proof,
    )
