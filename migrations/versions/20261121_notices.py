"""Notices of illegal content and their decisions

Revision ID: 0010
Revises: 0009
"""

import sqlalchemy as sa
from alembic import op


revision = '0010'
down_revision = '0009'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('notice',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('pid', sa.String(length=16), nullable=False),
    sa.Column('organisation_id', sa.Integer(), nullable=False),
    sa.Column('campaign_id', sa.Integer(), nullable=True),
    sa.Column('item_id', sa.Integer(), nullable=True),
    sa.Column('category', sa.String(length=40), nullable=False),
    sa.Column('address', sa.String(length=500), nullable=False),
    sa.Column('reason', sa.String(length=4000), nullable=False),
    sa.Column('quoted', sa.String(length=4000), nullable=False),
    sa.Column('name', sa.String(length=120), nullable=False),
    sa.Column('email', sa.String(length=254), nullable=False),
    sa.Column('language', sa.String(length=2), nullable=False),
    sa.Column('doubtful', sa.Boolean(), nullable=False),
    sa.Column('source', sa.String(length=43), nullable=False),
    sa.Column('state', sa.String(length=40), nullable=False),
    sa.Column('claimed_by', sa.Integer(), nullable=True),
    sa.Column('claimed_until', sa.DateTime(timezone=True), nullable=True),
    sa.Column('authority_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('authority_note', sa.String(length=400), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['campaign_id'], ['campaign.id'], name=op.f('fk_notice_campaign_id_campaign')),
    sa.ForeignKeyConstraint(['claimed_by'], ['person.id'], name=op.f('fk_notice_claimed_by_person')),
    sa.ForeignKeyConstraint(['item_id'], ['intake_item.id'], name=op.f('fk_notice_item_id_intake_item'), ondelete='SET NULL'),
    sa.ForeignKeyConstraint(['organisation_id'], ['organisation.id'], name=op.f('fk_notice_organisation_id_organisation')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_notice')),
    sa.UniqueConstraint('pid', name=op.f('uq_notice_pid'))
    )
    with op.batch_alter_table('notice', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_notice_campaign_id'), ['campaign_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_notice_item_id'), ['item_id'], unique=False)
        batch_op.create_index('ix_notice_register', ['organisation_id', 'state', 'created_at'], unique=False)

    op.create_table('notice_decision',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('pid', sa.String(length=16), nullable=False),
    sa.Column('notice_id', sa.Integer(), nullable=False),
    sa.Column('round', sa.Integer(), nullable=False),
    sa.Column('outcome', sa.String(length=40), nullable=False),
    sa.Column('ground', sa.String(length=40), nullable=True),
    sa.Column('basis', sa.String(length=600), nullable=False),
    sa.Column('facts', sa.String(length=3000), nullable=False),
    sa.Column('unfounded', sa.Boolean(), nullable=False),
    sa.Column('alone', sa.Boolean(), nullable=False),
    sa.Column('before', sa.String(length=40), nullable=True),
    sa.Column('task_by', sa.DateTime(timezone=True), nullable=True),
    sa.Column('done_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('done_note', sa.String(length=600), nullable=False),
    sa.Column('supporter_id', sa.Integer(), nullable=True),
    sa.Column('author_email', sa.String(length=254), nullable=False),
    sa.Column('author_language', sa.String(length=2), nullable=False),
    sa.Column('person_id', sa.Integer(), nullable=True),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['notice_id'], ['notice.id'], name=op.f('fk_notice_decision_notice_id_notice'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_notice_decision_person_id_person')),
    sa.ForeignKeyConstraint(['supporter_id'], ['supporter.id'], name=op.f('fk_notice_decision_supporter_id_supporter'), ondelete='SET NULL'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_notice_decision')),
    sa.UniqueConstraint('notice_id', 'round', name=op.f('uq_notice_decision_notice_id_round')),
    sa.UniqueConstraint('pid', name=op.f('uq_notice_decision_pid'))
    )
    with op.batch_alter_table('notice_decision', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_notice_decision_supporter_id'), ['supporter_id'], unique=False)

    op.create_table('notice_link',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('notice_id', sa.Integer(), nullable=False),
    sa.Column('side', sa.String(length=40), nullable=False),
    sa.Column('token_hash', sa.String(length=64), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['notice_id'], ['notice.id'], name=op.f('fk_notice_link_notice_id_notice'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_notice_link')),
    sa.UniqueConstraint('token_hash', name=op.f('uq_notice_link_token_hash'))
    )
    with op.batch_alter_table('notice_link', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_notice_link_notice_id'), ['notice_id'], unique=False)

    op.create_table('notice_appeal',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('pid', sa.String(length=16), nullable=False),
    sa.Column('notice_id', sa.Integer(), nullable=False),
    sa.Column('decision_id', sa.Integer(), nullable=False),
    sa.Column('side', sa.String(length=40), nullable=False),
    sa.Column('text', sa.String(length=3000), nullable=False),
    sa.Column('answer_id', sa.Integer(), nullable=True),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['answer_id'], ['notice_decision.id'], name=op.f('fk_notice_appeal_answer_id_notice_decision'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['decision_id'], ['notice_decision.id'], name=op.f('fk_notice_appeal_decision_id_notice_decision'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['notice_id'], ['notice.id'], name=op.f('fk_notice_appeal_notice_id_notice'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_notice_appeal')),
    sa.UniqueConstraint('notice_id', 'side', name=op.f('uq_notice_appeal_notice_id_side')),
    sa.UniqueConstraint('pid', name=op.f('uq_notice_appeal_pid'))
    )
    with op.batch_alter_table('notice_appeal', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_notice_appeal_decision_id'), ['decision_id'], unique=False)


def downgrade() -> None:
    with op.batch_alter_table('notice_appeal', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_notice_appeal_decision_id'))

    op.drop_table('notice_appeal')
    with op.batch_alter_table('notice_link', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_notice_link_notice_id'))

    op.drop_table('notice_link')
    with op.batch_alter_table('notice_decision', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_notice_decision_supporter_id'))

    op.drop_table('notice_decision')
    with op.batch_alter_table('notice', schema=None) as batch_op:
        batch_op.drop_index('ix_notice_register')
        batch_op.drop_index(batch_op.f('ix_notice_item_id'))
        batch_op.drop_index(batch_op.f('ix_notice_campaign_id'))

    op.drop_table('notice')
