"""What most engines have in common: a name, options, and words for what cannot be made.

An engine need not inherit from it; it has to fulfill the protocols of `core/engines.py`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Generic, TypeVar

import msgspec

from speechkit.core.engines import EngineInfo, parse_options, require
from speechkit.core.errors import UsageError

OptionsType = TypeVar("OptionsType", bound=msgspec.Struct)


class NoOptions(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """For engines without options."""


class EngineBase(Generic[OptionsType]):
    """An engine without `open`; an entry point may name a class derived from it.

    Attributes:
        name: of the engine, as in its entry point.
        options_type: struct of its options; what they must fulfill stands in its `__post_init__`.
        packages: that must be installed, and the `extra` that installs them.
        has_models: `name:model` is accepted; the subclass says which models there are.
        settings: the options, parsed.
    """

    name: str
    options_type: type[OptionsType]
    info: EngineInfo = EngineInfo()
    packages: tuple[str, ...] = ()
    extra: str = "all"
    has_models: bool = False

    def __init__(self, model: str = "", options: Mapping[str, Any] = {}) -> None:
        """Check all that can be checked without loading anything.

        Raises:
            UsageError: for a model or an option that does not exist; with close matches.
            MissingExtraError: if a package is not installed.
        """
        if model and not self.has_models:
            raise UsageError(f"{self.name} has no model {model!r}; write only: {self.name}")
        for package in self.packages:
            require(package, extra=self.extra)
        self.model = model
        self.settings = parse_options(self.options_type, options, self.name)

    @property
    def spec(self) -> str:
        """Full name: `engine` or `engine:model`."""
        return f"{self.name}:{self.model}" if self.model else self.name

    @property
    def revision(self) -> str:
        """Digest of the weights; empty where there are none."""
        return ""

    @property
    def options(self) -> Mapping[str, Any]:
        """What changes the result."""
        given = msgspec.structs.asdict(self.settings)
        return {name: value for name, value in given.items() if name not in self.info.run_options}
