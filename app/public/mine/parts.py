"""The parts of the private page, in their order: one visible table."""

from app.public.mine import questions
from app.public.mine.base import Part

PARTS: tuple[Part, ...] = (questions.PART,)
