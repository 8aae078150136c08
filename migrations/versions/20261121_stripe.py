"""Organisations' own Stripe accounts; which account a gift, a plan and an event belong to

Revision ID: 0016
Revises: 0015
"""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

_OWNED = ('gift', 'giving_plan', 'payment_event')


def upgrade() -> None:
    op.create_table('stripe_account',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('pid', sa.String(length=16), nullable=False),
    sa.Column('organisation_id', sa.Integer(), nullable=False),
    sa.Column('remote_id', sa.String(length=80), nullable=False),
    sa.Column('name', sa.String(length=200), nullable=False),
    sa.Column('country', sa.String(length=2), nullable=False),
    sa.Column('currency', sa.String(length=3), nullable=False),
    sa.Column('livemode', sa.Boolean(), nullable=False),
    sa.Column('sealed', sa.String(length=8000), nullable=False),
    sa.Column('hint', sa.String(length=8), nullable=False),
    sa.Column('secrets', sa.Integer(), nullable=False),
    sa.Column('heard_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('connected_by', sa.Integer(), nullable=True),
    sa.Column('connected_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('removed_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['connected_by'], ['person.id'], name=op.f('fk_stripe_account_connected_by_person')),
    sa.ForeignKeyConstraint(['organisation_id'], ['organisation.id'], name=op.f('fk_stripe_account_organisation_id_organisation')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_stripe_account')),
    sa.UniqueConstraint('pid', name=op.f('uq_stripe_account_pid'))
    )
    op.create_index(op.f('ix_stripe_account_organisation_id'), 'stripe_account', ['organisation_id'], unique=False)
    present = sa.text('removed_at IS NULL')
    op.create_index(
        'uq_stripe_account_present', 'stripe_account', ['organisation_id'], unique=True,
        sqlite_where=present, postgresql_where=present,
    )
    for table in _OWNED:
        op.add_column(table, sa.Column('account', sa.String(length=16), nullable=False, server_default=sa.text("''")))
    op.add_column('giving_plan', sa.Column('seen_at', sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    op.execute('ALTER TABLE giving_plan DROP COLUMN seen_at')
    for table in _OWNED:
        op.execute(f'ALTER TABLE {table} DROP COLUMN account')
    op.drop_table('stripe_account')
