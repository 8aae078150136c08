"""Publishing: accounts, states of posts, attempts, words, reminders

Revision ID: 0002
Revises: 0001
"""

import sqlalchemy as sa
from alembic import op


revision = '0002'
down_revision = '0001'
branch_labels = None
depends_on = None

CLAIMED = sa.text('claimed_until IS NOT NULL')
SCHEDULED = sa.text("state = 'scheduled'")


def upgrade() -> None:
    op.create_table('channel_app',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('channel', sa.String(length=20), nullable=False),
    sa.Column('server', sa.String(length=200), nullable=False),
    sa.Column('client_id', sa.String(length=200), nullable=False),
    sa.Column('sealed', sa.String(length=2000), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_channel_app')),
    sa.UniqueConstraint('channel', 'server', name=op.f('uq_channel_app_channel_server'))
    )
    op.create_table('channel_account',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('pid', sa.String(length=16), nullable=False),
    sa.Column('organisation_id', sa.Integer(), nullable=False),
    sa.Column('channel', sa.String(length=20), nullable=False),
    sa.Column('server', sa.String(length=200), nullable=False),
    sa.Column('remote_id', sa.String(length=200), nullable=False),
    sa.Column('handle', sa.String(length=200), nullable=False),
    sa.Column('name', sa.String(length=120), nullable=False),
    sa.Column('url', sa.String(length=500), nullable=False),
    sa.Column('state', sa.String(length=40), nullable=False),
    sa.Column('problem', sa.String(length=400), nullable=False),
    sa.Column('sealed', sa.String(length=8000), nullable=False),
    sa.Column('expires_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('renewed_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('checked_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('connected_by', sa.Integer(), nullable=True),
    sa.Column('connected_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['connected_by'], ['person.id'], name=op.f('fk_channel_account_connected_by_person')),
    sa.ForeignKeyConstraint(['organisation_id'], ['organisation.id'], name=op.f('fk_channel_account_organisation_id_organisation')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_channel_account')),
    sa.UniqueConstraint('organisation_id', 'channel', 'server', 'remote_id', name=op.f('uq_channel_account_organisation_id_channel_server_remote_id')),
    sa.UniqueConstraint('pid', name=op.f('uq_channel_account_pid'))
    )
    with op.batch_alter_table('channel_account', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_channel_account_organisation_id'), ['organisation_id'], unique=False)

    op.create_table('channel_connecting',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('state_hash', sa.String(length=64), nullable=False),
    sa.Column('organisation_id', sa.Integer(), nullable=False),
    sa.Column('person_id', sa.Integer(), nullable=False),
    sa.Column('channel', sa.String(length=20), nullable=False),
    sa.Column('server', sa.String(length=200), nullable=False),
    sa.Column('sealed', sa.String(length=2000), nullable=False),
    sa.Column('tries', sa.Integer(), nullable=False),
    sa.Column('answered_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('expires_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['organisation_id'], ['organisation.id'], name=op.f('fk_channel_connecting_organisation_id_organisation')),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_channel_connecting_person_id_person')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_channel_connecting')),
    sa.UniqueConstraint('state_hash', name=op.f('uq_channel_connecting_state_hash'))
    )
    op.create_table('post_outage',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('pid', sa.String(length=16), nullable=False),
    sa.Column('campaign_id', sa.Integer(), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('oldest_due_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('respaced', sa.Integer(), nullable=False),
    sa.Column('asked', sa.Integer(), nullable=False),
    sa.Column('missed', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['campaign_id'], ['campaign.id'], name=op.f('fk_post_outage_campaign_id_campaign')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_post_outage')),
    sa.UniqueConstraint('pid', name=op.f('uq_post_outage_pid'))
    )
    with op.batch_alter_table('post_outage', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_post_outage_campaign_id'), ['campaign_id'], unique=False)

    op.create_table('reminder_target',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('pid', sa.String(length=16), nullable=False),
    sa.Column('influencer_id', sa.Integer(), nullable=False),
    sa.Column('way', sa.String(length=40), nullable=False),
    sa.Column('label', sa.String(length=80), nullable=False),
    sa.Column('sealed', sa.String(length=4000), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('failures', sa.Integer(), nullable=False),
    sa.Column('failed_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['influencer_id'], ['influencer.id'], name=op.f('fk_reminder_target_influencer_id_influencer')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_reminder_target')),
    sa.UniqueConstraint('pid', name=op.f('uq_reminder_target_pid'))
    )
    with op.batch_alter_table('reminder_target', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_reminder_target_influencer_id'), ['influencer_id'], unique=False)

    # Added and dropped in place: rows point to campaigns, and SQLite would have to write the table anew.
    op.add_column('campaign', sa.Column('approval', sa.String(length=40), nullable=False, server_default=sa.text("'none'")))

    op.add_column('membership', sa.Column('calendar_series', sa.Integer(), nullable=False, server_default=sa.text("0")))
    op.add_column('outgoing_mail', sa.Column('key', sa.String(length=80), nullable=True))
    op.create_index('ix_outgoing_mail_key', 'outgoing_mail', ['key'], unique=True)
    op.add_column('outgoing_mail', sa.Column('attachment_name', sa.String(length=80), nullable=False, server_default=sa.text("''")))
    op.add_column('outgoing_mail', sa.Column('attachment_type', sa.String(length=80), nullable=False, server_default=sa.text("''")))
    op.add_column('outgoing_mail', sa.Column('attachment', sa.LargeBinary(), nullable=False, server_default=sa.text("''")))

    with op.batch_alter_table('post', schema=None) as batch_op:
        batch_op.add_column(sa.Column('zone_rules', sa.String(length=20), nullable=False, server_default=sa.text("''")))
        batch_op.add_column(sa.Column('send_at', sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column('account_id', sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column('shape', sa.String(length=40), nullable=False, server_default=sa.text("'story'")))
        batch_op.add_column(sa.Column('text', sa.String(length=5000), nullable=False, server_default=sa.text("''")))
        batch_op.add_column(sa.Column('late', sa.String(length=40), nullable=False, server_default=sa.text("'send'")))
        batch_op.add_column(sa.Column('late_minutes', sa.Integer(), nullable=False, server_default=sa.text("60")))
        batch_op.add_column(sa.Column('hold', sa.String(length=40), nullable=True))
        batch_op.add_column(sa.Column('hold_note', sa.String(length=400), nullable=False, server_default=sa.text("''")))
        batch_op.add_column(sa.Column('claimed_by', sa.String(length=80), nullable=False, server_default=sa.text("''")))
        batch_op.add_column(sa.Column('claimed_until', sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column('tries', sa.Integer(), nullable=False, server_default=sa.text("0")))
        batch_op.add_column(sa.Column('proof_media_id', sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column('told', sa.String(length=40), nullable=True))
        batch_op.add_column(sa.Column('asked_at', sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column('approved_by', sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column('approved_at', sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column('agreed_at', sa.DateTime(timezone=True), nullable=True))

    op.execute("UPDATE post SET send_at = due_at")
    op.execute("UPDATE post SET state = 'scheduled' WHERE state = 'planned'")
    op.execute("UPDATE post SET state = 'sent' WHERE state = 'posted'")
    # Nothing points to posts yet, so that SQLite may write the table anew.
    with op.batch_alter_table('post', schema=None) as batch_op:
        batch_op.alter_column('send_at', existing_type=sa.DateTime(timezone=True), nullable=False)
        batch_op.create_index('ix_post_account_id_send_at', ['account_id', 'send_at'], unique=False)
        batch_op.create_index('ix_post_claimed', ['claimed_until'], unique=False, sqlite_where=CLAIMED, postgresql_where=CLAIMED)
        batch_op.create_index('ix_post_scheduled', ['send_at'], unique=False, sqlite_where=SCHEDULED, postgresql_where=SCHEDULED)
        batch_op.create_foreign_key(batch_op.f('fk_post_approved_by_person'), 'person', ['approved_by'], ['id'])
        batch_op.create_foreign_key(batch_op.f('fk_post_proof_media_id_media'), 'media', ['proof_media_id'], ['id'])
        batch_op.create_foreign_key(batch_op.f('fk_post_account_id_channel_account'), 'channel_account', ['account_id'], ['id'])

    op.create_table('post_attempt',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('post_id', sa.Integer(), nullable=False),
    sa.Column('account_id', sa.Integer(), nullable=False),
    sa.Column('position', sa.Integer(), nullable=False),
    sa.Column('number', sa.Integer(), nullable=False),
    sa.Column('key', sa.String(length=80), nullable=False),
    sa.Column('due_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('holder', sa.String(length=80), nullable=False),
    sa.Column('started_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('finished_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('outcome', sa.String(length=40), nullable=True),
    sa.Column('detail', sa.String(length=400), nullable=False),
    sa.Column('progress', sa.String(length=2000), nullable=False),
    sa.Column('remote_id', sa.String(length=300), nullable=False),
    sa.Column('url', sa.String(length=500), nullable=False),
    sa.Column('looked_up', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['account_id'], ['channel_account.id'], name=op.f('fk_post_attempt_account_id_channel_account')),
    sa.ForeignKeyConstraint(['post_id'], ['post.id'], name=op.f('fk_post_attempt_post_id_post')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_post_attempt')),
    sa.UniqueConstraint('post_id', 'position', 'number', name=op.f('uq_post_attempt_post_id_position_number'))
    )
    with op.batch_alter_table('post_attempt', schema=None) as batch_op:
        batch_op.create_index('ix_post_attempt_started_at', ['started_at'], unique=False)

    op.create_table('post_following_frame',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('post_id', sa.Integer(), nullable=False),
    sa.Column('frame_id', sa.Integer(), nullable=False),
    sa.Column('position', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['frame_id'], ['frame.id'], name=op.f('fk_post_following_frame_frame_id_frame')),
    sa.ForeignKeyConstraint(['post_id'], ['post.id'], name=op.f('fk_post_following_frame_post_id_post'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_post_following_frame')),
    sa.UniqueConstraint('post_id', 'position', name=op.f('uq_post_following_frame_post_id_position'))
    )
    with op.batch_alter_table('post_following_frame', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_post_following_frame_frame_id'), ['frame_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_post_following_frame_post_id'), ['post_id'], unique=False)

    op.create_table('post_word',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('pid', sa.String(length=16), nullable=False),
    sa.Column('post_id', sa.Integer(), nullable=False),
    sa.Column('kind', sa.String(length=40), nullable=False),
    sa.Column('person_id', sa.Integer(), nullable=True),
    sa.Column('influencer_id', sa.Integer(), nullable=True),
    sa.Column('inside', sa.Boolean(), nullable=False),
    sa.Column('text', sa.String(length=1200), nullable=False),
    sa.Column('content', sa.JSON(), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['influencer_id'], ['influencer.id'], name=op.f('fk_post_word_influencer_id_influencer')),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_post_word_person_id_person')),
    sa.ForeignKeyConstraint(['post_id'], ['post.id'], name=op.f('fk_post_word_post_id_post'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_post_word')),
    sa.UniqueConstraint('pid', name=op.f('uq_post_word_pid'))
    )
    with op.batch_alter_table('post_word', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_post_word_post_id'), ['post_id'], unique=False)

    op.create_table('reminder',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('post_id', sa.Integer(), nullable=False),
    sa.Column('influencer_id', sa.Integer(), nullable=False),
    sa.Column('occasion', sa.String(length=40), nullable=False),
    sa.Column('way', sa.String(length=40), nullable=False),
    sa.Column('target_id', sa.Integer(), nullable=False),
    sa.Column('due_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('sent_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('problem', sa.String(length=200), nullable=False),
    sa.ForeignKeyConstraint(['influencer_id'], ['influencer.id'], name=op.f('fk_reminder_influencer_id_influencer')),
    sa.ForeignKeyConstraint(['post_id'], ['post.id'], name=op.f('fk_reminder_post_id_post'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_reminder')),
    sa.UniqueConstraint('post_id', 'occasion', 'way', 'target_id', 'due_at', name=op.f('uq_reminder_post_id_occasion_way_target_id_due_at'))
    )
    with op.batch_alter_table('reminder', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_reminder_influencer_id'), ['influencer_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_reminder_post_id'), ['post_id'], unique=False)


def downgrade() -> None:
    with op.batch_alter_table('reminder', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_reminder_post_id'))
        batch_op.drop_index(batch_op.f('ix_reminder_influencer_id'))

    op.drop_table('reminder')
    with op.batch_alter_table('post_word', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_post_word_post_id'))

    op.drop_table('post_word')
    with op.batch_alter_table('post_following_frame', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_post_following_frame_post_id'))
        batch_op.drop_index(batch_op.f('ix_post_following_frame_frame_id'))

    op.drop_table('post_following_frame')
    with op.batch_alter_table('post_attempt', schema=None) as batch_op:
        batch_op.drop_index('ix_post_attempt_started_at')

    op.drop_table('post_attempt')
    # What nobody had approved must not go out under the old rules, nor be lost.
    op.execute(
        "UPDATE post SET state = 'declined', declined_at = created_at, declined_reason = 'not approved yet'"
        " WHERE state IN ('draft', 'in_review')"
    )
    op.execute("UPDATE post SET state = 'posted' WHERE state IN ('sent', 'partial')")
    op.execute("UPDATE post SET state = 'planned' WHERE state NOT IN ('posted', 'declined')")
    with op.batch_alter_table('post', schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f('fk_post_account_id_channel_account'), type_='foreignkey')
        batch_op.drop_constraint(batch_op.f('fk_post_proof_media_id_media'), type_='foreignkey')
        batch_op.drop_constraint(batch_op.f('fk_post_approved_by_person'), type_='foreignkey')
        batch_op.drop_index('ix_post_scheduled')
        batch_op.drop_index('ix_post_claimed')
        batch_op.drop_index('ix_post_account_id_send_at')
        batch_op.drop_column('agreed_at')
        batch_op.drop_column('approved_at')
        batch_op.drop_column('approved_by')
        batch_op.drop_column('asked_at')
        batch_op.drop_column('told')
        batch_op.drop_column('proof_media_id')
        batch_op.drop_column('tries')
        batch_op.drop_column('claimed_until')
        batch_op.drop_column('claimed_by')
        batch_op.drop_column('hold_note')
        batch_op.drop_column('hold')
        batch_op.drop_column('late_minutes')
        batch_op.drop_column('late')
        batch_op.drop_column('text')
        batch_op.drop_column('shape')
        batch_op.drop_column('account_id')
        batch_op.drop_column('send_at')
        batch_op.drop_column('zone_rules')

    op.drop_index('ix_outgoing_mail_key', table_name='outgoing_mail')
    for column in ("key", "attachment_name", "attachment_type", "attachment"):
        op.execute(f"ALTER TABLE outgoing_mail DROP COLUMN {column}")
    op.execute("ALTER TABLE membership DROP COLUMN calendar_series")
    op.execute("ALTER TABLE campaign DROP COLUMN approval")
    with op.batch_alter_table('reminder_target', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_reminder_target_influencer_id'))

    op.drop_table('reminder_target')
    with op.batch_alter_table('post_outage', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_post_outage_campaign_id'))

    op.drop_table('post_outage')
    op.drop_table('channel_connecting')
    with op.batch_alter_table('channel_account', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_channel_account_organisation_id'))

    op.drop_table('channel_account')
    op.drop_table('channel_app')
