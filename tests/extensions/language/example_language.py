"""Welsh as it is spoken: "mae'n" is "mae yn", "dw i" is "rydw i"."""

import re

from speechkit.benchmark.normalize import normalizer_for

CONTRACTIONS = {"'n": " yn", "'r": " y", "'u": " eu", "'w": " ei"}
ENDS = re.compile(r"(?<=\w)['’][nruw]\b", re.IGNORECASE)
SHORT = {"dw": "rydw", "dyw": "ydyw", "dydw": "nid ydw", "ma": "mae"}


def normalizer():
    """Return text → tokens: the rules for any language, then those of spoken Welsh."""
    general = normalizer_for("cy").tokens

    def tokens(text):
        whole = ENDS.sub(lambda match: CONTRACTIONS["'" + match[0][1:].lower()], text)
        return [part for token in general(whole) for part in SHORT.get(token, token).split()]

    return tokens
