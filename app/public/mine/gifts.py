"""The donor's part of the private page: their paid gifts, and the way to the receipts."""

from app.public.mine.base import Part
from app.receipts.mine import of_supporters

PART = Part("receipts/_mine.html", of_supporters)
