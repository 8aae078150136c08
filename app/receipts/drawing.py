"""A receipt as PDF, from the paper kept with it: the same bytes each time, a word across it once it is void."""

from sqlmodel import Session

from app.core import i18n
from app.core.i18n import gettext
from app.media import service as media
from app.media.models import Media
from app.print import receipts as print_receipts
from app.receipts.models import Receipt

_VARIANT = "full.webp"


def pdf_of(session: Session, receipt: Receipt) -> bytes:
    """The PDF of a receipt."""
    stamp = ""
    if receipt.voided_at is not None:
        with i18n.speaking(receipt.language):
            stamp = gettext("Void")
    return print_receipts.draw(receipt.paper, signature=_signature(session, receipt), stamp=stamp)


def file_name(receipt: Receipt) -> str:
    return f"{receipt.label}.pdf"


def _signature(session: Session, receipt: Receipt) -> bytes:
    if receipt.signature_media_id is None:
        return b""
    medium = session.get_one(Media, receipt.signature_media_id)
    return media.open_variant(medium, _VARIANT).path.read_bytes()
