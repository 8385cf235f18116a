"""What the documents of a release say, in one place: card, datasheet, Croissant and the sheets agree."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence

import msgspec

from speechkit.core.types import Code, Participant, Recording
from speechkit.manifest.schema import Release

NO_LICENCE = "LicenseRef-none"


class Facts(msgspec.Struct, frozen=True, kw_only=True):
    """A release and what follows from it. Each text is one or more whole sentences."""

    release: Release
    languages: tuple[str, ...]
    people: tuple[tuple[str, tuple[tuple[str, int], ...]], ...]
    contexts: tuple[tuple[str, tuple[tuple[str, int], ...]], ...]
    has_audio: bool

    @property
    def summary(self) -> str:
        """What the release is, in one paragraph."""
        counts = self.release.counts
        made_up = f", {counts.synthetic} of them synthetic" if counts.synthetic else ""
        held = "recordings and transcripts" if self.has_audio else "transcripts"
        return (
            f"De-identified, speaker-labeled {held} of conversations in health care: "
            f"{counts.recordings} recordings{made_up}, {counts.seconds / 60:.1f} minutes, "
            f"{counts.segments} segments, {counts.words} words."
        )

    @property
    def licence_url(self) -> str:
        """The address of the license text."""
        licence = self.release.policy.licence
        return "LICENSE.txt" if licence == NO_LICENCE else f"https://spdx.org/licenses/{licence}"

    @property
    def citation(self) -> str:
        """How to cite the release."""
        return f"{self.release.corpus}, version {self.release.version}"

    @property
    def collection(self) -> str:
        """Where the recordings come from."""
        if self.release.origin == "imported":
            return "Imported from other tools' files; how they came about is not recorded here."
        consent = self.release.consent
        asked = (
            "Consent was not asked of a register when this release was made."
            if consent is None
            else f"For {consent.permitted} recordings the consent register permits the purpose "
            f"'{consent.purpose}'; {consent.not_needed} are synthetic and need none."
        )
        return f"Conversations were recorded and ingested with speechkit. {asked}"

    @property
    def preparation(self) -> str:
        """How the recordings were processed."""
        statement = self.release.statement
        return f"{statement.standard} {statement.method} {statement.check}"

    @property
    def annotation(self) -> str:
        """How text and speaker labels were made."""
        if self.release.origin == "imported":
            return "Transcripts are those of the imported files."
        tools = ", ".join(
            f"{tool.stage} ({tool.engine})" for tool in self.release.tools if tool.engine
        )
        return (
            f"Machines drafted transcripts and speakers ({tools or 'no engine named'}); segments "
            "whose review state is not 'draft' were corrected by people."
        )

    @property
    def sensitive(self) -> str:
        """What the release still says about people."""
        removed = sum(self.release.statement.removed.values())
        return (
            "Health is talked about throughout, and speakers' voices are there. "
            if self.has_audio
            else "Health is talked about throughout. "
        ) + f"{removed} stretches with identifiers were removed. {self.release.statement.caveat}"

    @property
    def uses(self) -> str:
        """What the release is meant for."""
        return (
            "To train and measure transcription, diarization and understanding of conversations "
            "in health care. Not to identify speakers, to clone voices, or to decide about people."
        )

    @property
    def limits(self) -> str:
        """What the release cannot prove, and what may be left in it."""
        withheld = len(self.release.withheld)
        return (
            f"{withheld} recordings were withheld, so this is not all that was collected. "
            "What speech meant is altered where words were removed. See `speechkit release stats` "
            "for who is missing."
        )

    @property
    def biases(self) -> str:
        """How much there is of whom, as far as it is known."""
        said = []
        for name, found in self.people:
            total = sum(n for _, n in found)
            known = [(value, n) for value, n in found if value]
            if known:
                parts = ", ".join(f"{value} {n}" for value, n in known)
                said.append(f"{name}: {parts} of {total}")
        shares = "; ".join(said) or "nothing is known about who speaks"
        return f"Participants by {shares}. Groups that are few or absent are served worse."

    @property
    def maintenance(self) -> str:
        """How the release is maintained and withdrawn."""
        return (
            "A version is never changed. Corrections and withdrawals make a new version, which "
            "names its parent by digest and what was withdrawn; users then delete the old one."
        )


def gather(release: Release, recordings: Sequence[Recording]) -> Facts:
    """Count what documents tell about people and circumstances."""
    people = {p.id: p for r in recordings for p in r.participants}
    of_people: dict[str, Callable[[Participant], str]] = {
        "role": lambda p: p.role,
        "sex": lambda p: p.sex,
        "age band": lambda p: p.age_band,
        "accent": lambda p: p.accent,
    }
    of_contexts: dict[str, Callable[[Recording], str]] = {
        "modality": lambda r: r.context.modality,
        "specialty": lambda r: _shown(r.context.specialty),
        "encounter": lambda r: _shown(r.context.encounter_class),
        "site": lambda r: r.context.site,
        "device": lambda r: r.context.device,
    }
    return Facts(
        release=release,
        languages=tuple(sorted({code for r in recordings for code in r.context.languages})),
        people=tuple((name, _counted(map(of, people.values()))) for name, of in of_people.items()),
        contexts=tuple((name, _counted(map(of, recordings))) for name, of in of_contexts.items()),
        has_audio=any(r.audio.sha256 for r in recordings),
    )


def _shown(code: Code | None) -> str:
    return "" if code is None else code.display or code.code


def _counted(values: Iterable[str]) -> tuple[tuple[str, int], ...]:
    return tuple(sorted(Counter(values).items()))
