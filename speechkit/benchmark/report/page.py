"""The page: one HTML file without a link to anything outside it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from importlib.resources import files

import msgspec

from speechkit.benchmark.report import charts, tables, tables_more
from speechkit.benchmark.report.cite import bibtex
from speechkit.benchmark.report.figures import svg
from speechkit.benchmark.report.viewer import viewer_data
from speechkit.benchmark.results import Scores


class ReportSection(msgspec.Struct, frozen=True, kw_only=True):
    """A further part of the page. `html` goes in as it is: escape what is not yours."""

    title: str
    html: str


def render_report(
    scores: Scores,
    extra_sections: Sequence[ReportSection] = (),
    *,
    title: str = "Speech recognition benchmark",
    audio: Mapping[str, str] | None = None,
) -> str:
    """Return the whole page as HTML: no scripts, styles or pictures from elsewhere.

    `audio`: recording → address of its redacted audio, relative to the page, for the viewer.
    """
    from jinja2 import Environment, StrictUndefined
    from markupsafe import Markup

    folder = files("speechkit.benchmark.report")
    environment = Environment(
        autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    template = environment.from_string((folder / "page.html.j2").read_text("utf-8"))
    viewer, left_out = viewer_data(scores, audio or {})
    same, neighbors = tables.indistinct(scores)
    return template.render(
        title=title,
        style=Markup((folder / "page.css").read_text("utf-8")),  # noqa: S704 - our own file
        script=Markup((folder / "page.js").read_text("utf-8")),  # noqa: S704 - our own file
        scores=scores,
        num_words=max((row.num_words for row in scores.systems), default=0),
        normalizers=sorted({row.normalizer for row in scores.systems}),
        units=sorted({row.unit for row in scores.systems}),
        leaderboard=tables.leaderboard(scores),
        bibtex=bibtex(scores),
        forest=Markup(svg(charts.forest(scores.systems))),  # noqa: S704 - names are escaped there
        errors=tables.errors(scores),
        error_bars=Markup(svg(charts.error_bars(scores.systems))),  # noqa: S704 - as above
        heat_maps=[
            Markup(svg(charts.heat_map(scores, by)))  # noqa: S704 - as above
            for by in dict.fromkeys(cell.by for cell in scores.slices)
        ],
        words=tables_more.words(scores),
        passages=tables_more.passages(scores),
        passage_list=tables_more.passage_list(scores),
        coverage=tables_more.coverage(scores),
        misses=tables_more.misses(scores),
        viewer=Markup(viewer),  # noqa: S704 - JSON without a "<"
        viewer_left_out=left_out,
        clinical=tables.clinical(scores),
        judged=tables_more.judged(scores),
        slices=tables.slices(scores),
        diarization_slices=tables.diarization_slices(scores),
        gaps=tables.gaps(scores),
        same=same,
        neighbors=neighbors,
        sections=[(s.title, Markup(s.html)) for s in extra_sections],  # noqa: S704 - documented
    )
