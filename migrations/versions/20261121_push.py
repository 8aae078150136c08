"""Devices that follow a campaign, and what each is told: a row without words, claimed before it is sent

Revision ID: 0027
Revises: 0026
"""

import sqlalchemy as sa
from alembic import op

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "follow_device",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("pid", sa.String(length=16), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("campaign_id", sa.Integer(), nullable=False),
        sa.Column("endpoint_hash", sa.String(length=64), nullable=False),
        sa.Column("sealed", sa.String(length=4000), nullable=False),
        sa.Column("language", sa.String(length=2), nullable=False),
        sa.Column("topics", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("failed_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["campaign_id"], ["campaign.id"], name=op.f("fk_follow_device_campaign_id_campaign")
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisation.id"],
            name=op.f("fk_follow_device_organisation_id_organisation"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_follow_device")),
        sa.UniqueConstraint(
            "campaign_id", "endpoint_hash", name=op.f("uq_follow_device_campaign_id_endpoint_hash")
        ),
        sa.UniqueConstraint("pid", name=op.f("uq_follow_device_pid")),
    )
    op.create_index(op.f("ix_follow_device_organisation_id"), "follow_device", ["organisation_id"])
    op.create_table(
        "device_notice",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("dispatch_id", sa.Integer(), nullable=False),
        sa.Column("device_id", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("claimed_by", sa.String(length=80), nullable=False),
        sa.Column("claimed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["device_id"],
            ["follow_device.id"],
            name=op.f("fk_device_notice_device_id_follow_device"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["dispatch_id"], ["dispatch.id"], name=op.f("fk_device_notice_dispatch_id_dispatch")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_device_notice")),
        sa.UniqueConstraint(
            "dispatch_id", "device_id", name=op.f("uq_device_notice_dispatch_id_device_id")
        ),
    )
    op.create_index(op.f("ix_device_notice_device_id"), "device_notice", ["device_id"])
    op.create_index("ix_device_notice_state_due_at", "device_notice", ["state", "due_at"])
    # With defaults of the database: the release before writes dispatches without them.
    op.add_column("dispatch", sa.Column("device_cursor", sa.Integer(), server_default="0", nullable=False))
    op.add_column("dispatch", sa.Column("devices", sa.Integer(), server_default="0", nullable=False))


def downgrade() -> None:
    op.drop_column("dispatch", "devices")
    op.drop_column("dispatch", "device_cursor")
    op.drop_table("device_notice")
    op.drop_table("follow_device")
