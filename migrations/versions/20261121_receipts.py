"""Receipts: what organisations declare, numbered receipts, yearly runs, Gift Aid declarations

Revision ID: 0017
Revises: 0016
"""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


SQLITE_KEPT = [
    (
        "CREATE TRIGGER receipt_no_delete BEFORE DELETE ON receipt "
        "BEGIN SELECT RAISE(ABORT, 'a receipt is voided, never deleted'); END"
    ),
    (
        "CREATE TRIGGER receipt_no_renumbering BEFORE UPDATE OF organisation_id, series, year, number, label, "
        "amount_minor, currency, paper, issued_at ON receipt "
        "BEGIN SELECT RAISE(ABORT, 'what a receipt says is never changed'); END"
    ),
]
POSTGRES_KEPT = [
    (
        "CREATE FUNCTION receipt_refuse() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN RAISE EXCEPTION 'a receipt is voided, never deleted or changed'; END $$"
    ),
    (
        "CREATE TRIGGER receipt_no_delete BEFORE DELETE OR TRUNCATE ON receipt "
        "EXECUTE FUNCTION receipt_refuse()"
    ),
    (
        "CREATE TRIGGER receipt_no_renumbering BEFORE UPDATE OF organisation_id, series, year, number, label, "
        "amount_minor, currency, paper, issued_at ON receipt EXECUTE FUNCTION receipt_refuse()"
    ),
]


def upgrade() -> None:
    op.create_table('receipt_run',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('organisation_id', sa.Integer(), nullable=False),
    sa.Column('year', sa.Integer(), nullable=False),
    sa.Column('begun_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('begun_by', sa.Integer(), nullable=True),
    sa.Column('issued', sa.Integer(), nullable=False),
    sa.Column('ended_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['begun_by'], ['person.id'], name=op.f('fk_receipt_run_begun_by_person')),
    sa.ForeignKeyConstraint(['organisation_id'], ['organisation.id'], name=op.f('fk_receipt_run_organisation_id_organisation')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_receipt_run'))
    )
    op.create_index(op.f('ix_receipt_run_ended_at'), 'receipt_run', ['ended_at'], unique=False)
    op.create_index(op.f('ix_receipt_run_organisation_id'), 'receipt_run', ['organisation_id'], unique=False)

    op.create_table('receipt_series',
    sa.Column('organisation_id', sa.Integer(), nullable=False),
    sa.Column('series', sa.String(length=40), nullable=False),
    sa.Column('year', sa.Integer(), nullable=False),
    sa.Column('last', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['organisation_id'], ['organisation.id'], name=op.f('fk_receipt_series_organisation_id_organisation')),
    sa.PrimaryKeyConstraint('organisation_id', 'series', 'year', name=op.f('pk_receipt_series'))
    )
    op.create_table('receipt',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('pid', sa.String(length=16), nullable=False),
    sa.Column('organisation_id', sa.Integer(), nullable=False),
    sa.Column('kind', sa.String(length=40), nullable=False),
    sa.Column('series', sa.String(length=40), nullable=False),
    sa.Column('year', sa.Integer(), nullable=False),
    sa.Column('number', sa.Integer(), nullable=False),
    sa.Column('label', sa.String(length=40), nullable=False),
    sa.Column('amount_minor', sa.BigInteger(), nullable=False),
    sa.Column('currency', sa.String(length=3), nullable=False),
    sa.Column('donor', sa.JSON(), nullable=False),
    sa.Column('donor_email', sa.String(length=254), nullable=False),
    sa.Column('language', sa.String(length=2), nullable=False),
    sa.Column('paper', sa.JSON(), nullable=False),
    sa.Column('signature_media_id', sa.Integer(), nullable=True),
    sa.Column('summary', sa.Boolean(), nullable=False),
    sa.Column('issued_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('issued_by', sa.Integer(), nullable=True),
    sa.Column('voided_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('voided_by', sa.Integer(), nullable=True),
    sa.Column('voided_why', sa.String(length=40), nullable=True),
    sa.Column('void_note', sa.String(length=400), nullable=False),
    sa.Column('replaces_id', sa.Integer(), nullable=True),
    sa.CheckConstraint('amount_minor > 0', name=op.f('ck_receipt_amount')),
    sa.ForeignKeyConstraint(['issued_by'], ['person.id'], name=op.f('fk_receipt_issued_by_person')),
    sa.ForeignKeyConstraint(['organisation_id'], ['organisation.id'], name=op.f('fk_receipt_organisation_id_organisation')),
    sa.ForeignKeyConstraint(['replaces_id'], ['receipt.id'], name=op.f('fk_receipt_replaces_id_receipt')),
    sa.ForeignKeyConstraint(['signature_media_id'], ['media.id'], name=op.f('fk_receipt_signature_media_id_media')),
    sa.ForeignKeyConstraint(['voided_by'], ['person.id'], name=op.f('fk_receipt_voided_by_person')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_receipt')),
    sa.UniqueConstraint('organisation_id', 'series', 'year', 'number', name='uq_receipt_number'),
    sa.UniqueConstraint('pid', name=op.f('uq_receipt_pid')),
    sa.UniqueConstraint('replaces_id', name=op.f('uq_receipt_replaces_id'))
    )
    op.create_index(op.f('ix_receipt_donor_email'), 'receipt', ['donor_email'], unique=False)
    op.create_index(op.f('ix_receipt_organisation_id'), 'receipt', ['organisation_id'], unique=False)

    op.create_table('tax_profile',
    sa.Column('organisation_id', sa.Integer(), nullable=False),
    sa.Column('regime', sa.String(length=40), nullable=False),
    sa.Column('quality', sa.String(length=40), nullable=False),
    sa.Column('quality_note', sa.String(length=200), nullable=False),
    sa.Column('object', sa.String(length=400), nullable=False),
    sa.Column('companies', sa.Boolean(), nullable=False),
    sa.Column('wealth', sa.Boolean(), nullable=False),
    sa.Column('prefix', sa.String(length=8), nullable=False),
    sa.Column('signatory_name', sa.String(length=120), nullable=False),
    sa.Column('signatory_title', sa.String(length=120), nullable=False),
    sa.Column('signature_media_id', sa.Integer(), nullable=True),
    sa.Column('words', sa.String(length=1200), nullable=False),
    sa.Column('declared_by', sa.Integer(), nullable=True),
    sa.Column('declared_name', sa.String(length=120), nullable=False),
    sa.Column('declared_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('ended_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['declared_by'], ['person.id'], name=op.f('fk_tax_profile_declared_by_person')),
    sa.ForeignKeyConstraint(['organisation_id'], ['organisation.id'], name=op.f('fk_tax_profile_organisation_id_organisation')),
    sa.ForeignKeyConstraint(['signature_media_id'], ['media.id'], name=op.f('fk_tax_profile_signature_media_id_media')),
    sa.PrimaryKeyConstraint('organisation_id', name=op.f('pk_tax_profile'))
    )
    op.create_table('gift_aid',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('pid', sa.String(length=16), nullable=False),
    sa.Column('organisation_id', sa.Integer(), nullable=False),
    sa.Column('email', sa.String(length=254), nullable=False),
    sa.Column('title', sa.String(length=20), nullable=False),
    sa.Column('first_name', sa.String(length=60), nullable=False),
    sa.Column('last_name', sa.String(length=60), nullable=False),
    sa.Column('house', sa.String(length=120), nullable=False),
    sa.Column('address', sa.String(length=300), nullable=False),
    sa.Column('postcode', sa.String(length=12), nullable=False),
    sa.Column('wording', sa.String(length=1200), nullable=False),
    sa.Column('given_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('entered_by', sa.Integer(), nullable=True),
    sa.Column('cancelled_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['entered_by'], ['person.id'], name=op.f('fk_gift_aid_entered_by_person')),
    sa.ForeignKeyConstraint(['organisation_id'], ['organisation.id'], name=op.f('fk_gift_aid_organisation_id_organisation')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_gift_aid')),
    sa.UniqueConstraint('pid', name=op.f('uq_gift_aid_pid'))
    )
    op.create_index(op.f('ix_gift_aid_email'), 'gift_aid', ['email'], unique=False)
    op.create_index(op.f('ix_gift_aid_organisation_id'), 'gift_aid', ['organisation_id'], unique=False)

    op.create_table('receipt_gift',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('receipt_id', sa.Integer(), nullable=False),
    sa.Column('gift_id', sa.Integer(), nullable=False),
    sa.Column('series', sa.String(length=40), nullable=False),
    sa.Column('amount_minor', sa.BigInteger(), nullable=False),
    sa.Column('on_date', sa.Date(), nullable=False),
    sa.Column('live', sa.Boolean(), nullable=False),
    sa.ForeignKeyConstraint(['gift_id'], ['gift.id'], name=op.f('fk_receipt_gift_gift_id_gift')),
    sa.ForeignKeyConstraint(['receipt_id'], ['receipt.id'], name=op.f('fk_receipt_gift_receipt_id_receipt')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_receipt_gift'))
    )
    op.create_index(op.f('ix_receipt_gift_gift_id'), 'receipt_gift', ['gift_id'], unique=False)
    op.create_index(op.f('ix_receipt_gift_receipt_id'), 'receipt_gift', ['receipt_id'], unique=False)
    op.create_index('uq_receipt_gift_live', 'receipt_gift', ['gift_id', 'series'], unique=True, sqlite_where=sa.text('live'), postgresql_where=sa.text('live'))
    statements = SQLITE_KEPT if op.get_bind().dialect.name == 'sqlite' else POSTGRES_KEPT
    for statement in statements:
        op.execute(statement)


def downgrade() -> None:
    op.drop_index('uq_receipt_gift_live', 'receipt_gift', sqlite_where=sa.text('live'), postgresql_where=sa.text('live'))
    op.drop_index(op.f('ix_receipt_gift_receipt_id'), 'receipt_gift')
    op.drop_index(op.f('ix_receipt_gift_gift_id'), 'receipt_gift')

    op.drop_table('receipt_gift')
    op.drop_index(op.f('ix_gift_aid_organisation_id'), 'gift_aid')
    op.drop_index(op.f('ix_gift_aid_email'), 'gift_aid')

    op.drop_table('gift_aid')
    op.drop_table('tax_profile')
    op.drop_index(op.f('ix_receipt_organisation_id'), 'receipt')
    op.drop_index(op.f('ix_receipt_donor_email'), 'receipt')

    op.drop_table('receipt')
    op.drop_table('receipt_series')
    op.drop_index(op.f('ix_receipt_run_organisation_id'), 'receipt_run')
    op.drop_index(op.f('ix_receipt_run_ended_at'), 'receipt_run')

    op.drop_table('receipt_run')
    if op.get_bind().dialect.name == 'postgresql':
        op.execute('DROP FUNCTION receipt_refuse()')
