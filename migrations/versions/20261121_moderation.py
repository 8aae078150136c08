"""Moderation: the organisation's words, proofs given, reasons, who looked, alerts; networks and repeats of items

Revision ID: 0009
Revises: 0008
"""

import sqlalchemy as sa
from alembic import op


revision = '0009'
down_revision = '0008'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('spent_proof',
    sa.Column('proof', sa.String(length=43), nullable=False),
    sa.Column('expires_at', sa.DateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('proof', name=op.f('pk_spent_proof'))
    )
    with op.batch_alter_table('spent_proof', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_spent_proof_expires_at'), ['expires_at'], unique=False)

    op.create_table('lexicon_word',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('pid', sa.String(length=16), nullable=False),
    sa.Column('organisation_id', sa.Integer(), nullable=False),
    sa.Column('word', sa.String(length=60), nullable=False),
    sa.Column('watch', sa.String(length=40), nullable=False),
    sa.Column('added_by', sa.Integer(), nullable=True),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['added_by'], ['person.id'], name=op.f('fk_lexicon_word_added_by_person')),
    sa.ForeignKeyConstraint(['organisation_id'], ['organisation.id'], name=op.f('fk_lexicon_word_organisation_id_organisation')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_lexicon_word')),
    sa.UniqueConstraint('organisation_id', 'word', name=op.f('uq_lexicon_word_organisation_id_word')),
    sa.UniqueConstraint('pid', name=op.f('uq_lexicon_word_pid'))
    )
    with op.batch_alter_table('lexicon_word', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_lexicon_word_organisation_id'), ['organisation_id'], unique=False)

    op.create_table('moderation_reason',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('pid', sa.String(length=16), nullable=False),
    sa.Column('organisation_id', sa.Integer(), nullable=False),
    sa.Column('verb', sa.String(length=40), nullable=False),
    sa.Column('title', sa.String(length=80), nullable=False),
    sa.Column('text_fr', sa.String(length=600), nullable=False),
    sa.Column('text_en', sa.String(length=600), nullable=False),
    sa.Column('created_by', sa.Integer(), nullable=True),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('retired_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['created_by'], ['person.id'], name=op.f('fk_moderation_reason_created_by_person')),
    sa.ForeignKeyConstraint(['organisation_id'], ['organisation.id'], name=op.f('fk_moderation_reason_organisation_id_organisation')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_moderation_reason')),
    sa.UniqueConstraint('pid', name=op.f('uq_moderation_reason_pid'))
    )
    with op.batch_alter_table('moderation_reason', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_moderation_reason_organisation_id'), ['organisation_id'], unique=False)

    op.create_table('moderation_alert',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('pid', sa.String(length=16), nullable=False),
    sa.Column('organisation_id', sa.Integer(), nullable=False),
    sa.Column('campaign_id', sa.Integer(), nullable=False),
    sa.Column('kind', sa.String(length=40), nullable=False),
    sa.Column('running', sa.String(length=40), nullable=True),
    sa.Column('count', sa.Integer(), nullable=False),
    sa.Column('total', sa.Integer(), nullable=False),
    sa.Column('usual', sa.Float(), nullable=False),
    sa.Column('examples', sa.JSON(), nullable=False),
    sa.Column('opened_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('seen_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('calm_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('acknowledged_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('acknowledged_by', sa.Integer(), nullable=True),
    sa.Column('note', sa.String(length=600), nullable=False),
    sa.ForeignKeyConstraint(['acknowledged_by'], ['person.id'], name=op.f('fk_moderation_alert_acknowledged_by_person')),
    sa.ForeignKeyConstraint(['campaign_id'], ['campaign.id'], name=op.f('fk_moderation_alert_campaign_id_campaign')),
    sa.ForeignKeyConstraint(['organisation_id'], ['organisation.id'], name=op.f('fk_moderation_alert_organisation_id_organisation')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_moderation_alert')),
    sa.UniqueConstraint('pid', name=op.f('uq_moderation_alert_pid')),
    sa.UniqueConstraint('running', name=op.f('uq_moderation_alert_running'))
    )
    with op.batch_alter_table('moderation_alert', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_moderation_alert_campaign_id'), ['campaign_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_moderation_alert_organisation_id'), ['organisation_id'], unique=False)

    op.create_table('moderation_look',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('item_id', sa.Integer(), nullable=False),
    sa.Column('person_id', sa.Integer(), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['item_id'], ['intake_item.id'], name=op.f('fk_moderation_look_item_id_intake_item'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_moderation_look_person_id_person')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_moderation_look')),
    sa.UniqueConstraint('item_id', 'person_id', name=op.f('uq_moderation_look_item_id_person_id'))
    )
    with op.batch_alter_table('moderation_look', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_moderation_look_person_id'), ['person_id'], unique=False)

    # Plain ALTER TABLE, never a new table in its place: others point to these two.
    op.add_column('campaign', sa.Column('alert_at', sa.DateTime(timezone=True), nullable=True))
    op.add_column('intake_item', sa.Column('network', sa.String(length=43), nullable=False, server_default=''))
    op.add_column('intake_item', sa.Column('alike', sa.Integer(), nullable=False, server_default='0'))
    op.add_column('intake_item', sa.Column('tell_at', sa.DateTime(timezone=True), nullable=True))
    op.drop_index('ix_intake_item_likeness', 'intake_item')
    op.create_index('ix_intake_item_alike', 'intake_item', ['likeness', 'state', 'kind', 'id'])
    op.create_index('ix_intake_item_claimed_by', 'intake_item', ['claimed_by'])
    op.create_index('ix_intake_item_decided', 'intake_item', ['decided_by', 'decided_at'])
    op.create_index('ix_intake_item_network', 'intake_item', ['campaign_id', 'network', 'created_at'])
    op.create_index('ix_intake_item_tell_at', 'intake_item', ['tell_at'])


def downgrade() -> None:
    for name in ('tell_at', 'network', 'decided', 'claimed_by', 'alike'):
        op.drop_index(f'ix_intake_item_{name}', 'intake_item')
    op.create_index('ix_intake_item_likeness', 'intake_item', ['likeness'])
    for column in ('tell_at', 'alike', 'network'):
        op.execute(f'ALTER TABLE intake_item DROP COLUMN {column}')
    op.execute('ALTER TABLE campaign DROP COLUMN alert_at')
    for table in ('moderation_look', 'moderation_alert', 'moderation_reason', 'lexicon_word', 'spent_proof'):
        op.drop_table(table)
