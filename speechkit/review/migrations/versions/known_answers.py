"""Known answers in place of a flag; people's word lists."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("tasks") as tasks:
        tasks.drop_column("honeypot")
        tasks.add_column(sa.Column("known", sa.JSON(), nullable=False, server_default="[]"))
    with op.batch_alter_table("tasks") as tasks:
        tasks.alter_column("known", server_default=None)
    with op.batch_alter_table("users") as users:
        users.add_column(sa.Column("words", sa.JSON(), nullable=False, server_default="[]"))
    with op.batch_alter_table("users") as users:
        users.alter_column("words", server_default=None)


def downgrade() -> None:
    with op.batch_alter_table("users") as users:
        users.drop_column("words")
    with op.batch_alter_table("tasks") as tasks:
        tasks.drop_column("known")
        tasks.add_column(
            sa.Column("honeypot", sa.Boolean(), nullable=False, server_default=sa.false())
        )
