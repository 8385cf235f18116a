"""The texts with gold PHI that `benchmarks.deidentification.phi` measures on, and their copies with other names.

Written corpora mark more than Safe Harbor removes: sex, ages up to 89, countries, relatives and
professions are neutral here (`optional`): removing them is no mistake, nor is leaving them.
"""

from __future__ import annotations

import json
import random
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import msgspec

from speechkit.core.types import Identifier
from speechkit.deidentification.text import lists
from speechkit.deidentification.text.documents import read_gold
from speechkit.deidentification.text.evaluate import Document, Gold

AUTHORED = Path(__file__).parent / "phi_authored"
SPOKEN = ("en_natural", "en_spoken", "es_spoken", "fr_spoken")
_MEDDOCAN = {
    "NOMBRE_SUJETO_ASISTENCIA": "NAME",
    "NOMBRE_PERSONAL_SANITARIO": "NAME",
    "FECHAS": "DATE",
    "TERRITORIO": "LOCATION",
    "CALLE": "LOCATION",
    "HOSPITAL": "ORG",
    "INSTITUCION": "ORG",
    "CENTRO_SALUD": "ORG",
    "CORREO_ELECTRONICO": "EMAIL",
    "NUMERO_TELEFONO": "PHONE",
    "NUMERO_FAX": "FAX",
    "ID_SUJETO_ASISTENCIA": "MRN",
    "ID_CONTACTO_ASISTENCIAL": "MRN",
    "ID_ASEGURAMIENTO": "HEALTHPLAN",
    "ID_TITULACION_PERSONAL_SANITARIO": "LICENSE",
}
_GRASCCO = {
    "NAME_PATIENT": "NAME",
    "NAME_DOCTOR": "NAME",
    "NAME_EXT": "NAME",
    "DATE": "DATE",
    "ID": "MRN",
    "LOCATION_CITY": "LOCATION",
    "LOCATION_ZIP": "LOCATION",
    "LOCATION_STREET": "LOCATION",
    "LOCATION_HOSPITAL": "ORG",
    "CONTACT_PHONE": "PHONE",
    "CONTACT_FAX": "FAX",
}
_EDS = {
    "NOM": "NAME",
    "PRENOM": "NAME",
    "DATE": "DATE",
    "DATE_NAISSANCE": "DATE",
    "TEL": "PHONE",
    "VILLE": "LOCATION",
    "ADRESSE": "LOCATION",
    "ZIP": "LOCATION",
    "MAIL": "EMAIL",
    "HOPITAL": "ORG",
    "SECU": "SSN",
    "IPP": "MRN",
    "NDA": "MRN",
}


class TextSet(msgspec.Struct, frozen=True, kw_only=True):
    """A set of documents in one language."""

    name: str
    language: str
    documents: tuple[Document, ...]

    @property
    def num_words(self) -> int:
        """Words as spaces part them."""
        return sum(len(document.text.split()) for document in self.documents)


def load_sets(data: Path) -> Iterator[TextSet]:
    """Yield every set that lies in the shared data folder."""
    for name in SPOKEN:
        for variant in (name, f"{name}_asr"):
            path = data / "phi_spoken" / f"{variant}.jsonl"
            documents = tuple(read_gold(path).values())
            yield TextSet(name=variant, language=name[:2], documents=documents)
    yield TextSet(
        name="meddocan",
        language="es",
        documents=tuple(_standoff(data / "phi_es_meddocan" / "docs.jsonl", _MEDDOCAN)),
    )
    yield TextSet(
        name="grascco",
        language="de",
        documents=tuple(_standoff(data / "phi_de_grascco" / "docs.jsonl", _GRASCCO)),
    )
    yield TextSet(
        name="eds_templates",
        language="fr",
        documents=tuple(_inline(_templates(data), _EDS, "eds")),
    )


def _standoff(path: Path, labels: dict[str, str]) -> Iterator[Document]:
    for line in path.read_text(encoding="utf-8").splitlines():
        raw = json.loads(line)
        spans = [_triple(span) for span in raw["spans"]]
        yield Document(
            id=raw["id"],
            text=raw["text"],
            spans=tuple(
                Gold(start=start, end=end, label=labels[label])
                for start, end, label in spans
                if label in labels
            ),
            optional=tuple((start, end) for start, end, label in spans if label not in labels),
        )


def _templates(data: Path) -> list[str]:
    path = data / "phi_fr_eds_templates" / "templates.txt"
    return path.read_text(encoding="utf-8").split("\n\n")


def _triple(span: Any) -> tuple[int, int, str]:
    if isinstance(span, dict):
        return span["start"], span["end"], span["label"]
    start, end, label = span
    return start, end, label or ""


_MARKED = re.compile(r"\[([^\]\n]+)\]\(([A-Z_]+)(?: (\w+))?\)")


def _inline(parts: Iterable[str], labels: Mapping[str, str], name: str) -> Iterator[Document]:
    """Yield texts in which `[said](LABEL)` or `[said](LABEL form)` marks what identifies."""
    for number, part in enumerate(parts):
        text, at, spans, optional = "", 0, [], []
        for match in _MARKED.finditer(part):
            text += part[at : match.start()]
            start = len(text)
            text += match.group(1)
            label = labels.get(match.group(2))
            if label:
                form = match.group(3) or "plain"
                spans.append(Gold(start=start, end=len(text), label=label, form=form))
            else:
                optional.append((start, len(text)))
            at = match.end()
        text += part[at:]
        if text.strip():
            yield Document(
                id=f"{name}-{number}", text=text, spans=tuple(spans), optional=tuple(optional)
            )


def load_authored() -> Iterator[TextSet]:
    """Yield the project's own dense lines, cased and as ASR writes them; `/` parts turns.

    They were written before the rules had seen them, with names and wordings of no other set.
    """
    labels = {label.value: label.value for label in Identifier}
    for language in ("en", "es", "fr", "de"):
        name = f"{language}_authored"
        lines = (AUTHORED / f"{language}.txt").read_text(encoding="utf-8").splitlines()
        parts = (line.replace(" / ", "\n") for line in lines)
        documents = tuple(_inline(parts, labels, name))
        yield TextSet(name=name, language=language, documents=documents)
        yield TextSet(
            name=f"{name}_asr", language=language, documents=tuple(map(as_asr, documents))
        )


def as_asr(document: Document) -> Document:
    """Return a document in lower case without punctuation, as some recognizers write it."""
    kept: list[str] = []
    places = [0]  # by offset of the original: how much is written before it
    for at, char in enumerate(document.text):
        inside = char in "'’" and document.text[at + 1 : at + 2].isalpha()
        new = char.lower() if char.isalnum() or inside or char == "\n" else " "
        blank = not kept or kept[-1][-1] in " \n"
        if not (new == " " and blank):
            kept.append(new)
            places.append(places[-1] + len(new))
        else:
            places.append(places[-1])
    spans = tuple(
        msgspec.structs.replace(span, start=places[span.start], end=places[span.end])
        for span in document.spans
    )
    optional = tuple((places[start], places[end]) for start, end in document.optional)
    return msgspec.structs.replace(document, text="".join(kept), spans=spans, optional=optional)


def with_other_names(given: TextSet, seed: int = 7) -> TextSet:
    """Return a set in which every person has another name, half of them in no list.

    A word of a name becomes the same other word throughout a document, spelled-out ones too.
    """
    rng = random.Random(f"{seed} {given.name.removesuffix('_asr')}")
    known = sorted(name for name in lists.surnames() if name.isascii() and len(name) > 4)
    firsts = sorted(lists.common_first_names(given.language))

    def other(word: str) -> str:
        if word in lists.first_names():
            return rng.choice(firsts)
        if rng.random() < 0.5:
            return rng.choice(known)
        return _invented(rng)

    documents = tuple(_renamed(document, other) for document in given.documents)
    return TextSet(name=f"{given.name}, renamed", language=given.language, documents=documents)


def _invented(rng: random.Random) -> str:
    """A word that sounds like a family name and is in no list."""
    while True:
        parts = [rng.choice("bdfgklmnprstvz") + rng.choice("aeiou") for _ in range(2)]
        word = "".join(parts) + rng.choice(
            ["nek", "rdal", "lsen", "vik", "shaw", "mbe", "rro", "sk"]
        )
        if word not in lists.surnames():
            return word


_LETTERS = re.compile(r"[^\W\d_]+")


def _renamed(document: Document, other: Callable[[str], str]) -> Document:
    chosen: dict[str, str] = {}

    def replace(match: re.Match[str]) -> str:
        word = match.group()
        key = word.lower()
        if len(word) < 2 or key in _KEPT:
            return word
        if key not in chosen:
            chosen[key] = other(key)
        new = chosen[key]
        return new.upper() if word.isupper() else new.title() if word[0].isupper() else new

    edits: list[tuple[int, int, str]] = []
    for span in document.spans:
        said = document.text[span.start : span.end]
        if span.label == "NAME" and span.form == "plain":
            edits.append((span.start, span.end, _LETTERS.sub(replace, said)))
    for span in document.spans:
        said = document.text[span.start : span.end]
        letters = _LETTERS.findall(said)
        if span.label == "NAME" and span.form == "spelled" and all(len(x) == 1 for x in letters):
            new = chosen.get("".join(letters).lower())
            if new:
                mark = re.sub(r"[^\W\d_]", "", said[1:3])[:2] or " "
                case = str.upper if letters[0].isupper() else str
                edits.append((span.start, span.end, mark.join(case(x) for x in new)))
    return _edited(document, sorted(edits))


_KEPT = frozenset("dr doctor doctora mr mrs ms miss de la del van von le du nurse".split())


def _edited(document: Document, edits: list[tuple[int, int, str]]) -> Document:
    def moved(offset: int) -> int:
        shift = 0
        for start, end, new in edits:
            if end <= offset:
                shift += len(new) - (end - start)
        return offset + shift

    text, at = "", 0
    for start, end, new in edits:
        text += document.text[at:start] + new
        at = end
    text += document.text[at:]
    return Document(
        id=document.id,
        text=text,
        spans=tuple(
            Gold(start=moved(s.start), end=moved(s.end), label=s.label, form=s.form)
            for s in document.spans
        ),
        optional=tuple((moved(start), moved(end)) for start, end in document.optional),
    )
