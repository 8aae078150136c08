"""Every table of the house, imported in one place for Alembic and the tests."""

from sqlmodel import SQLModel

import app.accounts.models
import app.books.models
import app.campaigns.models
import app.challenges.models
import app.claims.models
import app.core.tables
import app.crisis.models
import app.defence.models
import app.donations.aftermath.models
import app.donations.models
import app.drive.models
import app.followers.models
import app.followups.models
import app.impact.models
import app.impact.plan_models
import app.impact.spend_models
import app.influencers.models
import app.insights.models
import app.intake.models
import app.links.models
import app.mail.models
import app.media.models
import app.moderation.models
import app.notices.models
import app.people.models
import app.privacy.models
import app.publishing.models
import app.questions.models
import app.receipts.models
import app.reminders.models
import app.stories.models
import app.supporters.models
import app.testimonials.models
import app.transparency.models  # noqa: F401

metadata = SQLModel.metadata
