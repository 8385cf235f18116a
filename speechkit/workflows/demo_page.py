"""The demo's page: the benchmark report with what came out of each recording before it."""

from __future__ import annotations

import os
from html import escape
from pathlib import Path

from speechkit.benchmark.report.page import ReportSection, render_report
from speechkit.core.types import RedactedCopy, Turn
from speechkit.storage.corpus import Corpus
from speechkit.storage.files import write_bytes
from speechkit.workflows.demo import Demo, DemoRow, redacted_copy

_WIDTH, _LANE = 900, 22
_COLOURS = ("#2f6f9f", "#b5651d", "#3f7f58", "#7a4f9a")


def write_demo_page(demo: Demo, folder: Path) -> Path:
    """Write `folder/index.html`; it plays the released audio that lies beside it."""
    path = folder / "index.html"
    sections = [ReportSection(title="What came out", html=_summary(demo))]
    sections += [
        ReportSection(title=row.title.capitalize(), html=_recording(demo, row, folder))
        for row in demo.rows
    ]
    page = render_report(demo.scores, sections, title="speechkit demo")
    write_bytes(path, page.encode())
    return path


def _summary(demo: Demo) -> str:
    head = (
        "recording", "DER", "WER", "cpWER", "PHI removed", "look-alikes kept", "heard again",
        "muted", "verdict",
    )  # fmt: skip
    rows = []
    for row in demo.rows:
        phi = row.phi
        cells = (
            _percent(row.der),
            _percent(row.wer),
            _percent(row.cpwer),
            f"{phi.removed} of {phi.removed + phi.missed}",
            f"{phi.kept} of {phi.kept + phi.lost}",
            str(row.heard),
            _percent(row.muted),
            row.verdict,
        )
        title = escape(row.title) + (" (synthetic)" if row.synthetic else "")
        rows.append(
            f'<tr><th scope="row">{title}</th>'
            + "".join(f"<td>{escape(cell)}</td>" for cell in cells)
            + "</tr>"
        )
    return (
        "<p>Each recording went through diarization, transcription, alignment, attribution, "
        "de-identification of text and audio, and a second transcription of the redacted audio. "
        "Rates are against the references; removed means neither read nor heard.</p>"
        "<table><caption>Both recordings against what is known to be true</caption><thead><tr>"
        + "".join(f'<th scope="col">{name}</th>' for name in head)
        + f"</tr></thead><tbody>{''.join(rows)}</tbody></table>"
    )


def _recording(demo: Demo, row: DemoRow, folder: Path) -> str:
    session = demo.corpus.session(row.recording)
    copy = redacted_copy(demo.corpus, session)
    audio = demo.release.parent / "audio" / "sha256" / copy.audio.sha256[:2]
    source = os.path.relpath(audio / f"{copy.audio.sha256}.flac", folder)
    turns = _turns(demo.corpus, row.recording)
    lines = "".join(
        f"<tr><td>{segment.start:.1f}</td><td>{escape(segment.speaker)}</td>"
        f"<td>{escape(segment.text)}</td></tr>"
        for segment in copy.segments
    )
    return (
        f"<figure>{_timeline(row, turns, copy)}<figcaption>Who speaks when; dark bars are masked. "
        f'</figcaption></figure><audio controls preload="none" src="{escape(source)}" '
        f'aria-label="{escape(row.title)}, redacted"></audio>'
        f"<details><summary>The released transcript</summary><table><thead><tr>"
        f'<th scope="col">s</th><th scope="col">speaker</th><th scope="col">text</th></tr>'
        f"</thead><tbody>{lines}</tbody></table></details>"
    )


def _turns(corpus: Corpus, recording: str) -> tuple[Turn, ...]:
    layer = corpus.layer(corpus.session(recording), "turns")
    return tuple(turn for turn in layer.items if not turn.exclusive) if layer else ()


def _timeline(row: DemoRow, turns: tuple[Turn, ...], copy: RedactedCopy) -> str:
    speakers = sorted({turn.speaker for turn in turns})
    scale = _WIDTH / row.seconds
    height = _LANE * max(1, len(speakers)) + 4

    def bar(start: float, end: float, y: int, tall: int, color: str, title: str) -> str:
        return (
            f'<rect x="{start * scale:.1f}" y="{y}" width="{max(1.0, (end - start) * scale):.1f}" '
            f'height="{tall}" fill="{color}"><title>{escape(title)}</title></rect>'
        )

    parts = [
        bar(
            turn.start,
            turn.end,
            2 + _LANE * speakers.index(turn.speaker),
            _LANE - 4,
            _COLOURS[speakers.index(turn.speaker) % len(_COLOURS)],
            f"{turn.speaker} {turn.start:.1f}–{turn.end:.1f} s",
        )
        for turn in turns
    ]
    parts += [
        bar(r.start, r.end, 0, height, "#111c", f"{r.identifier} {r.start:.1f}–{r.end:.1f} s")
        for r in copy.redactions
    ]
    return (
        f'<svg viewBox="0 0 {_WIDTH} {height}" width="100%" role="img" '
        f'aria-label="{len(turns)} turns of {len(speakers)} speakers, '
        f'{len(copy.redactions)} masks">{"".join(parts)}</svg>'
    )


def _percent(rate: float | None) -> str:
    return "–" if rate is None else f"{100 * rate:.1f} %"
