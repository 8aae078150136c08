"""Supporters, consents, what the public sends, a statement on every public page

Revision ID: 0003
Revises: 0002
"""

import sqlalchemy as sa
from alembic import op


revision = '0003'
down_revision = '0002'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('supporter',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('pid', sa.String(length=16), nullable=False),
    sa.Column('organisation_id', sa.Integer(), nullable=False),
    sa.Column('email', sa.String(length=254), nullable=False),
    sa.Column('language', sa.String(length=2), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('seen_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['organisation_id'], ['organisation.id'], name=op.f('fk_supporter_organisation_id_organisation')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_supporter')),
    sa.UniqueConstraint('pid', name=op.f('uq_supporter_pid'))
    )
    with op.batch_alter_table('supporter', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_supporter_created_at'), ['created_at'], unique=False)
        batch_op.create_index('ix_supporter_organisation_id_email', ['organisation_id', 'email'], unique=False)

    op.create_table('consent',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('organisation_id', sa.Integer(), nullable=False),
    sa.Column('supporter_id', sa.Integer(), nullable=True),
    sa.Column('subject', sa.String(length=40), nullable=False),
    sa.Column('subject_pid', sa.String(length=16), nullable=False),
    sa.Column('use', sa.String(length=40), nullable=False),
    sa.Column('wording', sa.String(length=600), nullable=False),
    sa.Column('language', sa.String(length=2), nullable=False),
    sa.Column('guardian', sa.String(length=120), nullable=False),
    sa.Column('given_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('withdrawn_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['organisation_id'], ['organisation.id'], name=op.f('fk_consent_organisation_id_organisation')),
    sa.ForeignKeyConstraint(['supporter_id'], ['supporter.id'], name=op.f('fk_consent_supporter_id_supporter'), ondelete='SET NULL'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_consent'))
    )
    with op.batch_alter_table('consent', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_consent_organisation_id'), ['organisation_id'], unique=False)
        batch_op.create_index('ix_consent_subject_pid', ['subject', 'subject_pid'], unique=False)
        batch_op.create_index(batch_op.f('ix_consent_supporter_id'), ['supporter_id'], unique=False)

    op.create_table('intake_item',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('pid', sa.String(length=16), nullable=False),
    sa.Column('organisation_id', sa.Integer(), nullable=False),
    sa.Column('campaign_id', sa.Integer(), nullable=False),
    sa.Column('kind', sa.String(length=40), nullable=False),
    sa.Column('subject_id', sa.Integer(), nullable=False),
    sa.Column('supporter_id', sa.Integer(), nullable=True),
    sa.Column('state', sa.String(length=40), nullable=False),
    sa.Column('public', sa.Boolean(), nullable=False),
    sa.Column('excerpt', sa.String(length=400), nullable=False),
    sa.Column('language', sa.String(length=8), nullable=False),
    sa.Column('signals', sa.JSON(), nullable=False),
    sa.Column('urgency', sa.Integer(), nullable=False),
    sa.Column('source', sa.String(length=43), nullable=False),
    sa.Column('likeness', sa.String(length=43), nullable=False),
    sa.Column('escalated_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('escalated_by', sa.Integer(), nullable=True),
    sa.Column('escalation', sa.String(length=600), nullable=False),
    sa.Column('claimed_by', sa.Integer(), nullable=True),
    sa.Column('claimed_until', sa.DateTime(timezone=True), nullable=True),
    sa.Column('decided_by', sa.Integer(), nullable=True),
    sa.Column('decided_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('reason', sa.String(length=40), nullable=False),
    sa.Column('reason_text', sa.String(length=1200), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('changed_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['campaign_id'], ['campaign.id'], name=op.f('fk_intake_item_campaign_id_campaign')),
    sa.ForeignKeyConstraint(['claimed_by'], ['person.id'], name=op.f('fk_intake_item_claimed_by_person')),
    sa.ForeignKeyConstraint(['decided_by'], ['person.id'], name=op.f('fk_intake_item_decided_by_person')),
    sa.ForeignKeyConstraint(['escalated_by'], ['person.id'], name=op.f('fk_intake_item_escalated_by_person')),
    sa.ForeignKeyConstraint(['organisation_id'], ['organisation.id'], name=op.f('fk_intake_item_organisation_id_organisation')),
    sa.ForeignKeyConstraint(['supporter_id'], ['supporter.id'], name=op.f('fk_intake_item_supporter_id_supporter'), ondelete='SET NULL'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_intake_item')),
    sa.UniqueConstraint('kind', 'subject_id', name=op.f('uq_intake_item_kind_subject_id')),
    sa.UniqueConstraint('pid', name=op.f('uq_intake_item_pid'))
    )
    with op.batch_alter_table('intake_item', schema=None) as batch_op:
        batch_op.create_index('ix_intake_item_campaign_id_created_at', ['campaign_id', 'created_at'], unique=False)
        batch_op.create_index('ix_intake_item_inbox', ['organisation_id', 'state', 'urgency', 'id'], unique=False)
        batch_op.create_index(batch_op.f('ix_intake_item_likeness'), ['likeness'], unique=False)
        batch_op.create_index(batch_op.f('ix_intake_item_supporter_id'), ['supporter_id'], unique=False)

    op.create_table('supporter_link',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('supporter_id', sa.Integer(), nullable=False),
    sa.Column('token_hash', sa.String(length=64), nullable=False),
    sa.Column('mailed', sa.Boolean(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('expires_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['supporter_id'], ['supporter.id'], name=op.f('fk_supporter_link_supporter_id_supporter'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_supporter_link')),
    sa.UniqueConstraint('token_hash', name=op.f('uq_supporter_link_token_hash'))
    )
    with op.batch_alter_table('supporter_link', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_supporter_link_supporter_id'), ['supporter_id'], unique=False)

    op.create_table('supporter_visit',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('token_hash', sa.String(length=64), nullable=False),
    sa.Column('supporter_id', sa.Integer(), nullable=False),
    sa.Column('mailed', sa.Boolean(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('expires_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['supporter_id'], ['supporter.id'], name=op.f('fk_supporter_visit_supporter_id_supporter'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_supporter_visit')),
    sa.UniqueConstraint('token_hash', name=op.f('uq_supporter_visit_token_hash'))
    )
    with op.batch_alter_table('supporter_visit', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_supporter_visit_supporter_id'), ['supporter_id'], unique=False)

    op.add_column('campaign', sa.Column('moderation', sa.String(length=40), nullable=False, server_default='pre'))
    op.add_column('campaign', sa.Column('statement', sa.JSON(), nullable=False, server_default='{}'))
    op.add_column('campaign', sa.Column('statement_at', sa.DateTime(timezone=True), nullable=True))



def downgrade() -> None:
    for name in ('statement_at', 'statement', 'moderation'):
        op.execute(f'ALTER TABLE campaign DROP COLUMN {name}')

    with op.batch_alter_table('supporter_visit', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_supporter_visit_supporter_id'))

    op.drop_table('supporter_visit')
    with op.batch_alter_table('supporter_link', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_supporter_link_supporter_id'))

    op.drop_table('supporter_link')
    with op.batch_alter_table('intake_item', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_intake_item_supporter_id'))
        batch_op.drop_index(batch_op.f('ix_intake_item_likeness'))
        batch_op.drop_index('ix_intake_item_inbox')
        batch_op.drop_index('ix_intake_item_campaign_id_created_at')

    op.drop_table('intake_item')
    with op.batch_alter_table('consent', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_consent_supporter_id'))
        batch_op.drop_index('ix_consent_subject_pid')
        batch_op.drop_index(batch_op.f('ix_consent_organisation_id'))

    op.drop_table('consent')
    with op.batch_alter_table('supporter', schema=None) as batch_op:
        batch_op.drop_index('ix_supporter_organisation_id_email')
        batch_op.drop_index(batch_op.f('ix_supporter_created_at'))

    op.drop_table('supporter')
