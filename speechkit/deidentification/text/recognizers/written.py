"""Identifiers as they are written: e-mail, URL, IP, phone numbers, plates, numbers with checksums.

Sources: RFC 5321 and RFC 3986 (simplified), RFC 791/4291, ITU-T E.164 through `phonenumbers`,
checksums of national numbers through `stdnum` where it is installed.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterator

from speechkit.core.types import Identifier
from speechkit.deidentification.text.candidate import Candidate
from speechkit.deidentification.text.scene import Scene

EMAIL = re.compile(r"(?<![\w.+-])[\w.+-]+\s?@\s?[\w-]+(?:\.[\w-]+)*\.[A-Za-z]{2,}")
LOOSE_EMAIL = re.compile(r"(?<![\w.+-])[\w.+-]+@[\w-]+(?:\.[\w-]+)*")
URL = re.compile(
    r"(?i)(?:\bhttps?://\S+|\bwww\.[^\s,;]+|(?<![\w.-])[a-z0-9][\w-]*(?:\.[\w-]+)*\."
    r"(?:com|org|net|edu|gov|info|co\.uk|nhs\.uk|org\.uk|ac\.uk|es|fr|de|io|eu|mx|us|ie|at|ch)"
    r"\b(?:/[^\s,;]*)?)"
)
IP4 = re.compile(r"(?<![\w.])(?:\d{1,3}\.){3}\d{1,3}(?![\w.]*\d)")
IP6 = re.compile(r"(?i)(?<![\w:])(?:[0-9a-f]{0,4}:){2,7}[0-9a-f]{0,4}(?![\w:])")
MAC = re.compile(r"(?i)(?<![\w:-])(?:[0-9a-f]{2}[:-]){5}[0-9a-f]{2}(?![\w:-])")
UK_POSTCODE = re.compile(
    r"(?i)\b(?:A[BL]|B[ABDHLNRST]?|C[ABFHMORTVW]|D[ADEGHLNTY]|E[CHNX]?|F[KY]|G[LUY]?|H[ADGPRSUX]|"
    r"I[GMPV]|JE|K[ATWY]|L[ADELNSU]?|M[EKL]?|N[EGNPRW]?|O[LX]|P[AEHLOR]|R[GHM]|S[AEGKLMNOPRSTWY]?|"
    r"T[ADFNQRSW]|UB|W[ACDFNRSV]?|YO|ZE)\d[\dA-Z]?\s*\d[ABD-HJLNP-UW-Z]{2}\b"
)
DNI = re.compile(r"(?i)(?<!\w)(?:\d{2}\.?\d{3}\.?\d{3}[ -]?[A-Z]|[XYZ][ -]?\d{7}[ -]?[A-Z])(?!\w)")
NIR = re.compile(
    r"(?<!\d)[12][ .]?\d{2}[ .]?\d{2}[ .]?(?:\d{2}|2[AB])[ .]?\d{3}[ .]?\d{3}(?:[ .]?\d{2})?(?!\d)"
)
SSN = re.compile(r"(?<![\d-])\d{3}[-–]\d{2}[-–]\d{4}(?![\d-])")
NINO = re.compile(r"(?i)\b[ABCEGHJ-PRSTW-Z][ABCEGHJ-NPRSTW-Z] ?\d{2} ?\d{2} ?\d{2} ?[A-D]\b")
IBAN = re.compile(r"\b[A-Z]{2}\d{2}(?: ?[A-Z0-9]{4}){3,7}(?: ?[A-Z0-9]{1,4})?\b")
CARD = re.compile(r"(?<![\d-])(?:\d[ -]?){13,18}\d(?![\d-])")
PLATE = re.compile(
    r"\b(?:[A-Z]{2}\d{2} ?[A-Z]{3}|[A-Z]{2}-\d{3}-[A-Z]{2}|\d{4} ?[BCDFGHJ-NPR-TV-Z]{3})\b"
)
VIN = re.compile(r"\b(?=[A-HJ-NPR-Z0-9]*\d)(?=[A-HJ-NPR-Z0-9]*[A-Z])[A-HJ-NPR-Z0-9]{17}\b")
DIGITS = re.compile(r"(?<![\w.,/-])(?:\+|\(|00)?\d[\d\s().–/-]{5,20}\d(?![\w])")


_REGIONS = {"en": "GB", "es": "ES", "fr": "FR", "de": "DE"}  # where bare phone numbers are from


def recognize(scene: Scene) -> Iterator[Candidate]:
    """Yield written identifiers of a conversation."""
    return find_written(scene.conversation.text, _REGIONS[scene.language.code])


def find_written(text: str, region: str) -> Iterator[Candidate]:
    """Yield written identifiers in any text; `region` is where bare phone numbers are from."""
    for pattern, identifier, score in _PLAIN:
        for match in pattern.finditer(text):
            yield _found(match, identifier, score)
    for match in IP4.finditer(text):
        if _is_ip(match.group()):
            yield _found(match, Identifier.IP, 0.9)
    for match in IP6.finditer(text):
        if match.group().count(":") > 2 and _is_ip(match.group()):
            yield _found(match, Identifier.IP, 0.9)
    for match in CARD.finditer(text):
        if _luhn(match.group()):
            yield _found(match, Identifier.ACCOUNT, 0.9)
    yield from _phones(text, region)


_PLAIN = (
    (EMAIL, Identifier.EMAIL, 1.0),
    (LOOSE_EMAIL, Identifier.EMAIL, 0.8),
    (URL, Identifier.URL, 0.9),
    (MAC, Identifier.DEVICE, 0.9),
    (UK_POSTCODE, Identifier.LOCATION, 0.9),
    (DNI, Identifier.OTHER_ID, 0.9),
    (NIR, Identifier.SSN, 0.9),
    (SSN, Identifier.SSN, 0.9),
    (NINO, Identifier.SSN, 0.9),
    (IBAN, Identifier.ACCOUNT, 0.9),
    (PLATE, Identifier.VEHICLE, 0.7),
    (VIN, Identifier.VEHICLE, 0.8),
)


def _found(match: re.Match[str], identifier: Identifier, score: float) -> Candidate:
    text = match.group().rstrip(".,;:)")
    return Candidate(match.start(), match.start() + len(text), identifier, score, "written")


def _is_ip(text: str) -> bool:
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True


def _luhn(text: str) -> bool:
    """ISO/IEC 7812-1, annex B.

    >>> _luhn("4111 1111 1111 1111"), _luhn("4111 1111 1111 1112")
    (True, False)
    """
    digits = [int(char) for char in text if char.isdecimal()]
    doubled = [digit * 2 - 9 * (digit > 4) for digit in digits[-2::-2]]
    return (sum(digits[-1::-2]) + sum(doubled)) % 10 == 0


def _phones(text: str, region: str) -> Iterator[Candidate]:
    if not any(True for _ in DIGITS.finditer(text)):
        return
    import phonenumbers

    for match in phonenumbers.PhoneNumberMatcher(
        text, region, leniency=phonenumbers.Leniency.POSSIBLE, max_tries=10_000
    ):
        digits = sum(char.isdecimal() for char in match.raw_string)
        if digits >= 7:
            yield Candidate(match.start, match.end, Identifier.PHONE, 0.6, "phone")
