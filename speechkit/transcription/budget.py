"""What a run may cost: reserved before a request, given back where it fails."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from importlib.resources import files

import msgspec

from speechkit.core.errors import InputError, UsageError


class OverBudgetError(InputError):
    """A request that was not sent, because it would cost more than the run may."""


class _Price(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """US dollars a minute of sound; where and when that was read."""

    minute: float
    source: str
    seen: str


@cache
def _prices() -> dict[str, dict[str, _Price]]:
    text = files("speechkit.transcription").joinpath("prices.toml").read_bytes()
    return msgspec.toml.decode(text, type=dict[str, dict[str, _Price]])


def price_of(host: str, model: str) -> float | None:
    """Return what a minute of sound costs at a service, in US dollars; None: not in the table.

    >>> price_of("api.openai.com", "whisper-1"), price_of("127.0.0.1", "whisper-1")
    (0.006, None)
    """
    found = _prices().get(host, {}).get(model)
    return found.minute if found else None


class Budget:
    """The money of one run; threads may share it."""

    def __init__(self, price: float | None, most: float) -> None:
        """Take a price a minute and the most that may be spent (0: no limit), in US dollars.

        Raises:
            UsageError: if there is a limit and no price to count with.
        """
        if most and price is None:
            raise UsageError(
                "--max-cost: the price of this model is not known; give it in US dollars a minute: "
                "--set price=0.006"
            )
        self._price = price or 0.0
        self._most = most
        self._spent = 0.0
        self._lock = threading.Lock()

    @property
    def spent(self) -> float:
        """US dollars spent, or reserved for what is under way."""
        return self._spent

    @contextmanager
    def spend(self, seconds: float) -> Iterator[None]:
        """Reserve what so many seconds of sound cost; give it back if what is done inside fails.

        Raises:
            OverBudgetError: if that is more than is left.
        """
        cost = self._price * seconds / 60
        with self._lock:
            if self._most and self._spent + cost > self._most + 1e-9:
                raise OverBudgetError(
                    f"not sent: it costs {cost:.4f} US dollars, and {self._spent:.4f} of "
                    f"{self._most:g} are spent; raise --max-cost and run again"
                )
            self._spent += cost
        try:
            yield
        except BaseException:
            with self._lock:
                self._spent -= cost
            raise
