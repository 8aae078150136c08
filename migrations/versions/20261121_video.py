"""Which picture of an update stands for its video; by which link an address or a device came to follow

Revision ID: 0028
Revises: 0027
"""

import sqlalchemy as sa
from alembic import op


revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None

PICTURES = (
    ("impact_update", "video_picture"),
    ("impact_revision", "old_video_picture"),
    ("impact_revision", "video_picture"),
)
FOLLOWS = ("follower", "follow_device")


def upgrade() -> None:
    for table, name in PICTURES:
        op.add_column(table, sa.Column(name, sa.String(length=16), nullable=False, server_default=""))
    for table in FOLLOWS:  # written out: other tables point here, so SQLite may not make them anew
        op.execute(
            f"ALTER TABLE {table} ADD COLUMN link_id INTEGER"
            f" CONSTRAINT fk_{table}_link_id_tracked_link REFERENCES tracked_link (id)"
        )
        op.create_index(op.f(f"ix_{table}_link_id"), table, ["link_id"], unique=False)


def downgrade() -> None:
    for table in FOLLOWS:
        op.drop_index(op.f(f"ix_{table}_link_id"), table)
        op.drop_column(table, "link_id")
    for table, name in PICTURES:
        op.drop_column(table, name)
