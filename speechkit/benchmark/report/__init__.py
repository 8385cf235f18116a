"""One page that says how good the systems are, and files to go with it."""

from speechkit.benchmark.report.page import ReportSection, render_report
from speechkit.benchmark.report.write import markdown_table, write_report

__all__ = ["ReportSection", "markdown_table", "render_report", "write_report"]
