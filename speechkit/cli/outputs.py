"""Names of output files: the input's own stem, numbered where two inputs share one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path


def output_names(paths: Sequence[Path]) -> tuple[str, ...]:
    """Return a distinct name for each input.

    >>> output_names([Path("a/x.wav"), Path("b/x.mp3"), Path("y.wav")])
    ('x', 'x-2', 'y')
    """
    seen: Counter[str] = Counter()
    names: list[str] = []
    for path in paths:
        seen[path.stem] += 1
        name = path.stem if seen[path.stem] == 1 else f"{path.stem}-{seen[path.stem]}"
        while name in names:
            seen[path.stem] += 1
            name = f"{path.stem}-{seen[path.stem]}"
        names.append(name)
    return tuple(names)
