"""Tell the organisers at once that a carrier cannot make a post: a mail to each who may publish, with the reason."""

from sqlmodel import Session

from app.campaigns import queries as campaigns
from app.campaigns.models import Campaign
from app.core.templating import absolute
from app.mail import service as mail
from app.publishing.models import Post
from app.stories import queries as stories


def tell_declined(session: Session, campaign: Campaign, post: Post, *, who: str) -> int:
    """Queue the mails in the transaction of the refusal; returns how many."""
    frame = stories.frames_by_id(session, [post.frame_id])[post.frame_id]
    readers = campaigns.organiser_mails(session, campaign)
    for address, language in readers:
        mail.queue(
            session,
            kind="post-declined",
            to=address,
            language=language,
            context={
                "campaign": campaign,
                "post": post,
                "title": frame.title or campaign.title,
                "who": who,
                "url": absolute(f"/studio/campaigns/{campaign.pid}/posts/{post.pid}"),
            },
        )
    return len(readers)
