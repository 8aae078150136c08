"""Challenges: quantities, places, proofs, teams, streaks

Revision ID: 0006
Revises: 0005
"""

import sqlalchemy as sa
from alembic import op


revision = '0006'
down_revision = '0005'
branch_labels = None
depends_on = None


def challenge_columns() -> list[sa.Column]:
    return [
        sa.Column('decimals', sa.Integer(), nullable=False, server_default=sa.text('0')),
        sa.Column('usual', sa.BigInteger(), nullable=False, server_default=sa.text('0')),
        sa.Column('most', sa.BigInteger(), nullable=False, server_default=sa.text('0')),
        sa.Column('proof', sa.String(length=40), nullable=False, server_default=sa.text("'none'")),
        sa.Column('teams', sa.Boolean(), nullable=False, server_default=sa.false()),
    ]


def upgrade() -> None:
    for column in challenge_columns():  # one by one: other tables point here, so SQLite may not make it anew
        op.add_column('challenge', column)
    with op.batch_alter_table('challenge_act', schema=None) as batch_op:
        batch_op.add_column(sa.Column('supporter_id', sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column('quantity', sa.BigInteger(), nullable=False, server_default=sa.text('1000')))
        batch_op.add_column(sa.Column('done_on', sa.Date(), nullable=True))
        batch_op.add_column(sa.Column('place', sa.String(length=80), nullable=False, server_default=sa.text("''")))
        batch_op.add_column(sa.Column('pseudonym', sa.String(length=40), nullable=False, server_default=sa.text("''")))
        batch_op.add_column(sa.Column('group_name', sa.String(length=80), nullable=False, server_default=sa.text("''")))
        batch_op.add_column(sa.Column('team_id', sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column('link', sa.String(length=300), nullable=False, server_default=sa.text("''")))
        batch_op.add_column(sa.Column('proof_media_id', sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column('filed', sa.Boolean(), nullable=False, server_default=sa.false()))
        batch_op.create_foreign_key(batch_op.f('fk_challenge_act_supporter_id_supporter'), 'supporter', ['supporter_id'], ['id'], ondelete='SET NULL')
        batch_op.create_foreign_key(batch_op.f('fk_challenge_act_team_id_influencer'), 'influencer', ['team_id'], ['id'])
        batch_op.create_foreign_key(batch_op.f('fk_challenge_act_proof_media_id_media'), 'media', ['proof_media_id'], ['id'])
        batch_op.create_index(batch_op.f('ix_challenge_act_supporter_id'), ['supporter_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_challenge_act_team_id'), ['team_id'], unique=False)
        batch_op.create_index('uq_challenge_act_challenge_id_supporter_id', ['challenge_id', 'supporter_id'], unique=True)

    op.create_table('challenge_streak',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('pid', sa.String(length=16), nullable=False),
    sa.Column('supporter_id', sa.Integer(), nullable=False),
    sa.Column('campaign_id', sa.Integer(), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['campaign_id'], ['campaign.id'], name=op.f('fk_challenge_streak_campaign_id_campaign')),
    sa.ForeignKeyConstraint(['supporter_id'], ['supporter.id'], name=op.f('fk_challenge_streak_supporter_id_supporter'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_challenge_streak')),
    sa.UniqueConstraint('pid', name=op.f('uq_challenge_streak_pid')),
    sa.UniqueConstraint('supporter_id', 'campaign_id', name=op.f('uq_challenge_streak_supporter_id_campaign_id'))
    )
    op.create_index(op.f('ix_challenge_streak_campaign_id'), 'challenge_streak', ['campaign_id'], unique=False)

    op.create_table('challenge_miss',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('pid', sa.String(length=16), nullable=False),
    sa.Column('campaign_id', sa.Integer(), nullable=False),
    sa.Column('challenge_id', sa.Integer(), nullable=False),
    sa.Column('supporter_id', sa.Integer(), nullable=True),
    sa.Column('obstacle', sa.String(length=40), nullable=False),
    sa.Column('text', sa.String(length=400), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['campaign_id'], ['campaign.id'], name=op.f('fk_challenge_miss_campaign_id_campaign')),
    sa.ForeignKeyConstraint(['challenge_id'], ['challenge.id'], name=op.f('fk_challenge_miss_challenge_id_challenge')),
    sa.ForeignKeyConstraint(['supporter_id'], ['supporter.id'], name=op.f('fk_challenge_miss_supporter_id_supporter'), ondelete='SET NULL'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_challenge_miss')),
    sa.UniqueConstraint('challenge_id', 'supporter_id', name=op.f('uq_challenge_miss_challenge_id_supporter_id')),
    sa.UniqueConstraint('pid', name=op.f('uq_challenge_miss_pid'))
    )
    op.create_index(op.f('ix_challenge_miss_campaign_id'), 'challenge_miss', ['campaign_id'], unique=False)
    op.create_index(op.f('ix_challenge_miss_supporter_id'), 'challenge_miss', ['supporter_id'], unique=False)


def downgrade() -> None:
    op.drop_table('challenge_miss')
    op.drop_table('challenge_streak')
    with op.batch_alter_table('challenge_act', schema=None) as batch_op:
        batch_op.drop_index('uq_challenge_act_challenge_id_supporter_id')
        batch_op.drop_index(batch_op.f('ix_challenge_act_team_id'))
        batch_op.drop_index(batch_op.f('ix_challenge_act_supporter_id'))
        for name in ('proof_media_id_media', 'team_id_influencer', 'supporter_id_supporter'):
            batch_op.drop_constraint(batch_op.f(f'fk_challenge_act_{name}'), type_='foreignkey')
        for name in ('filed', 'proof_media_id', 'link', 'team_id', 'group_name', 'pseudonym', 'place', 'done_on', 'quantity', 'supporter_id'):
            batch_op.drop_column(name)
    for column in challenge_columns():
        op.execute(f'ALTER TABLE challenge DROP COLUMN {column.name}')
