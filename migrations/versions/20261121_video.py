"""Which picture of an update stands for its video; by which link an address came to follow

Revision ID: video
Revises: 0026
"""

import sqlalchemy as sa
from alembic import op


revision = "video"
down_revision = "0026"
branch_labels = None
depends_on = None

PICTURES = (
    ("impact_update", "video_picture"),
    ("impact_revision", "old_video_picture"),
    ("impact_revision", "video_picture"),
)


def upgrade() -> None:
    for table, name in PICTURES:
        op.add_column(table, sa.Column(name, sa.String(length=16), nullable=False, server_default=""))
    op.execute(  # written out: other tables point here, so SQLite may not make it anew
        "ALTER TABLE follower ADD COLUMN link_id INTEGER"
        " CONSTRAINT fk_follower_link_id_tracked_link REFERENCES tracked_link (id)"
    )
    op.create_index(op.f("ix_follower_link_id"), "follower", ["link_id"], unique=False)


def downgrade() -> None:
    op.drop_index(op.f("ix_follower_link_id"), "follower")
    op.drop_column("follower", "link_id")
    for table, name in PICTURES:
        op.drop_column(table, name)
