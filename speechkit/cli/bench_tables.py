"""What `speechkit bench` prints: tables for people."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from rich.console import Console
from rich.table import Table

from speechkit.benchmark.compare import Comparison
from speechkit.benchmark.results import JudgeSetup, RunSetup, Scores, SystemScore


def print_scores(scores: Scores) -> None:
    """Print the leaderboard, cells, and what is missing."""
    console = Console()
    if not console.is_terminal:  # a file has no edge to wrap at
        console = Console(width=200)
    shown = _columns(scores)
    table = Table(box=None)
    table.add_column("")
    for title, _ in shown:
        table.add_column(title, overflow="fold" if title == "system" else "ellipsis")
    for row in scores.systems:
        table.add_row(str(row.rank), *(str(cell(row)) for _, cell in shown))
    console.print(table)
    if scores.slices:
        console.print(_slice_table(scores))
    if scores.vocabulary:
        console.print(_vocabulary_table(scores))
    if scores.judge is not None:
        console.print(_judge_table(scores.judge))
    for title, absent in (("missing", scores.missing), ("extra, not scored", scores.extra)):
        if absent:
            names = ", ".join(f"{a.system}: {a.recording}" for a in absent[:20])
            more = f" and {len(absent) - 20} more" if len(absent) > 20 else ""
            console.print(f"{title} ({len(absent)}): {names}{more}", highlight=False)
    for row in scores.systems:
        if row.cost and row.cost.setup:
            console.print(f"{row.system}: {_setup(row.cost.setup)}", highlight=False)
    console.print(
        f"{scores.num_recordings} recordings, intervals over {scores.num_clusters} "
        f"{scores.clustered_by}s; reference {scores.reference_digest[:12]}",
        highlight=False,
    )


def _setup(setup: RunSetup) -> str:
    """What an engine ran on, in a line; all versions stand in the JSON."""
    revision = f"revision {setup.revision[:12]}, " if setup.revision else ""
    processor = f" ({setup.processor})" if setup.processor else ""
    return f"{revision}{setup.device}{processor}, {setup.threads} threads"


def _columns(scores: Scores) -> list[tuple[str, Callable[[SystemScore], object]]]:
    columns: list[tuple[str, Callable[[SystemScore], object]]] = [
        ("system", lambda r: r.system),
        ("WER %", lambda r: percent(r.wer)),
        ("95 %", lambda r: _interval(r.wer_interval)),
        ("ranks", lambda r: "–".join(map(str, r.rank_interval)) if r.rank_interval else ""),
        ("same", lambda r: scores.groups.get(r.system, "")),
        ("CER %", lambda r: percent(r.cer)),
        ("sub", lambda r: r.substitutions),
        ("del", lambda r: r.deletions),
        ("ins", lambda r: r.insertions),
        ("cpWER %", lambda r: percent(r.cpwer)),
        ("tcpWER %", lambda r: percent(r.tcpwer)),
        ("ORC %", lambda r: percent(r.orcwer)),
        ("roles %", lambda r: percent(r.role_accuracy)),
        ("DER %", lambda r: percent(r.der)),
        ("DER over s", lambda r: _number(r.der_scored_seconds)),
        ("DER .25", lambda r: percent(r.der_collar_025)),
        ("terms %", lambda r: percent(r.terms_error)),
        ("meaning %", lambda r: percent(r.meaning_error)),
        ("RTF", lambda r: _number(r.cost.real_time_factor if r.cost else None)),
        ("USD", lambda r: _number(r.cost.dollars if r.cost else None)),
        ("p50 s", lambda r: _number(r.cost.latency_p50 if r.cost else None)),
        ("p95 s", lambda r: _number(r.cost.latency_p95 if r.cost else None)),
        ("MiB", lambda r: _number(r.cost.peak_memory_mib if r.cost else None)),
        ("words", lambda r: r.num_words),
        ("normalizer", lambda r: r.normalizer),
    ]
    return [
        (title, cell) for title, cell in columns if any(cell(row) != "" for row in scores.systems)
    ]


def _vocabulary_table(scores: Scores) -> Table:
    """Terms of the vocabulary: said, missed and made up by each system."""
    table = Table("system", "terms said", "missed", "made up", "which", box=None)
    for row in scores.vocabulary:
        made_up = ", ".join(row.made_up_terms[:10])
        more = f" and {len(row.made_up_terms) - 10} more" if len(row.made_up_terms) > 10 else ""
        counts = (str(row.said), str(row.missed), str(row.made_up))
        table.add_row(row.system, *counts, f"{made_up}{more}")
    return table


def _judge_table(judge: JudgeSetup) -> Table:
    """What a second judge made of the clinical errors."""
    titles = ("system", "clinical errors", "serious", "little", "harmless", "no answer")
    table = Table(
        *titles,
        box=None,
        title=f"as {judge.model} judges them (prompt {judge.prompt_digest[:12]})",
        title_justify="left",
    )
    for row in judge.systems:
        counts = (row.flags, row.serious, row.little, row.harmless, row.unanswered)
        table.add_row(row.system, *map(str, counts))
    return table


def _slice_table(scores: Scores) -> Table:
    """One row for each cell and system, systems in the leaderboard's order."""
    place = {row.system: row.rank for row in scores.systems}
    with_der = any(cell.der is not None for cell in scores.slices)
    titles = ["by", "value", "system", "WER %", "95 %", *(["DER %"] if with_der else []), "words"]
    table = Table(*titles, "", box=None)
    before = None
    for cell in sorted(
        scores.slices, key=lambda c: (c.by, tuple(c.values.values()), place[c.system])
    ):
        shown = cell.by, " × ".join(cell.values.values())
        table.add_row(
            *(shown if shown != before else ("", "")),
            cell.system,
            percent(cell.wer),
            _interval(cell.wer_interval),
            *([percent(cell.der)] if with_der else []),
            str(cell.num_words),
            "small" if cell.small else "",
        )
        before = shown
    return table


def print_comparisons(rows: Sequence[Comparison]) -> None:
    """Print before and after, a row a system."""
    table = Table("system", "part", "metric", "before", "after", "difference", "95 %", "", box=None)
    for row in rows:
        table.add_row(
            row.after,
            row.part,
            row.metric,
            percent(row.rate_before),
            percent(row.rate_after),
            f"{100 * row.difference:+.2f}",
            _interval(row.interval, signed=True),
            "worse" if row.worse else "",
        )
    Console().print(table)


def _number(value: float | None) -> str:
    return "" if value is None else f"{value:g}"


def percent(value: float | None) -> str:
    return "" if value is None else f"{100 * value:.2f}"


def _interval(bounds: tuple[float, float] | None, *, signed: bool = False) -> str:
    if bounds is None:
        return ""
    form = "+.2f" if signed else ".2f"
    return f"[{100 * bounds[0]:{form}}, {100 * bounds[1]:{form}}]".replace("[", "(").replace(
        "]", ")"
    )
