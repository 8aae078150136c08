"""Plan and spending: budget, promised accounts, changes, what remains; spendings, the limit for two, evidence

Revision ID: 0021
Revises: 0020
"""

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('spending_rule',
    sa.Column('organisation_id', sa.Integer(), nullable=False),
    sa.Column('limit_minor', sa.BigInteger(), nullable=False),
    sa.Column('changed_by', sa.Integer(), nullable=True),
    sa.Column('changed_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['changed_by'], ['person.id'], name=op.f('fk_spending_rule_changed_by_person')),
    sa.ForeignKeyConstraint(['organisation_id'], ['organisation.id'], name=op.f('fk_spending_rule_organisation_id_organisation')),
    sa.PrimaryKeyConstraint('organisation_id', name=op.f('pk_spending_rule'))
    )
    op.create_table('budget_line',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('pid', sa.String(length=16), nullable=False),
    sa.Column('campaign_id', sa.Integer(), nullable=False),
    sa.Column('category', sa.String(length=40), nullable=False),
    sa.Column('label', sa.String(length=120), nullable=False),
    sa.Column('amount_minor', sa.BigInteger(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['campaign_id'], ['campaign.id'], name=op.f('fk_budget_line_campaign_id_campaign')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_budget_line')),
    sa.UniqueConstraint('pid', name=op.f('uq_budget_line_pid'))
    )
    with op.batch_alter_table('budget_line', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_budget_line_campaign_id'), ['campaign_id'], unique=False)

    op.create_table('plan_change',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('pid', sa.String(length=16), nullable=False),
    sa.Column('campaign_id', sa.Integer(), nullable=False),
    sa.Column('kind', sa.String(length=40), nullable=False),
    sa.Column('before', sa.JSON(), nullable=True),
    sa.Column('after', sa.JSON(), nullable=True),
    sa.Column('reason', sa.String(length=400), nullable=False),
    sa.Column('changed_by', sa.Integer(), nullable=True),
    sa.Column('changed_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['campaign_id'], ['campaign.id'], name=op.f('fk_plan_change_campaign_id_campaign')),
    sa.ForeignKeyConstraint(['changed_by'], ['person.id'], name=op.f('fk_plan_change_changed_by_person')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_plan_change')),
    sa.UniqueConstraint('pid', name=op.f('uq_plan_change_pid'))
    )
    with op.batch_alter_table('plan_change', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_plan_change_campaign_id'), ['campaign_id'], unique=False)

    op.create_table('report_commitment',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('pid', sa.String(length=16), nullable=False),
    sa.Column('campaign_id', sa.Integer(), nullable=False),
    sa.Column('title', sa.String(length=160), nullable=False),
    sa.Column('due_on', sa.Date(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['campaign_id'], ['campaign.id'], name=op.f('fk_report_commitment_campaign_id_campaign')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_report_commitment')),
    sa.UniqueConstraint('pid', name=op.f('uq_report_commitment_pid'))
    )
    with op.batch_alter_table('report_commitment', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_report_commitment_campaign_id'), ['campaign_id'], unique=False)

    op.create_table('unspent_word',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('pid', sa.String(length=16), nullable=False),
    sa.Column('campaign_id', sa.Integer(), nullable=False),
    sa.Column('words', sa.String(length=1200), nullable=False),
    sa.Column('amount_minor', sa.BigInteger(), nullable=False),
    sa.Column('use_by', sa.Date(), nullable=True),
    sa.Column('said_by', sa.Integer(), nullable=True),
    sa.Column('said_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['campaign_id'], ['campaign.id'], name=op.f('fk_unspent_word_campaign_id_campaign')),
    sa.ForeignKeyConstraint(['said_by'], ['person.id'], name=op.f('fk_unspent_word_said_by_person')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_unspent_word')),
    sa.UniqueConstraint('pid', name=op.f('uq_unspent_word_pid'))
    )
    with op.batch_alter_table('unspent_word', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_unspent_word_campaign_id'), ['campaign_id'], unique=False)

    op.create_table('spend',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('pid', sa.String(length=16), nullable=False),
    sa.Column('organisation_id', sa.Integer(), nullable=False),
    sa.Column('campaign_id', sa.Integer(), nullable=False),
    sa.Column('amount_minor', sa.BigInteger(), nullable=False),
    sa.Column('category', sa.String(length=40), nullable=False),
    sa.Column('note', sa.String(length=400), nullable=False),
    sa.Column('payee', sa.String(length=120), nullable=False),
    sa.Column('withheld', sa.String(length=200), nullable=False),
    sa.Column('on_date', sa.Date(), nullable=False),
    sa.Column('evidence_note', sa.String(length=200), nullable=False),
    sa.Column('state', sa.String(length=40), nullable=False),
    sa.Column('entered_by', sa.Integer(), nullable=True),
    sa.Column('entered_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('decided_by', sa.Integer(), nullable=True),
    sa.Column('decided_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('refusal', sa.String(length=400), nullable=False),
    sa.Column('ledger_entry_id', sa.Integer(), nullable=True),
    sa.ForeignKeyConstraint(['campaign_id'], ['campaign.id'], name=op.f('fk_spend_campaign_id_campaign')),
    sa.ForeignKeyConstraint(['decided_by'], ['person.id'], name=op.f('fk_spend_decided_by_person')),
    sa.ForeignKeyConstraint(['entered_by'], ['person.id'], name=op.f('fk_spend_entered_by_person')),
    sa.ForeignKeyConstraint(['ledger_entry_id'], ['ledger_entry.id'], name=op.f('fk_spend_ledger_entry_id_ledger_entry')),
    sa.ForeignKeyConstraint(['organisation_id'], ['organisation.id'], name=op.f('fk_spend_organisation_id_organisation')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_spend')),
    sa.UniqueConstraint('ledger_entry_id', name=op.f('uq_spend_ledger_entry_id')),
    sa.UniqueConstraint('pid', name=op.f('uq_spend_pid'))
    )
    with op.batch_alter_table('spend', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_spend_campaign_id'), ['campaign_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_spend_organisation_id'), ['organisation_id'], unique=False)

    op.create_table('spend_evidence',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('pid', sa.String(length=16), nullable=False),
    sa.Column('spend_id', sa.Integer(), nullable=False),
    sa.Column('page', sa.Integer(), nullable=False),
    sa.Column('original_id', sa.Integer(), nullable=False),
    sa.Column('copy_id', sa.Integer(), nullable=True),
    sa.Column('boxes', sa.JSON(), nullable=False),
    sa.Column('published_by', sa.Integer(), nullable=True),
    sa.Column('published_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['copy_id'], ['media.id'], name=op.f('fk_spend_evidence_copy_id_media')),
    sa.ForeignKeyConstraint(['original_id'], ['media.id'], name=op.f('fk_spend_evidence_original_id_media')),
    sa.ForeignKeyConstraint(['published_by'], ['person.id'], name=op.f('fk_spend_evidence_published_by_person')),
    sa.ForeignKeyConstraint(['spend_id'], ['spend.id'], name=op.f('fk_spend_evidence_spend_id_spend')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_spend_evidence')),
    sa.UniqueConstraint('pid', name=op.f('uq_spend_evidence_pid'))
    )
    with op.batch_alter_table('spend_evidence', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_spend_evidence_copy_id'), ['copy_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_spend_evidence_spend_id'), ['spend_id'], unique=False)


def downgrade() -> None:
    with op.batch_alter_table('spend_evidence', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_spend_evidence_spend_id'))
        batch_op.drop_index(batch_op.f('ix_spend_evidence_copy_id'))

    op.drop_table('spend_evidence')
    with op.batch_alter_table('spend', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_spend_organisation_id'))
        batch_op.drop_index(batch_op.f('ix_spend_campaign_id'))

    op.drop_table('spend')
    with op.batch_alter_table('unspent_word', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_unspent_word_campaign_id'))

    op.drop_table('unspent_word')
    with op.batch_alter_table('report_commitment', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_report_commitment_campaign_id'))

    op.drop_table('report_commitment')
    with op.batch_alter_table('plan_change', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_plan_change_campaign_id'))

    op.drop_table('plan_change')
    with op.batch_alter_table('budget_line', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_budget_line_campaign_id'))

    op.drop_table('budget_line')
    op.drop_table('spending_rule')
