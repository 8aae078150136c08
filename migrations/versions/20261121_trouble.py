"""Refunds, disputes and fraud warnings; what watches over the donation page

Revision ID: 0019
Revises: 0018
"""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None


def _owned(table):
    """The columns every row about a gift has."""
    return (
        sa.Column('id', sa.Integer(), nullable=False),
        sa.Column('pid', sa.String(length=16), nullable=False),
        sa.Column('organisation_id', sa.Integer(), nullable=False),
        sa.Column('campaign_id', sa.Integer(), nullable=False),
        sa.Column('gift_id', sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(['organisation_id'], ['organisation.id'], name=op.f(f'fk_{table}_organisation_id_organisation')),
        sa.ForeignKeyConstraint(['campaign_id'], ['campaign.id'], name=op.f(f'fk_{table}_campaign_id_campaign')),
        sa.ForeignKeyConstraint(['gift_id'], ['gift.id'], name=op.f(f'fk_{table}_gift_id_gift')),
        sa.PrimaryKeyConstraint('id', name=op.f(f'pk_{table}')),
        sa.UniqueConstraint('pid', name=op.f(f'uq_{table}_pid')),
        sa.UniqueConstraint('remote_id', name=op.f(f'uq_{table}_remote_id')),
    )


def upgrade() -> None:
    op.create_table('refund',
    *_owned('refund'),
    sa.Column('form_key', sa.String(length=16), nullable=False),
    sa.Column('remote_id', sa.String(length=120), nullable=True),
    sa.Column('amount_minor', sa.BigInteger(), nullable=False),
    sa.Column('currency', sa.String(length=3), nullable=False),
    sa.Column('state', sa.String(length=40), nullable=False),
    sa.Column('reason', sa.String(length=40), nullable=False),
    sa.Column('note', sa.String(length=400), nullable=False),
    sa.Column('failure', sa.String(length=80), nullable=False),
    sa.Column('asked_by', sa.Integer(), nullable=True),
    sa.Column('asked_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('settled_at', sa.DateTime(timezone=True), nullable=True),
    sa.CheckConstraint('amount_minor > 0', name=op.f('ck_refund_amount')),
    sa.ForeignKeyConstraint(['asked_by'], ['person.id'], name=op.f('fk_refund_asked_by_person')),
    sa.UniqueConstraint('form_key', name=op.f('uq_refund_form_key')),
    )
    op.create_table('dispute',
    *_owned('dispute'),
    sa.Column('remote_id', sa.String(length=120), nullable=False),
    sa.Column('amount_minor', sa.BigInteger(), nullable=False),
    sa.Column('currency', sa.String(length=3), nullable=False),
    sa.Column('cause', sa.String(length=60), nullable=False),
    sa.Column('status', sa.String(length=40), nullable=False),
    sa.Column('refundable', sa.Boolean(), nullable=False),
    sa.Column('due_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('opened_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('closed_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('draft', sa.JSON(), nullable=False),
    sa.Column('drafted_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('submitted_by', sa.Integer(), nullable=True),
    sa.Column('submitted_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['submitted_by'], ['person.id'], name=op.f('fk_dispute_submitted_by_person')),
    )
    op.create_table('fraud_warning',
    *_owned('fraud_warning'),
    sa.Column('remote_id', sa.String(length=120), nullable=False),
    sa.Column('kind', sa.String(length=60), nullable=False),
    sa.Column('actionable', sa.Boolean(), nullable=False),
    sa.Column('warned_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('kept_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('kept_by', sa.Integer(), nullable=True),
    sa.ForeignKeyConstraint(['kept_by'], ['person.id'], name=op.f('fk_fraud_warning_kept_by_person')),
    )
    for table in ('refund', 'dispute', 'fraud_warning'):
        for name in ('organisation_id', 'campaign_id', 'gift_id'):
            op.create_index(op.f(f'ix_{table}_{name}'), table, [name], unique=False)
    op.create_index(op.f('ix_refund_state'), 'refund', ['state'], unique=False)
    op.create_index(op.f('ix_dispute_status'), 'dispute', ['status'], unique=False)
    op.create_table('shield',
    sa.Column('organisation_id', sa.Integer(), nullable=False),
    sa.Column('watch_until', sa.DateTime(timezone=True), nullable=True),
    sa.Column('paused_until', sa.DateTime(timezone=True), nullable=True),
    sa.Column('tripped_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['organisation_id'], ['organisation.id'], name=op.f('fk_shield_organisation_id_organisation')),
    sa.PrimaryKeyConstraint('organisation_id', name=op.f('pk_shield')),
    )
    op.create_table('giving_minute',
    sa.Column('organisation_id', sa.Integer(), nullable=False),
    sa.Column('minute', sa.Integer(), nullable=False),
    sa.Column('admitted', sa.Integer(), nullable=False),
    sa.Column('held', sa.Integer(), nullable=False),
    sa.Column('refused', sa.Integer(), nullable=False),
    sa.Column('paid', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['organisation_id'], ['organisation.id'], name=op.f('fk_giving_minute_organisation_id_organisation')),
    sa.PrimaryKeyConstraint('organisation_id', 'minute', name=op.f('pk_giving_minute')),
    )
    op.create_table('giving_source',
    sa.Column('gift_ref', sa.String(length=16), nullable=False),
    sa.Column('organisation_id', sa.Integer(), nullable=False),
    sa.Column('source', sa.String(length=64), nullable=False),
    sa.Column('refused', sa.Integer(), nullable=False),
    sa.Column('expires_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['organisation_id'], ['organisation.id'], name=op.f('fk_giving_source_organisation_id_organisation')),
    sa.PrimaryKeyConstraint('gift_ref', name=op.f('pk_giving_source')),
    )
    op.create_index(op.f('ix_giving_source_organisation_id'), 'giving_source', ['organisation_id'], unique=False)
    op.create_index(op.f('ix_giving_source_expires_at'), 'giving_source', ['expires_at'], unique=False)


def downgrade() -> None:
    for table in ('giving_source', 'giving_minute', 'shield', 'fraud_warning', 'dispute', 'refund'):
        op.drop_table(table)
