"""What may be done with a testimonial: tell, change, take back; choose, draw, relay. Refuses uses nobody agreed to."""

from app.testimonials.service.recalling import forget_carrier, lapse, recall, withdraw
from app.testimonials.service.relaying import (
    Drawing,
    NotAgreed,
    caption_of,
    drawing,
    feature,
    fits,
    into_week,
    keep_cards,
)
from app.testimonials.service.sending import send
from app.testimonials.service.telling import change, correct, decided, decided_all, text_of, uses_of, words_of

__all__ = [
    "Drawing",
    "NotAgreed",
    "caption_of",
    "change",
    "correct",
    "decided",
    "decided_all",
    "drawing",
    "feature",
    "fits",
    "forget_carrier",
    "into_week",
    "keep_cards",
    "lapse",
    "recall",
    "send",
    "text_of",
    "uses_of",
    "withdraw",
    "words_of",
]
