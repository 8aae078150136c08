"""Publishing: fewer index writes, and no state between planned and being sent

Revision ID: 0005
Revises: 0004
"""

import sqlalchemy as sa
from alembic import op

revision = '0005'
down_revision = '0004'
branch_labels = None
depends_on = None

BY_HAND = sa.text("channel = 'hand'")


def upgrade() -> None:
    # Nothing of a claimed post was sent.
    op.execute(
        "UPDATE post SET state = 'scheduled', claimed_by = '', claimed_until = NULL WHERE state = 'claimed'"
    )
    op.drop_index('ix_post_due_at', table_name='post')
    op.create_index('ix_post_by_hand', 'post', ['due_at'], sqlite_where=BY_HAND, postgresql_where=BY_HAND)
    if op.get_bind().dialect.name == 'postgresql':
        op.execute("ALTER TABLE post_attempt SET (fillfactor = 60)")


def downgrade() -> None:
    if op.get_bind().dialect.name == 'postgresql':
        op.execute("ALTER TABLE post_attempt RESET (fillfactor)")
    op.drop_index('ix_post_by_hand', table_name='post')
    op.create_index('ix_post_due_at', 'post', ['due_at'], unique=False)
