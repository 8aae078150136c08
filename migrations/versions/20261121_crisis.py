"""Crisis protocol, incidents; the organisation's public card; the ledger of agreements

Revision ID: 0012
Revises: 0011
"""

import secrets

import sqlalchemy as sa
from alembic import op


revision = '0012'
down_revision = '0011'
branch_labels = None
depends_on = None

_EMPTY = {
    'organisation': {'governance': '[]', 'accounts': '[]', 'money_path': '', 'tax_status': ''},
    'influencer': {'contract_points': '[]', 'person_key': ''},
}
_LENGTHS = {'money_path': 600, 'tax_status': 400, 'person_key': 16}


def _column(name: str, empty: str) -> sa.Column:
    kind = sa.String(length=_LENGTHS[name]) if name in _LENGTHS else sa.JSON()
    return sa.Column(name, kind, nullable=False, server_default=empty)


# What was settled before there was a ledger, dated when the fit was decided or the person was added.
_SETTLED = sa.text(
    "SELECT i.id, i.organisation_id, i.campaign_id, i.agreement, i.agreement_value_minor, c.currency,"
    " coalesce(i.decided_at, i.created_at) AS at FROM influencer i JOIN campaign c ON c.id = i.campaign_id"
    " WHERE i.agreement IN ('paid', 'in_kind') AND i.agreement_value_minor > 0"
)
_ENTER = sa.text(
    "INSERT INTO agreement_entry (pid, organisation_id, campaign_id, influencer_id, kind, amount_minor, currency,"
    " on_date, note, by_terms, created_at) VALUES (:pid, :organisation, :campaign, :influencer, :kind, :amount,"
    " :currency, :on_date, '', :by_terms, :at)"
).bindparams(
    sa.bindparam('on_date', type_=sa.Date()),
    sa.bindparam('at', type_=sa.DateTime(timezone=True)),
    sa.bindparam('by_terms', type_=sa.Boolean()),
)


def upgrade() -> None:
    op.create_table('crisis_plan',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('campaign_id', sa.Integer(), nullable=False),
    sa.Column('contacts', sa.JSON(), nullable=False),
    sa.Column('decides', sa.String(length=400), nullable=False),
    sa.Column('statements', sa.JSON(), nullable=False),
    sa.Column('checks', sa.JSON(), nullable=False),
    sa.Column('updated_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['campaign_id'], ['campaign.id'], name=op.f('fk_crisis_plan_campaign_id_campaign')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_crisis_plan')),
    sa.UniqueConstraint('campaign_id', name=op.f('uq_crisis_plan_campaign_id'))
    )
    op.create_table('incident',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('pid', sa.String(length=16), nullable=False),
    sa.Column('campaign_id', sa.Integer(), nullable=False),
    sa.Column('title', sa.String(length=160), nullable=False),
    sa.Column('lessons', sa.String(length=2000), nullable=False),
    sa.Column('opened_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('closed_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['campaign_id'], ['campaign.id'], name=op.f('fk_incident_campaign_id_campaign')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_incident')),
    sa.UniqueConstraint('pid', name=op.f('uq_incident_pid'))
    )
    with op.batch_alter_table('incident', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_incident_campaign_id'), ['campaign_id'], unique=False)

    op.create_table('agreement_entry',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('pid', sa.String(length=16), nullable=False),
    sa.Column('organisation_id', sa.Integer(), nullable=False),
    sa.Column('campaign_id', sa.Integer(), nullable=False),
    sa.Column('influencer_id', sa.Integer(), nullable=False),
    sa.Column('kind', sa.String(length=40), nullable=False),
    sa.Column('amount_minor', sa.BigInteger(), nullable=False),
    sa.Column('currency', sa.String(length=3), nullable=False),
    sa.Column('on_date', sa.Date(), nullable=False),
    sa.Column('note', sa.String(length=400), nullable=False),
    sa.Column('by_terms', sa.Boolean(), nullable=False),
    sa.Column('corrects_id', sa.Integer(), nullable=True),
    sa.Column('person_id', sa.Integer(), nullable=True),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['campaign_id'], ['campaign.id'], name=op.f('fk_agreement_entry_campaign_id_campaign')),
    sa.ForeignKeyConstraint(['corrects_id'], ['agreement_entry.id'], name=op.f('fk_agreement_entry_corrects_id_agreement_entry')),
    sa.ForeignKeyConstraint(['influencer_id'], ['influencer.id'], name=op.f('fk_agreement_entry_influencer_id_influencer')),
    sa.ForeignKeyConstraint(['organisation_id'], ['organisation.id'], name=op.f('fk_agreement_entry_organisation_id_organisation')),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_agreement_entry_person_id_person')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_agreement_entry')),
    sa.UniqueConstraint('corrects_id', name=op.f('uq_agreement_entry_corrects_id')),
    sa.UniqueConstraint('pid', name=op.f('uq_agreement_entry_pid'))
    )
    with op.batch_alter_table('agreement_entry', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_agreement_entry_campaign_id'), ['campaign_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_agreement_entry_influencer_id'), ['influencer_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_agreement_entry_organisation_id'), ['organisation_id'], unique=False)

    op.create_table('crisis_word',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('pid', sa.String(length=16), nullable=False),
    sa.Column('incident_id', sa.Integer(), nullable=False),
    sa.Column('text', sa.String(length=1200), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['incident_id'], ['incident.id'], name=op.f('fk_crisis_word_incident_id_incident')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_crisis_word')),
    sa.UniqueConstraint('pid', name=op.f('uq_crisis_word_pid'))
    )
    with op.batch_alter_table('crisis_word', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_crisis_word_incident_id'), ['incident_id'], unique=False)

    op.create_table('incident_entry',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('incident_id', sa.Integer(), nullable=False),
    sa.Column('kind', sa.String(length=40), nullable=False),
    sa.Column('text', sa.String(length=2600), nullable=False),
    sa.Column('who', sa.String(length=120), nullable=False),
    sa.Column('count', sa.Integer(), nullable=False),
    sa.Column('happened_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['incident_id'], ['incident.id'], name=op.f('fk_incident_entry_incident_id_incident')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_incident_entry'))
    )
    with op.batch_alter_table('incident_entry', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_incident_entry_incident_id'), ['incident_id'], unique=False)

    op.create_table('crisis_reader',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('word_id', sa.Integer(), nullable=False),
    sa.Column('influencer_id', sa.Integer(), nullable=False),
    sa.Column('mailed', sa.Boolean(), nullable=False),
    sa.Column('seen_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['influencer_id'], ['influencer.id'], name=op.f('fk_crisis_reader_influencer_id_influencer'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['word_id'], ['crisis_word.id'], name=op.f('fk_crisis_reader_word_id_crisis_word')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_crisis_reader')),
    sa.UniqueConstraint('word_id', 'influencer_id', name=op.f('uq_crisis_reader_word_id_influencer_id'))
    )
    with op.batch_alter_table('crisis_reader', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_crisis_reader_influencer_id'), ['influencer_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_crisis_reader_word_id'), ['word_id'], unique=False)

    for table, columns in _EMPTY.items():
        for name, empty in columns.items():
            op.add_column(table, _column(name, empty))
    _bring_over(op.get_bind())


def _bring_over(connection: sa.Connection) -> None:
    rows = connection.execute(_SETTLED.columns(at=sa.DateTime(timezone=True))).all()
    for row in rows:
        connection.execute(
            _ENTER,
            {
                'pid': secrets.token_hex(8),
                'organisation': row.organisation_id,
                'campaign': row.campaign_id,
                'influencer': row.id,
                'kind': row.agreement,
                'amount': row.agreement_value_minor,
                'currency': row.currency,
                'on_date': row.at.date(),
                'by_terms': True,
                'at': row.at,
            },
        )


def downgrade() -> None:
    for table, columns in _EMPTY.items():
        for name in columns:
            op.execute(f'ALTER TABLE {table} DROP COLUMN {name}')
    for table in (
        'crisis_reader',
        'incident_entry',
        'crisis_word',
        'agreement_entry',
        'incident',
        'crisis_plan',
    ):
        op.drop_table(table)
