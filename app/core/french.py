"""What French asks of a sentence that names somebody: prepositions join the article or lose their vowel."""

import re
from collections.abc import Mapping
from unicodedata import normalize

_NAMED = re.compile(r"\b(à|de) %\((organisation|charity|city)\)s", re.IGNORECASE)
_ARTICLE = re.compile(r"(Les?) (?=\w)")
_TOGETHER = {("à", "Le"): "au", ("à", "Les"): "aux", ("de", "Le"): "du", ("de", "Les"): "des"}


def joined(text: str, values: Mapping[str, object]) -> tuple[str, dict[str, object]]:
    """A sentence with `%(…)s` places and its values, so that they read as one: « aux Lanternes », « d’Emmaüs ».

    Of names that carry their own article, organisations and towns; people and titles stay as they are. An h is left
    alone: no rule tells the silent ones.
    """
    given = dict(values)

    def fit(found: re.Match[str]) -> str:
        word, key = found[1], found[2]
        name = given.get(key)
        if not isinstance(name, str):
            return found[0]
        if article := _ARTICLE.match(name):
            given[f"{key} alone"] = name[article.end() :]
            short = _TOGETHER[word.lower(), article[1]]
            return f"{short if word.islower() else short.capitalize()} %({key} alone)s"
        if word.lower() == "de" and normalize("NFD", name[:1].lower())[:1] in set("aeiouœæ"):
            return f"{word[0]}’%({key})s"
        return found[0]

    return type(text)(_NAMED.sub(fit, text)), given
