"""Remarks of people to one another; what a team shares; dates by which work is wanted; what undos undo."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

_ADDED = (("tasks", "due"), ("operations", "undoes"))


def upgrade() -> None:
    for table, name in _ADDED:
        with op.batch_alter_table(table) as changed:
            changed.add_column(sa.Column(name, sa.String(200), nullable=False, server_default=""))
        with op.batch_alter_table(table) as changed:
            changed.alter_column(name, server_default=None)
    op.create_table(
        "remarks",
        sa.Column("id", sa.String(200), primary_key=True),
        sa.Column("task", sa.String(200), sa.ForeignKey("tasks.id"), nullable=False, index=True),
        sa.Column("line", sa.String(200), nullable=False),
        sa.Column("user", sa.Integer(), sa.ForeignKey("users.id"), nullable=False),
        sa.Column("kind", sa.String(200), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("done", sa.Boolean(), nullable=False),
        sa.Column("when", sa.Float(53), nullable=False),
    )
    op.create_table(
        "project",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("closed", sa.Boolean(), nullable=False),
        sa.Column("guidelines", sa.Text(), nullable=False),
        sa.Column("expansions", sa.JSON(), nullable=False),
        sa.Column("words", sa.JSON(), nullable=False),
    )


def downgrade() -> None:
    op.drop_table("project")
    op.drop_table("remarks")
    for table, name in _ADDED:
        with op.batch_alter_table(table) as changed:
            changed.drop_column(name)
