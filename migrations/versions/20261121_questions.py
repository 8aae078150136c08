"""Questions, votes, answers, sessions

Revision ID: 0008
Revises: 0007
"""

import sqlalchemy as sa
from alembic import op


revision = '0008'
down_revision = '0007'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "question",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("pid", sa.String(length=16), nullable=False),
        sa.Column("campaign_id", sa.Integer(), nullable=False),
        sa.Column("supporter_id", sa.Integer(), nullable=True),
        sa.Column("text", sa.String(length=400), nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("language", sa.String(length=2), nullable=False),
        sa.Column("may_edit", sa.Boolean(), nullable=False),
        sa.Column("original", sa.String(length=400), nullable=False),
        sa.Column("merged_into_id", sa.Integer(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["campaign_id"], ["campaign.id"], name=op.f("fk_question_campaign_id_campaign")
        ),
        sa.ForeignKeyConstraint(
            ["merged_into_id"],
            ["question.id"],
            name=op.f("fk_question_merged_into_id_question"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["supporter_id"],
            ["supporter.id"],
            name=op.f("fk_question_supporter_id_supporter"),
            ondelete="SET NULL",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_question")),
        sa.UniqueConstraint("pid", name=op.f("uq_question_pid")),
    )
    op.create_index(
        "ix_question_campaign_id_merged_into_id", "question", ["campaign_id", "merged_into_id"], unique=False
    )
    op.create_index(op.f("ix_question_merged_into_id"), "question", ["merged_into_id"], unique=False)
    op.create_index(op.f("ix_question_supporter_id"), "question", ["supporter_id"], unique=False)

    op.create_table(
        "qa_session",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("pid", sa.String(length=16), nullable=False),
        sa.Column("campaign_id", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(length=120), nullable=False),
        sa.Column("about", sa.String(length=600), nullable=False),
        sa.Column("host_id", sa.Integer(), nullable=True),
        sa.Column("on_date", sa.Date(), nullable=False),
        sa.Column("at_time", sa.Time(), nullable=False),
        sa.Column("zone", sa.String(length=60), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=False),
        sa.Column("on_air_id", sa.Integer(), nullable=True),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("paused_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("cancelled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("minutes BETWEEN 10 AND 240", name=op.f("ck_qa_session_minutes")),
        sa.ForeignKeyConstraint(
            ["campaign_id"], ["campaign.id"], name=op.f("fk_qa_session_campaign_id_campaign")
        ),
        sa.ForeignKeyConstraint(
            ["host_id"], ["influencer.id"], name=op.f("fk_qa_session_host_id_influencer"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["on_air_id"], ["question.id"], name=op.f("fk_qa_session_on_air_id_question"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_qa_session")),
        sa.UniqueConstraint("pid", name=op.f("uq_qa_session_pid")),
    )
    op.create_index(op.f("ix_qa_session_campaign_id"), "qa_session", ["campaign_id"], unique=False)
    op.create_index(op.f("ix_qa_session_host_id"), "qa_session", ["host_id"], unique=False)

    op.create_table(
        "question_vote",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("campaign_id", sa.Integer(), nullable=False),
        sa.Column("question_id", sa.Integer(), nullable=False),
        sa.Column("participant", sa.String(length=43), nullable=False),
        sa.Column("supporter_id", sa.Integer(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["campaign_id"], ["campaign.id"], name=op.f("fk_question_vote_campaign_id_campaign")
        ),
        sa.ForeignKeyConstraint(
            ["question_id"],
            ["question.id"],
            name=op.f("fk_question_vote_question_id_question"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["supporter_id"],
            ["supporter.id"],
            name=op.f("fk_question_vote_supporter_id_supporter"),
            ondelete="SET NULL",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_question_vote")),
        sa.UniqueConstraint(
            "question_id", "participant", name=op.f("uq_question_vote_question_id_participant")
        ),
        sa.UniqueConstraint(
            "question_id", "supporter_id", name=op.f("uq_question_vote_question_id_supporter_id")
        ),
    )
    op.create_index(op.f("ix_question_vote_campaign_id"), "question_vote", ["campaign_id"], unique=False)
    op.create_index(op.f("ix_question_vote_supporter_id"), "question_vote", ["supporter_id"], unique=False)

    op.create_table(
        "question_answer",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("pid", sa.String(length=16), nullable=False),
        sa.Column("question_id", sa.Integer(), nullable=False),
        sa.Column("session_id", sa.Integer(), nullable=True),
        sa.Column("text", sa.String(length=4000), nullable=False),
        sa.Column("by_name", sa.String(length=120), nullable=False),
        sa.Column("by_role", sa.String(length=160), nullable=False),
        sa.Column("sources", sa.JSON(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("corrected_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("correction", sa.String(length=400), nullable=False),
        sa.Column("before", sa.JSON(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_question_answer_person_id_person")
        ),
        sa.ForeignKeyConstraint(
            ["question_id"],
            ["question.id"],
            name=op.f("fk_question_answer_question_id_question"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["session_id"],
            ["qa_session.id"],
            name=op.f("fk_question_answer_session_id_qa_session"),
            ondelete="SET NULL",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_question_answer")),
        sa.UniqueConstraint("pid", name=op.f("uq_question_answer_pid")),
        sa.UniqueConstraint("question_id", name=op.f("uq_question_answer_question_id")),
    )
    op.create_index(op.f("ix_question_answer_session_id"), "question_answer", ["session_id"], unique=False)


def downgrade() -> None:
    op.drop_index(op.f("ix_question_answer_session_id"), table_name="question_answer")
    op.drop_table("question_answer")
    op.drop_index(op.f("ix_question_vote_supporter_id"), table_name="question_vote")
    op.drop_index(op.f("ix_question_vote_campaign_id"), table_name="question_vote")
    op.drop_table("question_vote")
    op.drop_index(op.f("ix_qa_session_host_id"), table_name="qa_session")
    op.drop_index(op.f("ix_qa_session_campaign_id"), table_name="qa_session")
    op.drop_table("qa_session")
    op.drop_index(op.f("ix_question_supporter_id"), table_name="question")
    op.drop_index(op.f("ix_question_merged_into_id"), table_name="question")
    op.drop_index("ix_question_campaign_id_merged_into_id", table_name="question")
    op.drop_table("question")
