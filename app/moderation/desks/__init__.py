"""How each kind of item is shown and what its decision does: one visible table."""

from collections.abc import Mapping

from app.intake.rules import Kind
from app.moderation.desks.acts import ActsDesk
from app.moderation.desks.base import Desk
from app.moderation.desks.gift_messages import GiftMessages
from app.moderation.desks.questions import QuestionDesk
from app.moderation.desks.testimonials import TestimonialDesk

DESKS: Mapping[Kind, Desk] = {
    Kind.TESTIMONIAL: TestimonialDesk(),
    Kind.QUESTION: QuestionDesk(),
    Kind.ACT: ActsDesk(),
    Kind.GIFT_MESSAGE: GiftMessages(),
}
