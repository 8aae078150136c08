"""The log of what is public; updates with several pictures, a video, corrections

Revision ID: 0022
Revises: 0021
"""

import secrets

import sqlalchemy as sa
from alembic import op


revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None

SQLITE_APPEND_ONLY = [
    (
        "CREATE TRIGGER log_entry_no_update BEFORE UPDATE ON log_entry "
        "BEGIN SELECT RAISE(ABORT, 'the log is only added to'); END"
    ),
    (
        "CREATE TRIGGER log_entry_no_delete BEFORE DELETE ON log_entry "
        "BEGIN SELECT RAISE(ABORT, 'the log is only added to'); END"
    ),
    (
        "CREATE TRIGGER log_content_no_update BEFORE UPDATE ON log_content "
        "BEGIN SELECT RAISE(ABORT, 'the log is only added to'); END"
    ),
]
POSTGRES_APPEND_ONLY = [
    (
        "CREATE FUNCTION log_entry_refuse() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN RAISE EXCEPTION 'the log is only added to'; END $$"
    ),
    (
        "CREATE TRIGGER log_entry_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON log_entry "
        "EXECUTE FUNCTION log_entry_refuse()"
    ),
    (
        "CREATE TRIGGER log_content_no_update BEFORE UPDATE ON log_content "
        "EXECUTE FUNCTION log_entry_refuse()"
    ),
]


def upgrade() -> None:
    op.create_table('log_entry',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('campaign_id', sa.Integer(), nullable=False),
    sa.Column('seq', sa.Integer(), nullable=False),
    sa.Column('at', sa.String(length=20), nullable=False),
    sa.Column('kind', sa.String(length=20), nullable=False),
    sa.Column('subject', sa.String(length=60), nullable=False),
    sa.Column('digest', sa.String(length=64), nullable=False),
    sa.Column('hash', sa.String(length=64), nullable=False),
    sa.ForeignKeyConstraint(['campaign_id'], ['campaign.id'], name=op.f('fk_log_entry_campaign_id_campaign')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_log_entry')),
    sa.UniqueConstraint('campaign_id', 'kind', 'subject', name=op.f('uq_log_entry_campaign_id_kind_subject')),
    sa.UniqueConstraint('campaign_id', 'seq', name=op.f('uq_log_entry_campaign_id_seq'))
    )
    op.create_table('log_content',
    sa.Column('entry_id', sa.Integer(), nullable=False),
    sa.Column('salt', sa.String(length=32), nullable=False),
    sa.Column('body', sa.Text(), nullable=False),
    sa.ForeignKeyConstraint(['entry_id'], ['log_entry.id'], name=op.f('fk_log_content_entry_id_log_entry')),
    sa.PrimaryKeyConstraint('entry_id', name=op.f('pk_log_content'))
    )
    op.create_table('log_head',
    sa.Column('campaign_id', sa.Integer(), nullable=False),
    sa.Column('seq', sa.Integer(), nullable=False),
    sa.Column('hash', sa.String(length=64), nullable=False),
    sa.Column('checked_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('checked_seq', sa.Integer(), nullable=False),
    sa.Column('broken_seq', sa.Integer(), nullable=True),
    sa.ForeignKeyConstraint(['campaign_id'], ['campaign.id'], name=op.f('fk_log_head_campaign_id_campaign')),
    sa.PrimaryKeyConstraint('campaign_id', name=op.f('pk_log_head'))
    )
    op.create_table('impact_picture',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('pid', sa.String(length=16), nullable=False),
    sa.Column('update_id', sa.Integer(), nullable=False),
    sa.Column('media_id', sa.Integer(), nullable=True),
    sa.Column('position', sa.Integer(), nullable=False),
    sa.Column('alt_text', sa.String(length=600), nullable=False),
    sa.Column('place', sa.String(length=120), nullable=False),
    sa.ForeignKeyConstraint(['media_id'], ['media.id'], name=op.f('fk_impact_picture_media_id_media')),
    sa.ForeignKeyConstraint(['update_id'], ['impact_update.id'], name=op.f('fk_impact_picture_update_id_impact_update')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_impact_picture')),
    sa.UniqueConstraint('pid', name=op.f('uq_impact_picture_pid'))
    )
    with op.batch_alter_table('impact_picture', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_impact_picture_media_id'), ['media_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_impact_picture_update_id'), ['update_id'], unique=False)
    op.create_table('impact_revision',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('pid', sa.String(length=16), nullable=False),
    sa.Column('update_id', sa.Integer(), nullable=False),
    sa.Column('old_title', sa.String(length=160), nullable=False),
    sa.Column('old_body', sa.String(length=8000), nullable=False),
    sa.Column('old_figures', sa.JSON(), nullable=False),
    sa.Column('title', sa.String(length=160), nullable=False),
    sa.Column('body', sa.String(length=8000), nullable=False),
    sa.Column('figures', sa.JSON(), nullable=False),
    sa.Column('why', sa.String(length=600), nullable=False),
    sa.Column('person_id', sa.Integer(), nullable=True),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_impact_revision_person_id_person')),
    sa.ForeignKeyConstraint(['update_id'], ['impact_update.id'], name=op.f('fk_impact_revision_update_id_impact_update')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_impact_revision')),
    sa.UniqueConstraint('pid', name=op.f('uq_impact_revision_pid'))
    )
    with op.batch_alter_table('impact_revision', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_impact_revision_update_id'), ['update_id'], unique=False)
    for column in (
        sa.Column('video_url', sa.String(length=500), nullable=False, server_default=''),
        sa.Column('video_title', sa.String(length=160), nullable=False, server_default=''),
        sa.Column('withdrawn_at', sa.DateTime(timezone=True), nullable=True),
        sa.Column('withdrawn_why', sa.String(length=300), nullable=False, server_default=''),
    ):
        op.add_column('impact_update', column)
    _move_pictures(op.get_bind())
    if op.get_bind().dialect.name == "sqlite":
        for statement in SQLITE_APPEND_ONLY:
            op.execute(statement)
    else:
        for statement in POSTGRES_APPEND_ONLY:
            op.execute(statement)


def _move_pictures(connection: sa.Connection) -> None:
    """The one picture an update could have becomes its first."""
    rows = connection.execute(
        sa.text("SELECT id, media_id, alt_text FROM impact_update WHERE media_id IS NOT NULL")
    ).all()
    for update_id, media_id, alt_text in rows:
        connection.execute(
            sa.text(
                "INSERT INTO impact_picture (pid, update_id, media_id, position, alt_text, place)"
                " VALUES (:pid, :update_id, :media_id, 0, :alt_text, '')"
            ),
            {"pid": secrets.token_hex(8), "update_id": update_id, "media_id": media_id, "alt_text": alt_text},
        )


def downgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP TRIGGER log_content_no_update ON log_content")
        op.execute("DROP TRIGGER log_entry_append_only ON log_entry")
        op.execute("DROP FUNCTION log_entry_refuse()")
    with op.batch_alter_table('impact_update', schema=None) as batch_op:
        batch_op.drop_column('withdrawn_why')
        batch_op.drop_column('withdrawn_at')
        batch_op.drop_column('video_title')
        batch_op.drop_column('video_url')
    op.drop_table('impact_revision')
    op.drop_table('impact_picture')
    op.drop_table('log_head')
    op.drop_table('log_content')
    op.drop_table('log_entry')
