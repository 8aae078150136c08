"""Giving: monthly plans; cover, ways, companies, addresses and tributes of gifts

Revision ID: 0015
Revises: 0014
"""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

_EMPTY = sa.text("''")
_COLUMNS = (
    sa.Column('cover_minor', sa.BigInteger(), nullable=False, server_default=sa.text('0')),
    sa.Column('way', sa.String(length=40), nullable=False, server_default=sa.text("'online'")),
    sa.Column('company', sa.String(length=160), nullable=False, server_default=_EMPTY),
    sa.Column('company_number', sa.String(length=20), nullable=False, server_default=_EMPTY),
    sa.Column('address', sa.JSON(), nullable=False, server_default=sa.text("'{}'")),
    sa.Column('tribute', sa.String(length=40), nullable=False, server_default=sa.text("'none'")),
    sa.Column('tribute_name', sa.String(length=120), nullable=False, server_default=_EMPTY),
    sa.Column('invoice', sa.String(length=120), nullable=True),
    sa.Column('method', sa.String(length=40), nullable=False, server_default=_EMPTY),
)


def upgrade() -> None:
    op.create_table('giving_plan',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('pid', sa.String(length=16), nullable=False),
    sa.Column('organisation_id', sa.Integer(), nullable=False),
    sa.Column('campaign_id', sa.Integer(), nullable=False),
    sa.Column('amount_minor', sa.BigInteger(), nullable=False),
    sa.Column('cover_minor', sa.BigInteger(), nullable=False),
    sa.Column('currency', sa.String(length=3), nullable=False),
    sa.Column('state', sa.String(length=40), nullable=False),
    sa.Column('donor_name', sa.String(length=120), nullable=False),
    sa.Column('donor_email', sa.String(length=254), nullable=False),
    sa.Column('visibility', sa.String(length=40), nullable=False),
    sa.Column('company', sa.String(length=160), nullable=False),
    sa.Column('company_number', sa.String(length=20), nullable=False),
    sa.Column('address', sa.JSON(), nullable=False),
    sa.Column('tribute', sa.String(length=40), nullable=False),
    sa.Column('tribute_name', sa.String(length=120), nullable=False),
    sa.Column('message', sa.String(length=400), nullable=False),
    sa.Column('supporter_id', sa.Integer(), nullable=True),
    sa.Column('language', sa.String(length=2), nullable=False),
    sa.Column('idempotency_key', sa.String(length=40), nullable=False),
    sa.Column('checkout_id', sa.String(length=120), nullable=True),
    sa.Column('subscription', sa.String(length=120), nullable=True),
    sa.Column('customer', sa.String(length=120), nullable=True),
    sa.Column('livemode', sa.Boolean(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('next_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('ended_at', sa.DateTime(timezone=True), nullable=True),
    sa.CheckConstraint('amount_minor > 0', name=op.f('ck_giving_plan_amount')),
    sa.ForeignKeyConstraint(['campaign_id'], ['campaign.id'], name=op.f('fk_giving_plan_campaign_id_campaign')),
    sa.ForeignKeyConstraint(['organisation_id'], ['organisation.id'], name=op.f('fk_giving_plan_organisation_id_organisation')),
    sa.ForeignKeyConstraint(['supporter_id'], ['supporter.id'], name=op.f('fk_giving_plan_supporter_id_supporter'), ondelete='SET NULL'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_giving_plan')),
    sa.UniqueConstraint('checkout_id', name=op.f('uq_giving_plan_checkout_id')),
    sa.UniqueConstraint('idempotency_key', name=op.f('uq_giving_plan_idempotency_key')),
    sa.UniqueConstraint('pid', name=op.f('uq_giving_plan_pid')),
    sa.UniqueConstraint('subscription', name=op.f('uq_giving_plan_subscription'))
    )
    for name in ('organisation_id', 'campaign_id', 'state', 'supporter_id', 'customer'):
        op.create_index(op.f(f'ix_giving_plan_{name}'), 'giving_plan', [name], unique=False)
    for column in _COLUMNS:
        op.add_column('gift', column)
    # The ledger points to `gift`, so it is never made anew: SQLite takes a reference with the column.
    op.execute(
        'ALTER TABLE gift ADD COLUMN plan_id INTEGER'
        ' CONSTRAINT fk_gift_plan_id_giving_plan REFERENCES giving_plan (id)'
    )
    op.create_index(op.f('ix_gift_plan_id'), 'gift', ['plan_id'], unique=False)
    op.create_index(op.f('ix_gift_invoice'), 'gift', ['invoice'], unique=True)
    op.create_table('giver',
    sa.Column('gift_id', sa.Integer(), nullable=False),
    sa.Column('supporter_id', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['gift_id'], ['gift.id'], name=op.f('fk_giver_gift_id_gift')),
    sa.ForeignKeyConstraint(['supporter_id'], ['supporter.id'], name=op.f('fk_giver_supporter_id_supporter'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('gift_id', name=op.f('pk_giver'))
    )
    op.create_index(op.f('ix_giver_supporter_id'), 'giver', ['supporter_id'], unique=False)


def downgrade() -> None:
    op.drop_table('giver')
    for name in ('invoice', 'plan_id'):
        op.drop_index(op.f(f'ix_gift_{name}'), 'gift')
    for name in (*(column.name for column in _COLUMNS), 'plan_id'):
        op.execute(f'ALTER TABLE gift DROP COLUMN {name}')
    op.drop_table('giving_plan')
