"""When nothing was left of the words of something sent

Revision ID: 0013
Revises: 0012
"""

import sqlalchemy as sa
from alembic import op

revision = '0013'
down_revision = '0012'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column('intake_item', sa.Column('forgotten_at', sa.DateTime(timezone=True), nullable=True))
    op.execute("UPDATE intake_item SET forgotten_at = changed_at WHERE state = 'withdrawn'")


def downgrade() -> None:
    op.execute('ALTER TABLE intake_item DROP COLUMN forgotten_at')
