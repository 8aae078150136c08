"""What the browser may send about posts."""

import datetime as dt

from pydantic import Field

from app.core.forms import FormModel, Line, WebAddress

ORGANISATION = "organisation"


class PostForm(FormModel):
    """The local hour of a post and who carries it: the organisation, or an influencer by public id."""

    at_time: dt.time
    carrier: Line = Field(max_length=16)
    version: int = Field(default=1, ge=1)


class ProofForm(FormModel):
    """Where what went out can be seen."""

    proof_url: WebAddress = Field(default="", max_length=500)
