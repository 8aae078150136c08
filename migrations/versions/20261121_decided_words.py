"""An item keeps the words it was last decided on, so that its author's change comes back as a difference.

Revision ID: 0014
Revises: 0013
"""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = '0013'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("intake_item", sa.Column("decided_words", sa.Text(), nullable=False, server_default=""))


def downgrade() -> None:
    op.execute("ALTER TABLE intake_item DROP COLUMN decided_words")
