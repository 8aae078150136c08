"""Where each table with words stands: whose data it holds and until when, or why it holds nobody's.

A test refuses a table with words that is named nowhere here.
"""

from collections.abc import Mapping

ERASED = "erased"  # a holder erases it at somebody's wish; every other word names a rule or an entry of the schedule

HOLDS: Mapping[str, tuple[str, ...]] = {
    # What the public sends
    "intake_item": (ERASED, "refused", "restricted", "sent", "sources"),
    "testimonial": (ERASED, "refused", "restricted", "sent"),
    "testimonial_card": (ERASED, "refused", "restricted", "sent"),
    "testimonial_use": (ERASED, "campaign"),  # none of the words; the carrier's name goes with the carrier
    "question": (ERASED, "refused", "restricted", "sent"),
    "question_vote": (ERASED, "salts"),
    "question_answer": ("campaign",),
    "qa_session": ("campaign",),
    "challenge_act": (ERASED, "refused", "restricted", "sent", "proofs", "salts"),
    "challenge_miss": (ERASED, "obstacles"),
    "participant_salt": ("salts",),
    "visit_mark": ("visitors",),
    "visit_key": ("visitors",),
    "challenge_streak": (ERASED, "supporters"),
    "spent_proof": ("stamps",),
    # People without an account
    "supporter": (ERASED, "supporters"),
    "supporter_link": (ERASED, "links"),
    "supporter_visit": (ERASED, "visits"),
    "follow_up_asked": (ERASED, "followups"),
    "consent": (ERASED, "consents"),
    "follower": (ERASED, "unconfirmed", "left", "complained", "followed"),
    "delivery": (ERASED, "told"),  # what a mail server answered may name the address
    "dispatch": ("campaign",),
    "follow_device": ("devices",),  # of nobody we know: no address leads to it, only the browser ends it
    "device_notice": ("devices", "noticed"),
    "gift": (ERASED, "unpaid", "sent", "givers"),
    "giving_plan": (ERASED, "plans"),
    "gift_entry": ("givers",),
    "receipt": ("receipts",),
    "gift_aid": ("receipts",),
    "bank_line": ("statements",),
    "refund": ("givers",),  # a reason, and what a member noted
    "dispute": (ERASED, "givers"),  # the draft of an answer may name the donor
    "giving_source": ("counts",),
    "reconcile_finding": ("givers",),  # what a member noted of a difference
    # Trust
    "notice": (ERASED, "notices"),
    "notice_link": ("notices",),
    "notice_decision": (ERASED, "notices"),
    "notice_appeal": ("notices",),
    "moderation_alert": (
        ERASED,
        "sent",
        "team",
    ),  # names items, whose words go with them; what a member answered
    "lexicon_word": ("watched",),
    "claim": ("campaign",),
    "claim_source": ("campaign",),
    "claim_dismissal": ("campaign",),
    "claim_correction": ("campaign",),
    "crisis_plan": ("contacts",),
    "incident": ("campaign",),
    "incident_entry": ("campaign",),
    "crisis_word": ("campaign",),
    # Those who carry a campaign, and those it shows
    "influencer": (ERASED, "never-with-us", "was-with-us"),
    "agreement_entry": (ERASED, "givers"),
    "personal_link": (ERASED, "was-with-us"),
    "brief_session": (ERASED, "was-with-us"),
    "reminder_target": (ERASED, "was-with-us"),
    "reminder": (ERASED, "was-with-us"),
    "portrait": ("portraits",),
    "media": (ERASED, "refused", "restricted", "sent", "proofs"),
    # The team and what it writes
    "organisation": ("team",),
    "person": ("team",),
    "membership": ("team",),
    "invitation": (ERASED, "sessions"),
    "sign_in_session": ("sessions",),
    "one_time_link": ("sessions",),
    "audit_entry": ("journal",),
    "campaign": ("contacts", "campaign"),
    "day": ("campaign",),
    "frame": ("campaign",),
    "tracked_link": ("campaign",),
    "storyboard_edit": ("campaign",),
    "challenge": ("campaign",),
    "post": ("campaign",),
    "post_word": ("campaign",),
    "promise": ("campaign",),
    "impact_update": (ERASED, "campaign"),
    "impact_picture": (ERASED, "campaign"),
    "impact_revision": (ERASED, "campaign"),
    "log_content": (ERASED, "campaign"),
    "budget_line": ("campaign",),
    "report_commitment": ("campaign",),
    "plan_change": ("campaign",),
    "unspent_word": ("campaign",),
    "spend": ("givers",),  # who was paid: kept as long as the accounts must be
    "ledger_entry": ("givers",),
    "insight_cost": ("campaign",),
    "insight_open_data": ("campaign",),
    "sponsor_match": ("campaign",),
    "tax_profile": ("team",),
    "bank_account": ("team",),
    "stripe_account": ("team",),
    "account_plan": ("team",),
    "channel_account": ("team",),
    "channel_connecting": ("sessions",),
    # The machine
    "outgoing_mail": (ERASED, "mails"),
    "rate_count": ("counts",),
}

NOBODY: Mapping[str, str] = {
    "past_slug": "addresses of campaigns",
    "campaign_state_change": "states, and members by their number",
    "impact_figure": "values of promises",
    "log_entry": "digests, chained: what was sealed stands apart and may be erased",
    "log_head": "the newest number of each log",
    "spending_rule": "an amount, and a member by number",
    "spend_evidence": "which pictures prove a spending, and boxes; the pictures are media",
    "post_attempt": "tries of posts: keys and answers of platforms",
    "post_following_frame": "the order of frames",
    "post_outage": "counts of late posts",
    "stripe_line": "movements of an account, by Stripe’s own numbers",
    "stripe_payout": "payouts of an account",
    "books_run": "how far an account was read",
    "fraud_warning": "numbers of gifts, and what a bank suspects",
    "payment_event": "numbers of payments: Stripe is asked for the rest",
    "payment_pull": "how far Stripe's events were read",
    "moderation_reason": "sentences for anyone",
    "claim_nothing": "that nothing needs a source, and a member by number",
    "crisis_reader": "that a word was read, by number",
    "moderation_look": "members and items by number; the rule “looks” forgets it all the same",
    "channel_app": "this server at other servers",
    "giver": "which browser or mailbox gave, by number; ends with the supporter",
    "receipt_gift": "which gifts a receipt stands for, by number",
    "receipt_series": "the last numbers taken",
    "receipt_run": "counts of a year",
    "follow_up": "rounds of questions",
    "follow_up_refusal": "that somebody wants no such question, by a hash that leads nowhere else",
    "erasure": "counts; who was erased stands nowhere",
    "retention_run": "counts",
    "insight_tally": "sums by day; influencers by number",
    "insight_run": "when sums were made",
    "insight_reach": "what platforms show under frames; influencers and members by number",
    "visit_count": "counts of looks at pages",
    "lease": "processes",
    "job_run": "jobs",
}
"""Tables that hold no person, and what they hold instead."""
