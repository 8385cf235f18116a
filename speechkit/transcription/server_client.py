"""Requests to a transcription server: formats negotiated, repeated where that may help."""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Mapping
from types import TracebackType
from typing import Any

import msgspec

from speechkit.core.digest import digest_bytes, digest_of
from speechkit.core.errors import InputError, ModelError, UsageError, did_you_mean
from speechkit.transcription.budget import Budget, OverBudgetError

FORMATS = ("diarized_json", "verbose_json", "json")  # the richest first
_REFUSED = (400, 415, 422)  # what servers answer to a format that they do not know
_BUSY = (408, 409, 425, 429)
_LONGEST_WAIT = 60.0  # seconds


class ClientOptions(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How a server is asked; none of it changes what it writes.

    `timeout`: seconds for an answer. `retries`: how often a request is repeated that failed on
    the way, or was refused for a while. `wait`: seconds before the first repetition, doubled each
    time. `max_failures`: after so many requests in a row that failed alike, no more are made.
    `key_variable`: environment variable that holds the server's key, if it wants one. `in_flight`:
    requests, and recordings, at the same time. `price`: of a minute of sound in US dollars; without
    it, that of the table `prices.toml`. `max_cost`: US dollars that a run may cost; 0: no limit.
    `leaves_this_machine`: let sound go to a server on another machine. `purpose`: of the consent
    that has to permit it.
    """

    timeout: float = 600.0
    retries: int = 5
    wait: float = 0.5
    max_failures: int = 5
    key_variable: str = "OPENAI_API_KEY"
    in_flight: int = 4
    price: float | None = None
    max_cost: float = 0.0
    leaves_this_machine: bool = False
    purpose: str = ""

    def __post_init__(self) -> None:
        if self.in_flight < 1 or self.max_cost < 0 or (self.price or 0.0) < 0:
            raise UsageError(
                "openai: in_flight is 1 or more; price and max_cost are US dollars, 0 or more"
            )
        if self.timeout <= 0 or self.wait < 0 or self.retries < 0 or self.max_failures < 1:
            raise UsageError(
                "openai: timeout is above 0 seconds, wait and retries are 0 or more, "
                "max_failures 1 or more"
            )


class Client:
    """One server and one of its models. Threads may share it."""

    def __init__(
        self, address: str, model: str, options: ClientOptions, key: str, budget: Budget
    ) -> None:
        import httpx  # needed by this engine only

        self._address = address.rstrip("/")
        self._model = model
        self._options = options
        self._budget = budget
        # No proxy of the environment and no redirection: both may lead to another machine.
        self._client = httpx.Client(
            timeout=options.timeout,
            limits=httpx.Limits(max_connections=options.in_flight),
            trust_env=False,
            follow_redirects=False,
            headers={"Authorization": f"Bearer {key}"} if key else {},
        )
        self._lock = threading.Lock()
        self._formats = list(FORMATS)
        self._failed = ""
        self._num_failed = 0

    def __enter__(self) -> Client:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._client.close()

    def check_model(self) -> None:
        """Ask for the list of models; a server that has none is believed.

        Raises:
            ModelError: if no server answers, or it lists other models only.
        """
        import httpx

        try:
            answer = self._client.get(f"{self._address}/models", timeout=10.0)
        except httpx.HTTPError as error:
            raise ModelError(
                f"no server answers at {self._address} ({type(error).__name__})"
            ) from error
        if answer.status_code in (401, 403):
            raise ModelError(
                f"{self._address} wants another key (HTTP {answer.status_code}); put it into the "
                f"environment variable {self._options.key_variable}"
            )
        try:
            names = [str(each["id"]) for each in answer.json()["data"]]
        except (ValueError, KeyError, TypeError):
            return
        if names and self._model not in names:
            raise ModelError(
                f"{self._address} has no model {self._model!r}; {did_you_mean(self._model, names)}"
            )

    def transcribe(self, wav: bytes, fields: Mapping[str, str], seconds: float) -> dict[str, Any]:
        """Return the server's answer for a WAV file, in the richest format that it knows.

        Args:
            wav: a WAV file.
            fields: of the form, beside it.
            seconds: how long it lasts, which is what is paid for.

        Raises:
            InputError: with the HTTP status, if it fails for good, or if there is no money left.
        """
        with self._lock:
            if self._num_failed >= self._options.max_failures:
                raise InputError(
                    f"not sent: {self._num_failed} requests in a row failed alike ({self._failed})"
                )
        try:
            with self._budget.spend(seconds):
                answer = self._negotiated(wav, fields)
        except OverBudgetError:
            raise
        except InputError as error:
            with self._lock:
                self._num_failed = self._num_failed + 1 if str(error) == self._failed else 1
                self._failed = str(error)
            raise
        with self._lock:
            self._num_failed = 0
        return answer

    def _negotiated(self, wav: bytes, fields: Mapping[str, str]) -> dict[str, Any]:
        for format_ in tuple(self._formats):
            status, answer = self._repeated(wav, {**fields, "response_format": format_})
            if answer is not None:
                with self._lock:  # what was refused before it need not be tried again
                    if format_ in self._formats:
                        self._formats = self._formats[self._formats.index(format_) :]
                return answer
            if status not in _REFUSED:
                break
        raise InputError(f"{self._address} refused the sound (HTTP {status})")

    def _repeated(self, wav: bytes, fields: Mapping[str, str]) -> tuple[int, dict[str, Any] | None]:
        """Return status and answer; repeat what failed on the way or is refused for a while."""
        import httpx

        reason = ""
        # The same for each repetition, also of a later run: a server that knows this header bills
        # once. https://datatracker.ietf.org/doc/draft-ietf-httpapi-idempotency-key-header/
        once = {"Idempotency-Key": digest_of([self._model, dict(fields), digest_bytes(wav)])}
        for attempt in range(self._options.retries + 1):
            wait = self._options.wait * 2**attempt * random.uniform(0.75, 1.25)
            try:
                answer = self._client.post(
                    f"{self._address}/audio/transcriptions",
                    data={**fields, **_granularities(fields), "model": self._model},
                    files={"file": ("audio.wav", wav, "audio/wav")},
                    headers=once,
                )
            except httpx.HTTPError as error:
                reason = type(error).__name__
            else:
                if answer.status_code == 200:
                    return 200, self._decoded(answer.content, answer.headers)
                reason = f"HTTP {answer.status_code}"
                if answer.status_code not in _BUSY and answer.status_code < 500:
                    return answer.status_code, None
                wait = max(wait, _asked_wait(answer.headers))
            if attempt < self._options.retries:
                time.sleep(min(wait, _LONGEST_WAIT))
        times = self._options.retries + 1
        raise InputError(f"{self._address} failed {times} times ({reason})")

    def _decoded(self, content: bytes, headers: Mapping[str, str]) -> dict[str, Any]:
        try:
            return msgspec.json.decode(content, type=dict[str, Any])
        except msgspec.MsgspecError as error:
            kind = headers.get("content-type", "something").partition(";")[0]
            raise InputError(
                f"{self._address} answered {kind}, not a JSON object; is it the address of an "
                "API (…/v1)?"
            ) from error


def _granularities(fields: Mapping[str, str]) -> dict[str, list[str]]:
    if fields["response_format"] != "verbose_json":
        return {}
    return {"timestamp_granularities[]": ["word", "segment"]}


def _asked_wait(headers: Mapping[str, str]) -> float:
    """Return the seconds that a server asks to wait, if it does."""
    try:
        return max(0.0, float(headers.get("retry-after", "0")))
    except ValueError:
        return 0.0
