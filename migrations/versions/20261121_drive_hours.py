"""The hour the drive opens, the days until it closes, and the closing words

Revision ID: 0002
Revises: 0001
"""

import sqlalchemy as sa
from alembic import op

import app.core.db

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("campaign") as table:
        table.add_column(sa.Column("drive_opens", sa.Time(), nullable=False, server_default="10:00:00"))
        table.add_column(sa.Column("drive_close_days", sa.Integer(), nullable=False, server_default="7"))
        table.add_column(sa.Column("closing_note", sa.String(1200), nullable=False, server_default=""))
        table.add_column(sa.Column("drive_told_at", app.core.db.UtcDateTime(), nullable=True))
    with op.batch_alter_table("campaign") as table:
        for name in ("drive_opens", "drive_close_days", "closing_note"):
            table.alter_column(name, server_default=None)


def downgrade() -> None:
    with op.batch_alter_table("campaign") as table:
        for name in ("drive_told_at", "closing_note", "drive_close_days", "drive_opens"):
            table.drop_column(name)
