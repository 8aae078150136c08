"""Privacy: retention runs, erasures, agreements of who is in a picture

Revision ID: 0004
Revises: 0003
"""

import sqlalchemy as sa
from alembic import op

revision = '0004'
down_revision = '0003'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        'erasure',
        sa.Column('id', sa.Integer(), nullable=False),
        sa.Column('pid', sa.String(length=16), nullable=False),
        sa.Column('organisation_id', sa.Integer(), nullable=False),
        sa.Column('by_person', sa.Integer(), nullable=True),
        sa.Column('counts', sa.JSON(), nullable=False),
        sa.Column('kept', sa.JSON(), nullable=False),
        sa.Column('at', sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(['by_person'], ['person.id'], name=op.f('fk_erasure_by_person_person')),
        sa.ForeignKeyConstraint(['organisation_id'], ['organisation.id'], name=op.f('fk_erasure_organisation_id_organisation')),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_erasure')),
        sa.UniqueConstraint('pid', name=op.f('uq_erasure_pid')),
    )
    op.create_index(op.f('ix_erasure_organisation_id'), 'erasure', ['organisation_id'])
    op.create_table(
        'retention_run',
        sa.Column('id', sa.Integer(), nullable=False),
        sa.Column('counts', sa.JSON(), nullable=False),
        sa.Column('at', sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_retention_run')),
    )
    op.create_index(op.f('ix_retention_run_at'), 'retention_run', ['at'])
    op.create_table(
        'portrait',
        sa.Column('id', sa.Integer(), nullable=False),
        sa.Column('media_id', sa.Integer(), nullable=False),
        sa.Column('shows', sa.String(length=40), nullable=False),
        sa.Column('who', sa.String(length=120), nullable=False),
        sa.Column('guardian', sa.String(length=120), nullable=False),
        sa.Column('agreed_on', sa.Date(), nullable=True),
        sa.Column('expires_on', sa.Date(), nullable=True),
        sa.Column('kept_at', sa.String(length=200), nullable=False),
        sa.Column('withdrawn_at', sa.DateTime(timezone=True), nullable=True),
        sa.Column('declared_by', sa.Integer(), nullable=True),
        sa.Column('declared_at', sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(['declared_by'], ['person.id'], name=op.f('fk_portrait_declared_by_person')),
        sa.ForeignKeyConstraint(['media_id'], ['media.id'], name=op.f('fk_portrait_media_id_media'), ondelete='CASCADE'),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_portrait')),
        sa.UniqueConstraint('media_id', name=op.f('uq_portrait_media_id')),
    )


def downgrade() -> None:
    op.drop_table('portrait')
    op.drop_table('retention_run')
    op.drop_table('erasure')
