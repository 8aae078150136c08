"""The parts of the private page, in their order: one visible table."""

from app.public.mine import challenges, following, gifts, notices, questions, testimonials
from app.public.mine.base import Part

PARTS: tuple[Part, ...] = (
    notices.PART,
    gifts.PART,
    following.PART,
    challenges.PART,
    testimonials.PART,
    questions.PART,
)
