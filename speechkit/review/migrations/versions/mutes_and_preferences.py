"""Stretches that stay silent; who an account is at an OpenID provider; people's preferences."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

_ADDED = (("tasks", "mutes", "[]"), ("users", "preferences", "{}"))


def upgrade() -> None:
    for table, name, empty in _ADDED:
        with op.batch_alter_table(table) as changed:
            changed.add_column(sa.Column(name, sa.JSON(), nullable=False, server_default=empty))
        with op.batch_alter_table(table) as changed:
            changed.alter_column(name, server_default=None)
    with op.batch_alter_table("users") as users:
        users.add_column(sa.Column("subject", sa.String(200), nullable=True))


def downgrade() -> None:
    for table, name, _ in _ADDED:
        with op.batch_alter_table(table) as changed:
            changed.drop_column(name)
    with op.batch_alter_table("users") as users:
        users.drop_column("subject")
