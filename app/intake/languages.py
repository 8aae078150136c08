"""Tells which language some words read like, among those people write in. Refuses to guess from little."""

import re
from functools import lru_cache
from typing import Any

KNOWN = ("ar", "de", "en", "es", "fr", "it", "nl", "pl", "pt", "ro", "ru", "tr", "uk")
LEAST_LETTERS, LEAST_WORDS = 20, 4
SURE = 0.8


@lru_cache(maxsize=1)
def _identifier() -> Any:
    """The model; half a second to load, so only once somebody wrote enough to need it."""
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    identifier = LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
    identifier.set_languages(KNOWN)
    return identifier


def detect(text: str) -> str:
    """The language of a text, an ISO 639 code; empty when it is too short or could be several."""
    words = re.findall(r"[^\W\d_]+", text)
    if len(words) < LEAST_WORDS or sum(map(len, words)) < LEAST_LETTERS:
        return ""
    language, sure = _identifier().classify(" ".join(words))
    return str(language) if sure >= SURE else ""
