"""Writes constraints.txt: the versions with which speechkit and its tools are known to work together.

Run in the environment whose versions are to be kept (`make lock`). Versions of another Python that the
file already knows stay; where two Pythons need different ones, the lines carry markers.
"""

import re
import sys
from importlib.metadata import distributions
from pathlib import Path

CONSTRAINTS = Path(__file__).parents[1] / "constraints.txt"
SUPPORTED = ("3.11", "3.12")
NOT_OURS = {"speechkit", "pip", "setuptools", "wheel"}
HEAD = """\
# Versions that are known to work together, for `pip install --constraint constraints.txt`.
# Written by `make lock`; do not edit by hand.
"""
LINE = re.compile(
    r'(?P<name>[\w.-]+)==(?P<version>[^\s;]+)(?: ; python_version == "(?P<python>[\d.]+)")?'
)

Versions = dict[str, dict[str, str]]  # name → Python → version


def main() -> None:
    """Take the installed versions for this Python and write the file anew."""
    python = f"{sys.version_info.major}.{sys.version_info.minor}"
    text = CONSTRAINTS.read_text("utf-8") if CONSTRAINTS.exists() else ""
    CONSTRAINTS.write_text(render(merged(parse(text), python, installed())), "utf-8")


def installed() -> dict[str, str]:
    """The version of every distribution in this environment, by normalized name (PEP 503)."""
    found = {normalized(each.metadata["Name"]): each.version for each in distributions()}
    return {name: version for name, version in found.items() if name not in NOT_OURS}


def normalized(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def parse(text: str) -> Versions:
    """The versions of a constraints file; a line without a marker holds for every supported Python."""
    versions: Versions = {}
    for line in text.splitlines():
        if match := LINE.fullmatch(line):
            pythons = (match["python"],) if match["python"] else SUPPORTED
            versions.setdefault(match["name"], {}).update(dict.fromkeys(pythons, match["version"]))
    return versions


def merged(versions: Versions, python: str, present: dict[str, str]) -> Versions:
    """`versions` with those of `python` replaced by what is present in it."""
    both: Versions = {
        name: {key: version for key, version in known.items() if key != python}
        for name, known in versions.items()
    }
    for name, version in present.items():
        both.setdefault(name, {})[python] = version
    return {name: known for name, known in both.items() if known}


def render(versions: Versions) -> str:
    """The file: a line a package, two where Pythons differ."""
    lines = []
    for name, known in sorted(versions.items()):
        if len(set(known.values())) == 1:
            lines.append(f"{name}=={next(iter(known.values()))}")
        else:
            lines += [
                f'{name}=={version} ; python_version == "{key}"'
                for key, version in sorted(known.items())
            ]
    return HEAD + "\n".join(lines) + "\n"


if __name__ == "__main__":
    main()
