"""Short links, counts of visits, and by which link a gift, an act, a voice or a question came

Revision ID: 0024
Revises: 0023
"""

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None

ATTRIBUTED = ("gift", "giving_plan", "challenge_act", "testimonial", "question")


def upgrade() -> None:
    op.create_table('tracked_link',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('pid', sa.String(length=16), nullable=False),
    sa.Column('campaign_id', sa.Integer(), nullable=False),
    sa.Column('code', sa.String(length=12), nullable=False),
    sa.Column('label', sa.String(length=80), nullable=False),
    sa.Column('place', sa.String(length=40), nullable=False),
    sa.Column('day_number', sa.Integer(), nullable=False),
    sa.Column('influencer_id', sa.Integer(), nullable=True),
    sa.Column('frame_id', sa.Integer(), nullable=True),
    sa.Column('channel', sa.String(length=20), nullable=False),
    sa.Column('utm', sa.JSON(), nullable=False),
    sa.Column('laid_key', sa.String(length=80), nullable=True),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('retired_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['campaign_id'], ['campaign.id'], name=op.f('fk_tracked_link_campaign_id_campaign')),
    sa.ForeignKeyConstraint(['frame_id'], ['frame.id'], name=op.f('fk_tracked_link_frame_id_frame'), ondelete='SET NULL'),
    sa.ForeignKeyConstraint(['influencer_id'], ['influencer.id'], name=op.f('fk_tracked_link_influencer_id_influencer')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_tracked_link')),
    sa.UniqueConstraint('campaign_id', 'laid_key', name=op.f('uq_tracked_link_campaign_id_laid_key')),
    sa.UniqueConstraint('code', name=op.f('uq_tracked_link_code')),
    sa.UniqueConstraint('pid', name=op.f('uq_tracked_link_pid'))
    )
    for name in ('campaign_id', 'frame_id', 'influencer_id'):
        op.create_index(op.f(f'ix_tracked_link_{name}'), 'tracked_link', [name], unique=False)

    op.create_table('visit_count',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('campaign_id', sa.Integer(), nullable=False),
    sa.Column('on_date', sa.Date(), nullable=False),
    sa.Column('place', sa.String(length=40), nullable=False),
    sa.Column('link_id', sa.Integer(), nullable=False),
    sa.Column('influencer_id', sa.Integer(), nullable=False),
    sa.Column('channel', sa.String(length=40), nullable=False),
    sa.Column('language', sa.String(length=2), nullable=False),
    *(
        sa.Column(name, sa.Integer(), nullable=False)
        for name in ('people', 'newcomers', 'reached', 'came', 'visits', 'bots', 'previews')
    ),
    sa.ForeignKeyConstraint(['campaign_id'], ['campaign.id'], name=op.f('fk_visit_count_campaign_id_campaign')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_visit_count')),
    sa.UniqueConstraint(
        'campaign_id', 'on_date', 'place', 'link_id', 'influencer_id', 'channel', 'language',
        name='uq_visit_count_cell',
    )
    )
    op.create_index('ix_visit_count_campaign_id_link_id', 'visit_count', ['campaign_id', 'link_id'], unique=False)

    op.create_table('visit_key',
    sa.Column('campaign_id', sa.Integer(), nullable=False),
    sa.Column('key', sa.String(length=64), nullable=False),
    sa.ForeignKeyConstraint(['campaign_id'], ['campaign.id'], name=op.f('fk_visit_key_campaign_id_campaign')),
    sa.PrimaryKeyConstraint('campaign_id', name=op.f('pk_visit_key'))
    )
    op.create_table('visit_mark',
    sa.Column('campaign_id', sa.Integer(), nullable=False),
    sa.Column('mark', sa.String(length=43), nullable=False),
    sa.Column('on_date', sa.Date(), nullable=False),
    sa.Column('places', sa.Integer(), nullable=False),
    sa.Column('links', sa.JSON(), nullable=False),
    sa.Column('channel', sa.String(length=40), nullable=False),
    sa.ForeignKeyConstraint(['campaign_id'], ['campaign.id'], name=op.f('fk_visit_mark_campaign_id_campaign')),
    sa.PrimaryKeyConstraint('campaign_id', 'mark', name=op.f('pk_visit_mark'))
    )
    op.create_index(op.f('ix_visit_mark_on_date'), 'visit_mark', ['on_date'], unique=False)

    for table in ATTRIBUTED:  # written out: other tables point here, so SQLite may not make them anew
        op.execute(
            f'ALTER TABLE {table} ADD COLUMN link_id INTEGER'
            f' CONSTRAINT fk_{table}_link_id_tracked_link REFERENCES tracked_link (id)'
        )
        op.create_index(op.f(f'ix_{table}_link_id'), table, ['link_id'], unique=False)
    op.execute(
        'ALTER TABLE giving_plan ADD COLUMN influencer_id INTEGER'
        ' CONSTRAINT fk_giving_plan_influencer_id_influencer REFERENCES influencer (id)'
    )


def downgrade() -> None:
    op.drop_column('giving_plan', 'influencer_id')
    for table in ATTRIBUTED:
        op.drop_index(op.f(f'ix_{table}_link_id'), table)
        op.drop_column(table, 'link_id')
    for table in ('visit_mark', 'visit_key', 'visit_count', 'tracked_link'):
        op.drop_table(table)
