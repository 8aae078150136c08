"""The books: Stripe's movements and payouts, differences, how far each account was read, charts of accounts

Revision ID: 0020
Revises: 0019
"""

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None


TOLD = "account, remote_id, kind, amount_minor, fee_minor, net_minor, currency, source, made_at"
SQLITE_KEPT = [
    (
        "CREATE TRIGGER stripe_line_no_delete BEFORE DELETE ON stripe_line "
        "BEGIN SELECT RAISE(ABORT, 'what Stripe told is kept'); END"
    ),
    (
        f"CREATE TRIGGER stripe_line_no_change BEFORE UPDATE OF {TOLD} ON stripe_line "
        "BEGIN SELECT RAISE(ABORT, 'what Stripe told is kept'); END"
    ),
]
POSTGRES_KEPT = [
    (
        "CREATE FUNCTION stripe_line_refuse() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN RAISE EXCEPTION 'what Stripe told is kept'; END $$"
    ),
    (
        "CREATE TRIGGER stripe_line_no_delete BEFORE DELETE OR TRUNCATE ON stripe_line "
        "EXECUTE FUNCTION stripe_line_refuse()"
    ),
    (
        f"CREATE TRIGGER stripe_line_no_change BEFORE UPDATE OF {TOLD} ON stripe_line "
        "EXECUTE FUNCTION stripe_line_refuse()"
    ),
]


def upgrade() -> None:
    op.create_table('stripe_line',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('account', sa.String(length=16), nullable=False),
    sa.Column('remote_id', sa.String(length=120), nullable=False),
    sa.Column('kind', sa.String(length=60), nullable=False),
    sa.Column('amount_minor', sa.BigInteger(), nullable=False),
    sa.Column('fee_minor', sa.BigInteger(), nullable=False),
    sa.Column('net_minor', sa.BigInteger(), nullable=False),
    sa.Column('currency', sa.String(length=3), nullable=False),
    sa.Column('source', sa.String(length=120), nullable=False),
    sa.Column('payout', sa.String(length=120), nullable=True),
    sa.Column('description', sa.String(length=200), nullable=False),
    sa.Column('made_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('available_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('told_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('organisation_id', sa.Integer(), nullable=True),
    sa.Column('campaign_id', sa.Integer(), nullable=True),
    sa.ForeignKeyConstraint(['campaign_id'], ['campaign.id'], name=op.f('fk_stripe_line_campaign_id_campaign')),
    sa.ForeignKeyConstraint(['organisation_id'], ['organisation.id'], name=op.f('fk_stripe_line_organisation_id_organisation')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_stripe_line')),
    sa.UniqueConstraint('account', 'remote_id', name='uq_stripe_line_remote')
    )
    op.create_index(op.f('ix_stripe_line_campaign_id'), 'stripe_line', ['campaign_id'], unique=False)
    op.create_index(op.f('ix_stripe_line_organisation_id'), 'stripe_line', ['organisation_id'], unique=False)
    op.create_index(op.f('ix_stripe_line_payout'), 'stripe_line', ['payout'], unique=False)

    op.create_table('stripe_payout',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('account', sa.String(length=16), nullable=False),
    sa.Column('remote_id', sa.String(length=120), nullable=False),
    sa.Column('amount_minor', sa.BigInteger(), nullable=False),
    sa.Column('currency', sa.String(length=3), nullable=False),
    sa.Column('status', sa.String(length=20), nullable=False),
    sa.Column('made_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('arrives_on', sa.Date(), nullable=False),
    sa.Column('before_minor', sa.BigInteger(), nullable=True),
    sa.Column('by_hand', sa.Boolean(), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_stripe_payout')),
    sa.UniqueConstraint('account', 'remote_id', name='uq_stripe_payout_remote')
    )
    op.create_table('reconcile_finding',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('pid', sa.String(length=16), nullable=False),
    sa.Column('account', sa.String(length=16), nullable=False),
    sa.Column('key', sa.String(length=120), nullable=False),
    sa.Column('organisation_id', sa.Integer(), nullable=True),
    sa.Column('campaign_id', sa.Integer(), nullable=True),
    sa.Column('cause', sa.String(length=40), nullable=False),
    sa.Column('state', sa.String(length=40), nullable=False),
    sa.Column('stripe_minor', sa.BigInteger(), nullable=False),
    sa.Column('ledger_minor', sa.BigInteger(), nullable=False),
    sa.Column('currency', sa.String(length=3), nullable=False),
    sa.Column('note', sa.String(length=400), nullable=False),
    sa.Column('closed_by', sa.Integer(), nullable=True),
    sa.Column('found_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('closed_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('told_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['campaign_id'], ['campaign.id'], name=op.f('fk_reconcile_finding_campaign_id_campaign')),
    sa.ForeignKeyConstraint(['closed_by'], ['person.id'], name=op.f('fk_reconcile_finding_closed_by_person')),
    sa.ForeignKeyConstraint(['organisation_id'], ['organisation.id'], name=op.f('fk_reconcile_finding_organisation_id_organisation')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_reconcile_finding')),
    sa.UniqueConstraint('account', 'key', name='uq_reconcile_finding_key'),
    sa.UniqueConstraint('pid', name=op.f('uq_reconcile_finding_pid'))
    )
    op.create_index(op.f('ix_reconcile_finding_organisation_id'), 'reconcile_finding', ['organisation_id'], unique=False)
    op.create_index(op.f('ix_reconcile_finding_state'), 'reconcile_finding', ['state'], unique=False)

    op.create_table('books_run',
    sa.Column('account', sa.String(length=16), nullable=False),
    sa.Column('since', sa.DateTime(timezone=True), nullable=False),
    sa.Column('through', sa.DateTime(timezone=True), nullable=False),
    sa.Column('compared_at', sa.DateTime(timezone=True), nullable=True),
    sa.PrimaryKeyConstraint('account', name=op.f('pk_books_run'))
    )
    op.create_table('account_plan',
    sa.Column('organisation_id', sa.Integer(), nullable=False),
    sa.Column('company_number', sa.String(length=9), nullable=False),
    sa.Column('first_month', sa.Integer(), nullable=False),
    sa.Column('accounts', sa.JSON(), nullable=False),
    sa.ForeignKeyConstraint(['organisation_id'], ['organisation.id'], name=op.f('fk_account_plan_organisation_id_organisation')),
    sa.PrimaryKeyConstraint('organisation_id', name=op.f('pk_account_plan'))
    )
    for statement in SQLITE_KEPT if op.get_bind().dialect.name == 'sqlite' else POSTGRES_KEPT:
        op.execute(statement)


def downgrade() -> None:
    op.drop_table('account_plan')
    op.drop_table('books_run')
    op.drop_index(op.f('ix_reconcile_finding_state'), 'reconcile_finding')
    op.drop_index(op.f('ix_reconcile_finding_organisation_id'), 'reconcile_finding')

    op.drop_table('reconcile_finding')
    op.drop_table('stripe_payout')
    op.drop_index(op.f('ix_stripe_line_payout'), 'stripe_line')
    op.drop_index(op.f('ix_stripe_line_organisation_id'), 'stripe_line')
    op.drop_index(op.f('ix_stripe_line_campaign_id'), 'stripe_line')

    op.drop_table('stripe_line')
    if op.get_bind().dialect.name == 'postgresql':
        op.execute('DROP FUNCTION stripe_line_refuse()')
