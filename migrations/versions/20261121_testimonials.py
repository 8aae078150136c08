"""Testimonials: words, pictures and voices, their uses

Revision ID: 0007
Revises: 0006
"""

import sqlalchemy as sa
from alembic import op


revision = '0007'
down_revision = '0006'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('testimonial',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('pid', sa.String(length=16), nullable=False),
    sa.Column('campaign_id', sa.Integer(), nullable=False),
    sa.Column('supporter_id', sa.Integer(), nullable=True),
    sa.Column('person_id', sa.Integer(), nullable=True),
    sa.Column('text', sa.String(length=2000), nullable=False),
    sa.Column('language', sa.String(length=2), nullable=False),
    sa.Column('picture_id', sa.Integer(), nullable=True),
    sa.Column('alt_text', sa.String(length=600), nullable=False),
    sa.Column('voice_id', sa.Integer(), nullable=True),
    sa.Column('transcript', sa.String(length=3000), nullable=False),
    sa.Column('naming', sa.String(length=40), nullable=False),
    sa.Column('name', sa.String(length=60), nullable=False),
    sa.Column('guardian', sa.String(length=120), nullable=False),
    sa.Column('for_page', sa.Boolean(), nullable=False),
    sa.Column('for_story', sa.Boolean(), nullable=False),
    sa.Column('for_report', sa.Boolean(), nullable=False),
    sa.Column('may_correct', sa.Boolean(), nullable=False),
    sa.Column('featured_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('original', sa.JSON(), nullable=False),
    sa.Column('before', sa.JSON(), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('withdrawn_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['campaign_id'], ['campaign.id'], name=op.f('fk_testimonial_campaign_id_campaign')),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_testimonial_person_id_person')),
    sa.ForeignKeyConstraint(['picture_id'], ['media.id'], name=op.f('fk_testimonial_picture_id_media')),
    sa.ForeignKeyConstraint(['supporter_id'], ['supporter.id'], name=op.f('fk_testimonial_supporter_id_supporter'), ondelete='SET NULL'),
    sa.ForeignKeyConstraint(['voice_id'], ['media.id'], name=op.f('fk_testimonial_voice_id_media')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_testimonial')),
    sa.UniqueConstraint('pid', name=op.f('uq_testimonial_pid'))
    )
    with op.batch_alter_table('testimonial', schema=None) as batch_op:
        batch_op.create_index('ix_testimonial_campaign_id_featured_at', ['campaign_id', 'featured_at'], unique=False)
        batch_op.create_index(batch_op.f('ix_testimonial_picture_id'), ['picture_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_testimonial_supporter_id'), ['supporter_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_testimonial_voice_id'), ['voice_id'], unique=False)

    op.create_table('testimonial_card',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('pid', sa.String(length=16), nullable=False),
    sa.Column('testimonial_id', sa.Integer(), nullable=False),
    sa.Column('part', sa.Integer(), nullable=False),
    sa.Column('media_id', sa.Integer(), nullable=False),
    sa.Column('text', sa.String(length=3000), nullable=False),
    sa.Column('weekday', sa.Integer(), nullable=False),
    sa.Column('language', sa.String(length=2), nullable=False),
    sa.Column('made_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['media_id'], ['media.id'], name=op.f('fk_testimonial_card_media_id_media')),
    sa.ForeignKeyConstraint(['testimonial_id'], ['testimonial.id'], name=op.f('fk_testimonial_card_testimonial_id_testimonial')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_testimonial_card')),
    sa.UniqueConstraint('pid', name=op.f('uq_testimonial_card_pid')),
    sa.UniqueConstraint('testimonial_id', 'part', name=op.f('uq_testimonial_card_testimonial_id_part'))
    )
    with op.batch_alter_table('testimonial_card', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_testimonial_card_media_id'), ['media_id'], unique=False)

    op.create_table('testimonial_use',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('testimonial_id', sa.Integer(), nullable=False),
    sa.Column('campaign_id', sa.Integer(), nullable=False),
    sa.Column('place', sa.String(length=40), nullable=False),
    sa.Column('subject_pid', sa.String(length=16), nullable=False),
    sa.Column('day', sa.Integer(), nullable=True),
    sa.Column('part', sa.Integer(), nullable=True),
    sa.Column('carrier', sa.String(length=120), nullable=False),
    sa.Column('channel', sa.String(length=20), nullable=False),
    sa.Column('due_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('url', sa.String(length=500), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('ended_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('fate', sa.String(length=40), nullable=True),
    sa.Column('why', sa.String(length=40), nullable=True),
    sa.ForeignKeyConstraint(['campaign_id'], ['campaign.id'], name=op.f('fk_testimonial_use_campaign_id_campaign')),
    sa.ForeignKeyConstraint(['testimonial_id'], ['testimonial.id'], name=op.f('fk_testimonial_use_testimonial_id_testimonial')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_testimonial_use'))
    )
    with op.batch_alter_table('testimonial_use', schema=None) as batch_op:
        batch_op.create_index('ix_testimonial_use_campaign_id_ended_at', ['campaign_id', 'ended_at'], unique=False)
        batch_op.create_index(batch_op.f('ix_testimonial_use_subject_pid'), ['subject_pid'], unique=False)
        batch_op.create_index(batch_op.f('ix_testimonial_use_testimonial_id'), ['testimonial_id'], unique=False)



def downgrade() -> None:
    with op.batch_alter_table('testimonial_use', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_testimonial_use_testimonial_id'))
        batch_op.drop_index(batch_op.f('ix_testimonial_use_subject_pid'))
        batch_op.drop_index('ix_testimonial_use_campaign_id_ended_at')

    op.drop_table('testimonial_use')
    with op.batch_alter_table('testimonial_card', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_testimonial_card_media_id'))

    op.drop_table('testimonial_card')
    with op.batch_alter_table('testimonial', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_testimonial_voice_id'))
        batch_op.drop_index(batch_op.f('ix_testimonial_supporter_id'))
        batch_op.drop_index(batch_op.f('ix_testimonial_picture_id'))
        batch_op.drop_index('ix_testimonial_campaign_id_featured_at')

    op.drop_table('testimonial')
