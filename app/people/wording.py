"""The words for roles and for what the audit log holds; an action without a sentence is shown as it is."""

from app.core.i18n import Message, gettext, join, mark
from app.people.identity import KIND_NAMES
from app.people.models import AuditEntry
from app.people.rules import Role

ROLE_NAMES: dict[Role, Message] = {
    Role.OWNER: mark("Owner"),
    Role.EDITOR: mark("Editor"),
    Role.MODERATOR: mark("Moderator"),
    Role.FINANCE: mark("Finance"),
}

ROLE_DUTIES: dict[Role, Message] = {
    Role.OWNER: mark("Everything, members and organisation included."),
    Role.EDITOR: mark("Campaigns, stories, challenges, influencers and impact updates."),
    Role.MODERATOR: mark("What the public sends."),
    Role.FINANCE: mark("Gifts, spending and exports."),
}

# The groups of the journal's filter: the first word of an action.
KINDS: dict[str, Message] = {
    "account": mark("Accounts"),
    "organisation": mark("Organisation"),
    "member": mark("Members"),
    "campaign": mark("Campaigns"),
    "frame": mark("Stories"),
    "post": mark("Posts"),
    "link": mark("Links"),
    "challenge": mark("Challenges"),
    "influencer": mark("Influencers"),
    "money": mark("Money"),
    "promise": mark("Promises"),
    "channel": mark("Connections"),
    "update": mark("Impact updates"),
    "item": mark("What the public sends"),
    "lexicon": mark("Words and reasons"),
    "alert": mark("Alerts"),
    "crisis": mark("Crises"),
    "question": mark("Questions"),
    "followers": mark("Followers"),
    "testimonial": mark("Testimonials"),
    "claim": mark("Facts"),
    "notice": mark("Notices"),
    "receipt": mark("Receipts"),
    "books": mark("The books"),
    "privacy": mark("Personal data"),
    "insight": mark("Insights"),
}

# What someone did, in one sentence. Each room's actions stand here so that the log reads as one text;
# a test of the house finds the action that has none.
ACTIONS: dict[str, Message] = {
    "insight.reach_typed": mark("%(who)s typed the reach of day %(day)s"),
    "insight.cost_added": mark("%(who)s wrote down a cost: %(subject)s"),
    "insight.cost_removed": mark("%(who)s took out a cost: %(subject)s"),
    "insight.data_published": mark("%(who)s published the open data of %(subject)s"),
    "insight.data_withdrawn": mark("%(who)s withdrew the open data of %(subject)s"),
    "account.password_changed": mark("%(who)s changed their password"),
    "organisation.created": mark("%(who)s created the organisation %(subject)s"),
    "organisation.changed": mark("%(who)s changed the organisation: %(fields)s"),
    "member.invited": mark("%(who)s invited %(subject)s as %(role)s"),
    "member.invited_again": mark("%(who)s sent the invitation of %(subject)s again"),
    "member.invitation_revoked": mark("%(who)s withdrew the invitation of %(subject)s"),
    "member.joined": mark("%(who)s joined as %(role)s"),
    "member.left": mark("%(who)s left the organisation"),
    "member.removed": mark("%(who)s removed %(subject)s from the organisation"),
    "campaign.created": mark("%(who)s began the campaign %(subject)s"),
    "campaign.cloned": mark("%(who)s copied a campaign as %(subject)s"),
    "campaign.imported": mark("%(who)s brought in the campaign %(subject)s"),
    "campaign.changed": mark("%(who)s changed the settings of %(subject)s"),
    "campaign.dates_changed": mark("%(who)s changed the dates of %(subject)s"),
    "campaign.address_changed": mark("%(who)s moved %(subject)s from %(before)s to %(after)s"),
    "campaign.paused": mark("%(who)s paused %(subject)s: %(reason)s"),
    "campaign.resumed": mark("%(who)s resumed %(subject)s after %(minutes)s minutes"),
    "campaign.draft": mark("%(who)s took %(subject)s back to draft"),
    "campaign.ready": mark("%(who)s declared %(subject)s ready"),
    "campaign.live": mark("%(who)s opened %(subject)s"),
    "campaign.drive": mark("%(who)s opened the drive of %(subject)s"),
    "campaign.reporting": mark("%(who)s ended the drive of %(subject)s"),
    "campaign.closed": mark("%(who)s closed %(subject)s"),
    "campaign.held_back": mark("%(who)s held %(subject)s back: something was missing"),
    "challenge.edited": mark("%(who)s edited the challenge %(subject)s"),
    "member.role_changed": mark("%(who)s changed the role of %(subject)s: %(before)s, now %(after)s"),
    "frame.removed": mark("%(who)s removed the story %(subject)s"),
    "link.made": mark("%(who)s made the link %(subject)s"),
    "link.renamed": mark("%(who)s called a link %(subject)s"),
    "link.retired": mark("%(who)s retired the link %(subject)s"),
    "link.restored": mark("%(who)s let the link %(subject)s lead where it led"),
    "post.added": mark("%(who)s planned a post of %(subject)s"),
    "post.changed": mark("%(who)s changed a post of %(subject)s"),
    "post.removed": mark("%(who)s removed a post of %(subject)s"),
    "post.posted": mark("%(who)s posted %(subject)s"),
    "post.declined": mark("%(who)s cannot post %(subject)s"),
    "post.zone_changed": mark(
        "%(subject)s: a post moved from %(before)s to %(after)s (UTC), because the hours of its zone changed; "
        "its wall time is the same"
    ),
    "post.planned_again": mark("%(who)s planned %(subject)s again"),
    "post.submitted": mark("%(who)s sent %(subject)s for approval"),
    "post.approved": mark("%(who)s approved the post %(subject)s"),
    "post.agreed": mark("%(who)s agreed to post %(subject)s"),
    "post.changes_asked": mark("%(who)s asked for changes to %(subject)s"),
    "post.refused": mark("%(who)s will not post %(subject)s"),
    "post.reopened": mark("%(subject)s was changed after its approval and waits for it again"),
    "post.confirmed": mark("%(who)s said that %(subject)s had gone out"),
    "post.not_out": mark("%(who)s said that %(subject)s had not gone out"),
    "post.sent_now": mark("%(who)s sent %(subject)s at once"),
    "post.left": mark("%(who)s left %(subject)s unpublished"),
    "post.held": mark("%(who)s held %(subject)s"),
    "post.released": mark("%(who)s let %(subject)s go out at its hour"),
    "question.answer_drafted": mark("%(who)s drafted an answer to “%(subject)s”"),
    "question.answered": mark("%(who)s answered “%(subject)s”"),
    "question.answer_corrected": mark("%(who)s corrected the answer to “%(subject)s”"),
    "question.answer_taken_back": mark("%(who)s took the answer to “%(subject)s” off the page"),
    "question.edited": mark("%(who)s corrected the words of “%(subject)s” as its author allowed"),
    "question.merged": mark("%(who)s merged “%(subject)s” into another question"),
    "question.separated": mark("%(who)s let “%(subject)s” stand for itself again"),
    "question.session_planned": mark("%(who)s announced the live session %(subject)s"),
    "question.session_changed": mark("%(who)s changed the live session %(subject)s"),
    "question.session_opened": mark("%(who)s opened the live session %(subject)s"),
    "question.session_closed": mark("%(who)s closed the live session %(subject)s"),
    "question.session_cancelled": mark("%(who)s cancelled the live session %(subject)s"),
    "challenge.act_removed": mark("%(who)s removed an act from the challenges of %(subject)s"),
    "challenge.act_restored": mark("%(who)s put an act back into the challenges of %(subject)s"),
    "followers.stopped": mark("%(who)s stopped telling the followers of “%(subject)s”"),
    "followers.exported": mark("%(who)s took the addresses of %(count)s followers of %(subject)s out"),
    "influencer.added": mark("%(who)s added %(subject)s to the shortlist"),
    "influencer.approved": mark("%(who)s approved %(subject)s"),
    "influencer.refused": mark("%(who)s decided not to go with %(subject)s"),
    "influencer.terms": mark("%(who)s set the terms with %(subject)s"),
    "influencer.agreement_entered": mark("%(who)s entered what %(subject)s receives"),
    "influencer.agreement_corrected": mark("%(who)s corrected what %(subject)s receives"),
    "influencer.same_person": mark("%(who)s said that %(subject)s is the same person as in another campaign"),
    "influencer.invited": mark("%(who)s invited %(subject)s to carry the campaign"),
    "influencer.accepted": mark("%(subject)s accepted to carry the campaign"),
    "influencer.declined": mark("%(subject)s declined to carry the campaign"),
    "influencer.link_issued": mark("%(who)s made a personal link for %(subject)s"),
    "influencer.link_revoked": mark("%(who)s withdrew the personal link of %(subject)s"),
    "money.spent": mark("%(who)s entered a spending: %(subject)s"),
    "money.match_added": mark("%(who)s announced that %(subject)s adds to the gifts"),
    "money.match_changed": mark("%(who)s changed what %(subject)s adds to the gifts"),
    "money.match_ended": mark("%(who)s ended what %(subject)s adds to the gifts"),
    "money.match_paid": mark("%(who)s entered a payment of the sponsor %(subject)s"),
    "money.match_unpaid": mark("%(who)s cancelled a payment of the sponsor %(subject)s: %(reason)s"),
    "money.gift_entered": mark("%(who)s entered a gift to %(subject)s by hand"),
    "money.gift_seen": mark("%(who)s saw a large gift to %(subject)s: it counts"),
    "money.gift_refused": mark("%(who)s took a gift to %(subject)s off that waited to be seen"),
    "money.gift_voided": mark("%(who)s cancelled a gift to %(subject)s: %(reason)s"),
    "money.declared": mark("%(who)s declared a sum collected elsewhere: %(subject)s"),
    "money.undeclared": mark("%(who)s cancelled a declared sum: %(reason)s"),
    "money.bank_changed": mark("%(who)s changed the account donors are shown: %(subject)s"),
    "money.bank_imported": mark("%(who)s read a bank statement: lines taken %(taken)s, open %(open)s"),
    "money.bank_decided": mark("%(who)s took a transfer as a gift to %(subject)s"),
    "money.bank_set_aside": mark("%(who)s set a transfer aside: %(subject)s"),
    "money.corrected": mark("%(who)s cancelled the spending %(subject)s: %(reason)s"),
    "promise.added": mark("%(who)s added the promise %(subject)s"),
    "promise.changed": mark("%(who)s changed the promise %(subject)s"),
    "promise.removed": mark("%(who)s removed the promise %(subject)s"),
    "money.refunded": mark("%(who)s gave back money of a gift to %(subject)s"),
    "money.dispute_answered": mark("%(who)s answered the bank about a gift to %(subject)s"),
    "money.watch_begun": mark("%(who)s put the donation pages under watch"),
    "money.watch_ended": mark("%(who)s ended the watch over the donation pages"),
    "money.warning_kept": mark("%(who)s kept a gift to %(subject)s that a bank had warned of"),
    "money.stripe-connected": mark("%(who)s connected the Stripe account %(subject)s"),
    "money.stripe-removed": mark("%(who)s removed the Stripe account %(subject)s"),
    "money.webhook-secret-added": mark("%(who)s added a webhook secret for %(subject)s"),
    "money.webhook-secret-retired": mark("%(who)s retired the former webhook secret of %(subject)s"),
    "channel.connected": mark("%(who)s connected %(subject)s (%(channel)s)"),
    "channel.disconnected": mark("%(who)s disconnected %(subject)s (%(channel)s)"),
    "channel.lost": mark("%(channel)s ended the permission of %(subject)s"),
    "item.accepted": mark("%(who)s accepted what the public sent: %(count)s"),
    "item.returned": mark("%(who)s returned what the public sent: %(count)s"),
    "item.refused": mark("%(who)s refused what the public sent: %(count)s"),
    "item.undone": mark("%(who)s took back decisions about what the public sent: %(count)s"),
    "item.escalated": mark("%(who)s passed something the public sent to the owners"),
    "item.edited": mark("%(who)s corrected something the public sent, as its author allowed"),
    "item.looked": mark("%(who)s looked at personal data that was masked"),
    "lexicon.added": mark("%(who)s watches for the word %(subject)s"),
    "lexicon.removed": mark("%(who)s took the word %(subject)s out of the list"),
    "lexicon.reason_added": mark("%(who)s wrote the reason %(subject)s"),
    "lexicon.reason_removed": mark("%(who)s took out the reason %(subject)s"),
    "alert.answered": mark("%(who)s answered an alert of %(subject)s"),
    "claim.added": mark("%(who)s claimed: %(subject)s"),
    "claim.removed": mark("%(who)s took back the claim: %(subject)s"),
    "claim.reopened": mark("%(who)s changed a claim or its sources, which ended its check: %(subject)s"),
    "claim.checked": mark("%(who)s checked the claim: %(subject)s"),
    "claim.dismissed": mark("%(who)s said that this needs no source: %(subject)s"),
    "claim.nothing": mark("%(who)s stated that nothing in %(subject)s needs a source"),
    "claim.corrected": mark("%(who)s corrected in public: %(subject)s"),
    "notice.decided": mark("%(who)s decided about the notice %(subject)s"),
    "notice.done": mark("%(who)s changed a page after the notice %(subject)s"),
    "notice.authority_told": mark("%(who)s told an authority about the notice %(subject)s"),
    "update.published": mark("%(who)s published the update %(subject)s"),
    "crisis.planned": mark("%(who)s wrote the crisis protocol of %(subject)s"),
    "crisis.opened": mark("%(who)s opened an incident in %(subject)s: %(title)s"),
    "crisis.statement": mark("%(who)s published a statement on %(subject)s: %(text)s"),
    "crisis.statement_changed": mark("%(who)s changed the statement on %(subject)s: %(text)s"),
    "crisis.statement_withdrawn": mark("%(who)s withdrew the statement on %(subject)s"),
    "crisis.told": mark("%(who)s told those who carry %(subject)s: %(count)s people"),
    "crisis.closed": mark("%(who)s closed the incident %(title)s in %(subject)s"),
    "testimonial.chosen": mark("%(who)s chose a testimonial of %(subject)s to show first"),
    "testimonial.unchosen": mark("%(who)s no longer shows a testimonial of %(subject)s first"),
    "testimonial.card": mark("%(who)s made a card of a testimonial of %(subject)s"),
    "testimonial.relayed": mark("%(who)s put a testimonial into the week of %(subject)s"),
    "testimonial.corrected": mark("%(who)s corrected mistakes in a testimonial of %(subject)s"),
    "frame.portrait_declared": mark("%(who)s said who is in a picture"),
    "frame.portrait_withdrawn": mark("%(who)s noted that someone no longer agrees to be shown"),
    "receipt.declared": mark("%(who)s declared that %(subject)s may issue tax receipts"),
    "receipt.stopped": mark("%(who)s stopped the tax receipts of %(subject)s"),
    "receipt.issued": mark("%(who)s issued the tax receipt %(subject)s"),
    "receipt.voided": mark("%(who)s voided the receipt %(subject)s: %(reason)s"),
    "books.booked": mark("%(who)s booked a difference with Stripe to a campaign: %(subject)s"),
    "books.taken_back": mark("%(who)s took out of the ledger what Stripe never had: %(subject)s"),
    "books.explained": mark("%(who)s explained a difference with Stripe: %(subject)s"),
    "books.reopened": mark("%(who)s took back the explanation of %(subject)s"),
    "books.accounts": mark("%(who)s changed the chart of accounts"),
    "receipt.yearly": mark("%(who)s began to issue the tax receipts of %(subject)s"),
    "receipt.gift_aid": mark("%(who)s entered the Gift Aid declaration of %(subject)s"),
    "receipt.gift_aid_cancelled": mark("%(who)s cancelled the Gift Aid declaration of %(subject)s"),
    "privacy.erased": mark("%(who)s erased someone’s data"),
}

FIELD_NAMES: dict[str, Message] = {
    "name": mark("name"),
    "legal_name": mark("legal name"),
    "legal_kind": mark("register"),
    "legal_number": mark("legal number"),
    "address": mark("address"),
    "country": mark("country"),
    "email": mark("e-mail address"),
    "phone": mark("telephone"),
    "website": mark("website"),
    "publication_director": mark("publication director"),
    "hosting": mark("hosting"),
    "governance": mark("governance"),
    "accounts": mark("published accounts"),
    "money_path": mark("way of the money"),
    "tax_status": mark("tax status"),
    "language": mark("language"),
    "timezone": mark("time zone"),
    "currency": mark("currency"),
}

_SYSTEM = mark("Septaine")
_UNKNOWN = mark("%(who)s: %(action)s – %(subject)s")


def audit_sentence(entry: AuditEntry) -> str:
    """What an entry says, in the reader's language."""
    values = {name: _value(name, value) for name, value in entry.details.items()}
    # An influencer has no account: the room that notes their act gives their name as `by`.
    who = entry.actor_name or values.get("by") or str(_SYSTEM)
    values |= {"who": who, "subject": entry.subject, "action": entry.action}
    try:
        return gettext(ACTIONS.get(entry.action, _UNKNOWN).text) % values
    except KeyError:  # an entry older than its sentence may lack a detail
        return gettext(_UNKNOWN.text) % values


def _value(name: str, value: object) -> str:
    """A detail in words: roles and field names are known by key."""
    if name in ("role", "before", "after") and value in {role.value for role in Role}:
        return str(ROLE_NAMES[Role(str(value))]).lower()
    if name == "fields" and isinstance(value, list):
        return join(FIELD_NAMES[one] if one in FIELD_NAMES else str(one) for one in value)
    return str(value)


__all__ = ["ACTIONS", "FIELD_NAMES", "KINDS", "KIND_NAMES", "ROLE_DUTIES", "ROLE_NAMES", "audit_sentence"]
