"""What the section on a post's approval shows, for every page that holds it. Reads only."""

from typing import Any

from sqlmodel import Session

from app.campaigns.models import Campaign
from app.campaigns.rules import Approval
from app.people.rules import Actor, Permission
from app.publishing import consent
from app.publishing.models import Post
from app.publishing.review import team, waiting
from app.publishing.rules import PostState
from app.studio.board import may_edit


def section(session: Session, actor: Actor, campaign: Campaign, post: Post) -> dict[str, Any]:
    """What `publishing/_review.html` needs, for any page that shows a post."""
    review = waiting.one(session, campaign, post)
    able = team.able(session, campaign)
    return {
        "campaign": campaign,
        "review": review,
        "approver": actor.may(Permission.PUBLISH) and may_edit(actor, campaign),
        "own_work": not consent.may_approve(actor.person_id, review.author, able),
        "editable": may_edit(actor, campaign),
        "answer": None,
    }


def section_if_asked(session: Session, actor: Actor, campaign: Campaign, post: Post) -> dict[str, Any]:
    """The same where approval concerns the post; else only `review`, None: most campaigns ask for none."""
    if campaign.approval is Approval.NONE and post.state not in (PostState.DRAFT, PostState.IN_REVIEW):
        return {"review": None}
    return section(session, actor, campaign, post)
