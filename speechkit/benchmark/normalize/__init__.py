"""Text → tokens to compare, per language, versioned: the rules decide rankings, so are stamped.

A normalizer is named `<rules>@<version>`; a change that can change a figure gets a new version.

    en@1         what Whisper's EnglishTextNormalizer does, exactly
    en@2         the default: en@1, but "oh" is no zero, okay = ok, yeah = yes, mum = mom; "erm" goes
    en-spoken@1  en@2, and more hesitations go ("er", "uhm", "hm"), and what stands in {braces}
    basic@1      NFKC, case folded, punctuation out, marks kept; for any other language
    es@1 fr@1 it@1 pt@1 de@1 ru@1 hi@1 sw@1   basic@1, numbers in digits, fillers out
    chars@1      basic@1 split into characters, for languages written without spaces
    zh@1 ja@1    chars@1, numbers in digits
"""

from speechkit.benchmark.normalize.registry import (
    DEFAULT_ENGLISH,
    Normalizer,
    names,
    normalizer_for,
    resolve_name,
)

__all__ = ["DEFAULT_ENGLISH", "Normalizer", "names", "normalizer_for", "resolve_name"]
