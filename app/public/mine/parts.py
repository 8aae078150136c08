"""The parts of the private page, in their order: one visible table."""

from app.public.mine import challenges, notices, questions, testimonials
from app.public.mine.base import Part

PARTS: tuple[Part, ...] = (notices.PART, challenges.PART, testimonials.PART, questions.PART)
