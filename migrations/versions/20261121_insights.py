"""Insights: sums by day, what was typed of reach, costs, open data

Revision ID: 0025
Revises: 0024
"""

import sqlalchemy as sa
from alembic import op

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None

METRICS = ("views", "reached", "forward", "back", "exits", "replies", "link_taps", "shares")


def upgrade() -> None:
    op.create_table('insight_tally',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('campaign_id', sa.Integer(), nullable=False),
    sa.Column('measure', sa.String(length=40), nullable=False),
    sa.Column('on_date', sa.Date(), nullable=False),
    sa.Column('influencer_id', sa.Integer(), nullable=False),
    sa.Column('challenge_id', sa.Integer(), nullable=False),
    sa.Column('frame_id', sa.Integer(), nullable=False),
    sa.Column('channel', sa.String(length=40), nullable=False),
    sa.Column('language', sa.String(length=8), nullable=False),
    sa.Column('number', sa.BigInteger(), nullable=False),
    sa.Column('amount_minor', sa.BigInteger(), nullable=False),
    sa.ForeignKeyConstraint(['campaign_id'], ['campaign.id'], name=op.f('fk_insight_tally_campaign_id_campaign')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_insight_tally')),
    sa.UniqueConstraint(
        'campaign_id', 'measure', 'on_date', 'influencer_id', 'challenge_id', 'frame_id', 'channel', 'language',
        name='uq_insight_tally_sum',
    )
    )
    op.create_table('insight_run',
    sa.Column('campaign_id', sa.Integer(), nullable=False),
    sa.Column('counted_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('seconds', sa.Float(), nullable=False),
    sa.Column('pulse', sa.String(length=400), nullable=False),
    sa.Column('medians', sa.JSON(), nullable=False),
    sa.ForeignKeyConstraint(['campaign_id'], ['campaign.id'], name=op.f('fk_insight_run_campaign_id_campaign')),
    sa.PrimaryKeyConstraint('campaign_id', name=op.f('pk_insight_run'))
    )
    op.create_table('insight_reach',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('campaign_id', sa.Integer(), nullable=False),
    sa.Column('frame_id', sa.Integer(), nullable=False),
    sa.Column('influencer_id', sa.Integer(), nullable=False),
    sa.Column('channel', sa.String(length=20), nullable=False),
    *(sa.Column(name, sa.Integer(), nullable=True) for name in METRICS),
    sa.Column('typed_by', sa.Integer(), nullable=True),
    sa.Column('typed_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['campaign_id'], ['campaign.id'], name=op.f('fk_insight_reach_campaign_id_campaign')),
    sa.ForeignKeyConstraint(['frame_id'], ['frame.id'], name=op.f('fk_insight_reach_frame_id_frame'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['typed_by'], ['person.id'], name=op.f('fk_insight_reach_typed_by_person')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_insight_reach'))
    )
    op.create_index('uq_insight_reach_source', 'insight_reach', ['frame_id', 'influencer_id', 'channel'], unique=True)
    op.create_index(op.f('ix_insight_reach_campaign_id'), 'insight_reach', ['campaign_id'], unique=False)
    op.create_table('insight_cost',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('pid', sa.String(length=16), nullable=False),
    sa.Column('campaign_id', sa.Integer(), nullable=False),
    sa.Column('kind', sa.String(length=40), nullable=False),
    sa.Column('label', sa.String(length=120), nullable=False),
    sa.Column('on_date', sa.Date(), nullable=False),
    sa.Column('minutes', sa.Integer(), nullable=False),
    sa.Column('amount_minor', sa.BigInteger(), nullable=False),
    sa.Column('influencer_id', sa.Integer(), nullable=True),
    sa.Column('created_by', sa.Integer(), nullable=True),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint('amount_minor >= 0 AND minutes >= 0', name=op.f('ck_insight_cost_amount')),
    sa.ForeignKeyConstraint(['campaign_id'], ['campaign.id'], name=op.f('fk_insight_cost_campaign_id_campaign')),
    sa.ForeignKeyConstraint(['created_by'], ['person.id'], name=op.f('fk_insight_cost_created_by_person')),
    sa.ForeignKeyConstraint(['influencer_id'], ['influencer.id'], name=op.f('fk_insight_cost_influencer_id_influencer')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_insight_cost')),
    sa.UniqueConstraint('pid', name=op.f('uq_insight_cost_pid'))
    )
    op.create_index(op.f('ix_insight_cost_campaign_id'), 'insight_cost', ['campaign_id'], unique=False)
    op.create_index(op.f('ix_insight_cost_influencer_id'), 'insight_cost', ['influencer_id'], unique=False)
    op.create_table('insight_open_data',
    sa.Column('campaign_id', sa.Integer(), nullable=False),
    sa.Column('document', sa.JSON(), nullable=False),
    sa.Column('published_by', sa.Integer(), nullable=True),
    sa.Column('published_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('withdrawn_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['campaign_id'], ['campaign.id'], name=op.f('fk_insight_open_data_campaign_id_campaign')),
    sa.ForeignKeyConstraint(['published_by'], ['person.id'], name=op.f('fk_insight_open_data_published_by_person')),
    sa.PrimaryKeyConstraint('campaign_id', name=op.f('pk_insight_open_data'))
    )


def downgrade() -> None:
    for table in ('insight_open_data', 'insight_cost', 'insight_reach', 'insight_run', 'insight_tally'):
        op.drop_table(table)
