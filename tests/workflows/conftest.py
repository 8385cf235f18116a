"""A PostgreSQL server for what is withdrawn from it."""

from __future__ import annotations

from tests.postgres import postgresql  # noqa: F401  a fixture
