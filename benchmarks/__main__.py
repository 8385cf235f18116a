"""Runs a benchmark by name, or lists them: `python -m benchmarks [NAME [ARGUMENT ...]]`."""

from __future__ import annotations

import ast
import runpy
import sys
from pathlib import Path

FOLDER = Path(__file__).parent
SHARED = {"fixtures", "results"}


def main() -> None:
    """Run the named benchmark as if its file had been called; without a name, list what there is."""
    files = benchmarks()
    if len(sys.argv) < 2 or sys.argv[1] in ("-h", "--help"):
        for name, path in files.items():
            print(f"{name:18} {summary(path)}")
        return
    name = sys.argv[1]
    if name not in files:
        sys.exit(f"no benchmark {name!r}; there are: {', '.join(files)}")
    sys.argv = [str(files[name]), *sys.argv[2:]]
    runpy.run_module(
        f"benchmarks.{files[name].parent.name}.{files[name].stem}", run_name="__main__"
    )


def benchmarks() -> dict[str, Path]:
    """Each file that can be run, by its name with hyphens."""
    paths = (path for path in FOLDER.glob("*/*.py") if path.parent.name not in SHARED)
    runnable = (path for path in paths if '__name__ == "__main__"' in path.read_text("utf-8"))
    return {path.stem.replace("_", "-"): path for path in sorted(runnable)}


def summary(path: Path) -> str:
    """The first sentence of a file's docstring, without the command that it ends in."""
    doc = ast.get_docstring(ast.parse(path.read_text("utf-8"))) or ""
    return doc.partition("\n")[0].partition(": `")[0].rstrip(".:")


if __name__ == "__main__":
    main()
