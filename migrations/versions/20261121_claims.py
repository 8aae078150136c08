"""Claims, sources, checks, corrections

Revision ID: 0011
Revises: 0010
"""

import sqlalchemy as sa
from alembic import op

revision = '0011'
down_revision = '0010'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('claim',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('pid', sa.String(length=16), nullable=False),
    sa.Column('campaign_id', sa.Integer(), nullable=False),
    sa.Column('subject', sa.String(length=40), nullable=False),
    sa.Column('subject_pid', sa.String(length=16), nullable=False),
    sa.Column('words', sa.String(length=600), nullable=False),
    sa.Column('author_id', sa.Integer(), nullable=True),
    sa.Column('verdict', sa.String(length=40), nullable=True),
    sa.Column('note', sa.String(length=600), nullable=False),
    sa.Column('context', sa.Text(), nullable=False),
    sa.Column('valid_until', sa.Date(), nullable=True),
    sa.Column('checked_by', sa.Integer(), nullable=True),
    sa.Column('checked_as', sa.String(length=120), nullable=False),
    sa.Column('checked_alone', sa.Boolean(), nullable=False),
    sa.Column('checked_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('warned', sa.Integer(), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['author_id'], ['person.id'], name=op.f('fk_claim_author_id_person')),
    sa.ForeignKeyConstraint(['campaign_id'], ['campaign.id'], name=op.f('fk_claim_campaign_id_campaign')),
    sa.ForeignKeyConstraint(['checked_by'], ['person.id'], name=op.f('fk_claim_checked_by_person')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_claim')),
    sa.UniqueConstraint('pid', name=op.f('uq_claim_pid'))
    )
    op.create_index(op.f('ix_claim_campaign_id'), 'claim', ['campaign_id'], unique=False)
    op.create_index('ix_claim_subject', 'claim', ['subject_pid', 'subject'], unique=False)
    op.create_table('claim_dismissal',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('campaign_id', sa.Integer(), nullable=False),
    sa.Column('digest', sa.String(length=64), nullable=False),
    sa.Column('sentence', sa.String(length=1200), nullable=False),
    sa.Column('person_id', sa.Integer(), nullable=True),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['campaign_id'], ['campaign.id'], name=op.f('fk_claim_dismissal_campaign_id_campaign')),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_claim_dismissal_person_id_person')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_claim_dismissal')),
    sa.UniqueConstraint('campaign_id', 'digest', name=op.f('uq_claim_dismissal_campaign_id_digest'))
    )
    op.create_table('claim_nothing',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('campaign_id', sa.Integer(), nullable=False),
    sa.Column('person_id', sa.Integer(), nullable=True),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['campaign_id'], ['campaign.id'], name=op.f('fk_claim_nothing_campaign_id_campaign')),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_claim_nothing_person_id_person')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_claim_nothing')),
    sa.UniqueConstraint('campaign_id', name=op.f('uq_claim_nothing_campaign_id'))
    )
    op.create_table('claim_correction',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('pid', sa.String(length=16), nullable=False),
    sa.Column('campaign_id', sa.Integer(), nullable=False),
    sa.Column('claim_id', sa.Integer(), nullable=False),
    sa.Column('said', sa.String(length=600), nullable=False),
    sa.Column('right', sa.String(length=600), nullable=False),
    sa.Column('since', sa.Date(), nullable=False),
    sa.Column('why', sa.String(length=600), nullable=False),
    sa.Column('source_title', sa.String(length=200), nullable=False),
    sa.Column('source_url', sa.String(length=500), nullable=False),
    sa.Column('person_id', sa.Integer(), nullable=True),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('frame_pid', sa.String(length=16), nullable=False),
    sa.ForeignKeyConstraint(['campaign_id'], ['campaign.id'], name=op.f('fk_claim_correction_campaign_id_campaign')),
    sa.ForeignKeyConstraint(['claim_id'], ['claim.id'], name=op.f('fk_claim_correction_claim_id_claim')),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_claim_correction_person_id_person')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_claim_correction')),
    sa.UniqueConstraint('pid', name=op.f('uq_claim_correction_pid'))
    )
    op.create_index(op.f('ix_claim_correction_campaign_id'), 'claim_correction', ['campaign_id'], unique=False)
    op.create_index(op.f('ix_claim_correction_claim_id'), 'claim_correction', ['claim_id'], unique=False)
    op.create_table('claim_source',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('pid', sa.String(length=16), nullable=False),
    sa.Column('claim_id', sa.Integer(), nullable=False),
    sa.Column('title', sa.String(length=200), nullable=False),
    sa.Column('publisher', sa.String(length=120), nullable=False),
    sa.Column('url', sa.String(length=500), nullable=False),
    sa.Column('published_on', sa.Date(), nullable=True),
    sa.Column('quote', sa.String(length=1200), nullable=False),
    sa.Column('archive', sa.Text(), nullable=False),
    sa.Column('archived_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('archive_sha256', sa.String(length=64), nullable=False),
    sa.Column('fetched', sa.Boolean(), nullable=False),
    sa.ForeignKeyConstraint(['claim_id'], ['claim.id'], name=op.f('fk_claim_source_claim_id_claim'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_claim_source')),
    sa.UniqueConstraint('pid', name=op.f('uq_claim_source_pid'))
    )
    op.create_index(op.f('ix_claim_source_claim_id'), 'claim_source', ['claim_id'], unique=False)


def downgrade() -> None:
    # The release before knows no posts held for a claim: a person looks at them there.
    op.execute("UPDATE post SET hold = 'person' WHERE hold = 'claim'")
    op.drop_index(op.f('ix_claim_source_claim_id'), table_name='claim_source')
    op.drop_table('claim_source')
    op.drop_index(op.f('ix_claim_correction_claim_id'), table_name='claim_correction')
    op.drop_index(op.f('ix_claim_correction_campaign_id'), table_name='claim_correction')
    op.drop_table('claim_correction')
    op.drop_table('claim_nothing')
    op.drop_table('claim_dismissal')
    op.drop_index('ix_claim_subject', table_name='claim')
    op.drop_index(op.f('ix_claim_campaign_id'), table_name='claim')
    op.drop_table('claim')
