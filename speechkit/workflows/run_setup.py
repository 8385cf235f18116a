"""What an engine ran on: without it, a real-time factor is a number and not a measurement."""

from __future__ import annotations

import platform
import re
from importlib import metadata

from speechkit.benchmark.results import RunSetup
from speechkit.core.engines import Engine
from speechkit.core.stage import Resources
from speechkit.core.version import VERSION
from speechkit.pipeline.machine import processor_name, usable_cores

_NAME = re.compile(r"[A-Za-z0-9._-]+")


def run_setup(engine: Engine, resources: Resources) -> RunSetup:
    """Return what an engine runs on, and the versions of what does the work.

    These are speechkit, Python, the packages that the engine names, and what those need themselves.
    """
    packages = tuple(getattr(engine, "packages", ()))
    return RunSetup(
        engine=engine.spec,
        revision=engine.revision,
        device=resources.device,
        processor=processor_name(resources.device),
        threads=resources.threads or usable_cores(),
        versions={"python": platform.python_version(), "speechkit": VERSION, **_versions(packages)},
    )


def _versions(packages: tuple[str, ...]) -> dict[str, str]:
    known = metadata.packages_distributions()
    names = {name for package in packages for name in known.get(package.partition(".")[0], ())}
    found: dict[str, str] = {}
    for name in sorted(names):
        distribution = metadata.distribution(name)
        found[name] = distribution.version
        for requirement in distribution.requires or ():
            needed = _NAME.match(requirement)
            if needed is None or "extra ==" in requirement:
                continue
            try:
                found[needed[0]] = metadata.version(needed[0])
            except metadata.PackageNotFoundError:
                continue  # for another platform or version of Python
    return dict(sorted(found.items()))
