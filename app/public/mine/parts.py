"""The parts of the private page, in their order: one visible table."""

from app.public.mine import challenges, gifts, notices, questions, testimonials
from app.public.mine.base import Part

PARTS: tuple[Part, ...] = (notices.PART, gifts.PART, challenges.PART, testimonials.PART, questions.PART)
