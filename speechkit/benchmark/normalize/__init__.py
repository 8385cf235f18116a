"""Text → tokens to compare, per language, versioned: the rules decide rankings, so are stamped.

A normalizer is named `<rules>@<version>`; a change that can change a figure gets a new version, and
an old version keeps its tokens.

    en@3         the default for English: en@2, and one form for what is said one way and written
                 two: apostrophes, clock times, numbers read out, a/b, units, percent, fractions
    world@2      the default elsewhere, stamped by language (fr@2, tr@2, …): the same, with what
                 CLDR knows of the language; optional marks go, letters written two ways are one
    chars@2      for languages written without spaces (zh@2, ja@2): characters, numbers whole
    en-spoken@2  en@3, and more hesitations go ("er", "uhm", "hm"), and what stands in {braces}

    en@1         what Whisper's EnglishTextNormalizer does, exactly
    en@2         en@1, but "oh" is not a zero, okay = ok, yeah = yes, mum = mom; "erm" goes
    en-spoken@1  en@2, and more hesitations go
    basic@1      NFKC, case folded, punctuation out, marks kept
    es@1 fr@1 it@1 pt@1 de@1 ru@1 hi@1 sw@1   basic@1, numbers in digits, fillers out
    chars@1 zh@1 ja@1                          basic@1 split into characters

Other packages add normalizers by entry point: see `registry`.
"""

from speechkit.benchmark.normalize.registry import (
    DEFAULT_ENGLISH,
    Normalizer,
    language_code,
    names,
    normalizer_for,
    resolve_name,
)

__all__ = [
    "DEFAULT_ENGLISH",
    "Normalizer",
    "language_code",
    "names",
    "normalizer_for",
    "resolve_name",
]
