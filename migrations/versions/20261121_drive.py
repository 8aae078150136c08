"""The drive: stretch and mini-goals, how it opens, collecting elsewhere; matches, gifts by hand, bank statements

Revision ID: 0018
Revises: 0017
"""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

_EMPTY = sa.text("''")
_COLUMNS = (
    sa.Column("stretch_minor", sa.BigInteger(), nullable=False, server_default=sa.text("0")),
    sa.Column("mini_goals", sa.JSON(), nullable=False, server_default=sa.text("'[]'")),
    sa.Column("drive_start", sa.String(length=40), nullable=False, server_default=sa.text("'hour'")),
    sa.Column("external_url", sa.String(length=500), nullable=False, server_default=_EMPTY),
    sa.Column("external_name", sa.String(length=60), nullable=False, server_default=_EMPTY),
)


def upgrade() -> None:
    for column in _COLUMNS:
        op.add_column("campaign", column)
    op.create_table(
        "sponsor_match",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("pid", sa.String(length=16), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("campaign_id", sa.Integer(), nullable=False),
        sa.Column("sponsor", sa.String(length=120), nullable=False),
        sa.Column("percent", sa.Integer(), nullable=False),
        sa.Column("cap_minor", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("rest_given", sa.Boolean(), nullable=False),
        sa.Column("created_by", sa.Integer(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("percent BETWEEN 1 AND 1000", name=op.f("ck_sponsor_match_percent")),
        sa.CheckConstraint("cap_minor > 0", name=op.f("ck_sponsor_match_cap")),
        sa.CheckConstraint("starts_at < ends_at", name=op.f("ck_sponsor_match_order")),
        sa.ForeignKeyConstraint(
            ["campaign_id"], ["campaign.id"], name=op.f("fk_sponsor_match_campaign_id_campaign")
        ),
        sa.ForeignKeyConstraint(
            ["created_by"], ["person.id"], name=op.f("fk_sponsor_match_created_by_person")
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisation.id"],
            name=op.f("fk_sponsor_match_organisation_id_organisation"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sponsor_match")),
        sa.UniqueConstraint("pid", name=op.f("uq_sponsor_match_pid")),
    )
    op.create_index(op.f("ix_sponsor_match_campaign_id"), "sponsor_match", ["campaign_id"], unique=False)
    op.create_index(
        op.f("ix_sponsor_match_organisation_id"), "sponsor_match", ["organisation_id"], unique=False
    )
    op.create_table(
        "gift_entry",
        sa.Column("gift_id", sa.Integer(), nullable=False),
        sa.Column("on_date", sa.Date(), nullable=False),
        sa.Column("proof", sa.String(length=200), nullable=False),
        sa.Column("needs_second", sa.Boolean(), nullable=False),
        sa.Column("entered_by", sa.Integer(), nullable=True),
        sa.Column("seen_by", sa.Integer(), nullable=True),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["entered_by"], ["person.id"], name=op.f("fk_gift_entry_entered_by_person")),
        sa.ForeignKeyConstraint(["gift_id"], ["gift.id"], name=op.f("fk_gift_entry_gift_id_gift")),
        sa.ForeignKeyConstraint(["seen_by"], ["person.id"], name=op.f("fk_gift_entry_seen_by_person")),
        sa.PrimaryKeyConstraint("gift_id", name=op.f("pk_gift_entry")),
    )
    op.create_table(
        "bank_account",
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("holder", sa.String(length=70), nullable=False),
        sa.Column("iban", sa.String(length=34), nullable=False),
        sa.Column("bic", sa.String(length=11), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("columns", sa.JSON(), nullable=False),
        sa.Column("changed_by", sa.Integer(), nullable=True),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["changed_by"], ["person.id"], name=op.f("fk_bank_account_changed_by_person")
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisation.id"],
            name=op.f("fk_bank_account_organisation_id_organisation"),
        ),
        sa.PrimaryKeyConstraint("organisation_id", name=op.f("pk_bank_account")),
    )
    op.create_table(
        "bank_line",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("pid", sa.String(length=16), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("bank_id", sa.String(length=120), nullable=False),
        sa.Column("booked_on", sa.Date(), nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("payer", sa.String(length=120), nullable=False),
        sa.Column("text", sa.String(length=400), nullable=False),
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("gift_id", sa.Integer(), nullable=True),
        sa.Column("imported_by", sa.Integer(), nullable=True),
        sa.Column("imported_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("amount_minor > 0", name=op.f("ck_bank_line_amount")),
        sa.ForeignKeyConstraint(["gift_id"], ["gift.id"], name=op.f("fk_bank_line_gift_id_gift")),
        sa.ForeignKeyConstraint(["imported_by"], ["person.id"], name=op.f("fk_bank_line_imported_by_person")),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_bank_line_organisation_id_organisation")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bank_line")),
        sa.UniqueConstraint("organisation_id", "bank_id", name=op.f("uq_bank_line_organisation_id_bank_id")),
        sa.UniqueConstraint("pid", name=op.f("uq_bank_line_pid")),
    )
    for name in ("gift_id", "organisation_id", "state"):
        op.create_index(op.f(f"ix_bank_line_{name}"), "bank_line", [name], unique=False)


def downgrade() -> None:
    for name in ("bank_line", "bank_account", "gift_entry", "sponsor_match"):
        op.drop_table(name)
    for column in _COLUMNS:
        op.execute(f"ALTER TABLE campaign DROP COLUMN {column.name}")
