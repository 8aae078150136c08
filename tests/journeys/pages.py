"""Every page a person can meet, in one table: the sweeps, the pictures and the house test read it."""

from dataclasses import dataclass
from enum import StrEnum


class Who(StrEnum):
    """Whose browser opens the page."""

    ANYONE = "anyone"
    ORGANISER = "organiser"  # of the French organisation: the live, the finished and the draft campaign
    COLLEAGUE_ABROAD = "colleague-abroad"  # of the English one, whose drive is open
    INFLUENCER = "influencer"
    FOLLOWER = "follower"  # who kept a private link


@dataclass(frozen=True)
class View:
    """A page: the name of its pictures, the named route that draws it, its path, and who may open it.

    The words in braces stand for what only the running demo knows (tests.journeys.cast.find_places).
    """

    name: str
    route: str
    path: str
    who: Who = Who.ANYONE
    status: int = 200
    speaks: str = ""  # the one language of a page that follows its gift, not its reader

    @property
    def least(self) -> int:
        """The smallest side of anything to press, in CSS pixels: the brief is used in the street."""
        return 44 if self.who is Who.INFLUENCER else 24


def _studio(name: str, route: str, path: str, who: Who = Who.ORGANISER) -> View:
    return View(f"studio-{name}", route, f"/studio{path}", who)


VIEWS = (
    View("home", "public:home", "/"),
    View("campaign-live", "public:campaign", "/c/lanternes"),
    View("campaign-drive", "public:campaign", "/c/last-bus"),
    View("campaign-closed", "public:campaign", "/c/douze-chaises"),
    View("day-told", "public:day", "/c/lanternes/days/1"),
    View("day-today", "public:day", "/c/lanternes/days/3"),
    View("day-to-come", "public:day", "/c/lanternes/days/6"),
    View("questions", "public:questions", "/c/last-bus/voices/questions"),
    View("questions-french", "public:questions", "/c/lanternes/voices/questions"),
    View("questions-answered", "public:questions", "/c/last-bus/voices/questions?show=answered"),
    View("question-answered", "public:question", "/c/last-bus/voices/questions/{answered_question}"),
    View("live-coming", "public:live", "/c/lanternes/voices/live/{coming_session}"),
    View("live-archive", "public:live", "/c/last-bus/voices/live/{past_session}"),
    View("live-on-air", "public:live", "/c/last-bus/voices/live/{live_session}"),
    View("how-we-count", "public:how-we-count", "/c/lanternes/how-we-count"),
    View("who", "public:who", "/c/lanternes/who"),
    View("who-drive", "public:who", "/c/last-bus/who"),
    View("sources", "public:sources", "/c/last-bus/sources"),
    View("sources-closed", "public:sources", "/c/douze-chaises/sources"),
    View("donate-before", "donations:donate", "/c/lanternes/donate"),
    View("donate", "donations:donate", "/c/last-bus/donate"),
    View("donate-after", "donations:donate", "/c/douze-chaises/donate"),
    View("thanks", "donations:thanks", "/c/last-bus/thanks?session={paid}"),
    View("thanks-unpaid", "donations:thanks", "/c/last-bus/thanks?session={unpaid}"),
    View("impact-promised", "impact:public", "/c/lanternes/impact"),
    View("impact-drive", "impact:public", "/c/last-bus/impact"),
    View("impact-closed", "impact:public", "/c/douze-chaises/impact"),
    View("privacy", "people:privacy", "/privacy"),
    View("legal", "people:legal", "/legal"),
    View("accessibility", "people:accessibility", "/accessibility"),
    View("notice-form", "notices:form", "/notice?about=/c/lanternes/days/1"),
    View("notice-receipt", "notices:status", "{notice_receipt}"),
    View("notice-decided", "notices:status", "{notice_decided}"),
    View("notice-author", "notices:status", "{notice_author}"),
    View("notice-figures", "notices:figures", "/notice/figures?org={organisation}"),
    View("not-found", "", "/nowhere", status=404),
    View("till-open", "", "/sandbox/stripe/pay/{unpaid}", speaks="en"),
    View("till-paid", "", "/sandbox/stripe/pay/{paid}", speaks="en"),
    View("till-list", "", "/sandbox/stripe/"),
    View("mailbox", "mail:mailbox", "/sandbox/mail"),
    View("mail", "mail:read", "{mail}"),
    View("inbox", "accounts:inbox", "/sandbox/webhook"),
    View("sign-in", "people:sign-in", "/studio/sign-in"),
    View("sign-in-link", "people:sign-in-link", "{sign_in_link}"),
    View("join", "people:join", "{join}"),
    View("voices", "public:voices", "/c/lanternes/voices"),
    View("voices-drive", "public:voices", "/c/last-bus/voices"),
    View("voices-closed", "public:voices", "/c/douze-chaises/voices"),
    View("mine", "public:mine", "/mine", Who.FOLLOWER),
    View("mine-act", "public:mine-act", "/mine/challenges/acts/{returned_act}", Who.FOLLOWER),
    View("mine-missed", "public:mine-missed", "/mine/challenges/missed/{missed_challenge}", Who.FOLLOWER),
    View("mine-testimonial", "public:mine-testimonial", "/mine/testimonials/{own_testimonial}", Who.FOLLOWER),
    View("mine-erase", "public:mine-erase", "/mine/erase", Who.FOLLOWER),
    View("mine-ask", "public:mine-ask", "/c/lanternes/mine"),
    View("brief-today", "briefs:today", "/brief", Who.INFLUENCER),
    View("brief-yesterday", "briefs:today", "/brief?day=2", Who.INFLUENCER),
    View("brief-reminders", "briefs:reminders", "/brief/reminders", Who.INFLUENCER),
    View("brief-enter", "briefs:enter", "/brief/enter"),
    View("brief-tomorrow", "briefs:today", "/brief?day=4", Who.INFLUENCER),
    View("brief-agree", "briefs:to-agree", "/brief/agree", Who.INFLUENCER),
    _studio("home", "studio:home", ""),
    _studio("engine", "studio:engine", "/publishing"),
    _studio("templates", "studio:new", "/campaigns/new"),
    _studio("new", "studio:new", "/campaigns/new?template=hope-week"),
    _studio("import", "studio:import", "/campaigns/import"),
    _studio("week-live", "studio:week", "/campaigns/{live}/week"),
    _studio("week-draft", "studio:week", "/campaigns/{draft}/week"),
    _studio("calendar-week", "studio:calendar", "/campaigns/{live}/calendar"),
    _studio("calendar-day", "studio:calendar", "/campaigns/{live}/calendar?view=day"),
    _studio("calendar-month", "studio:calendar", "/campaigns/{live}/calendar?view=month"),
    _studio(
        "calendar-some", "studio:calendar", "/campaigns/{live}/calendar?view=month&state=waiting&channel=hand"
    ),
    _studio("calendar-draft", "studio:calendar", "/campaigns/{draft}/calendar"),
    _studio("post-posted", "studio:post", "/campaigns/{live}/posts/{posted_post}"),
    _studio("post-planned", "studio:post", "/campaigns/{live}/posts/{planned_post}"),
    _studio("post-new", "studio:new-post", "/campaigns/{live}/posts/new"),
    _studio("frame", "studio:frame", "/campaigns/{live}/frames/{live_frame}"),
    _studio("frame-gaps", "studio:frame", "/campaigns/{draft}/frames/{draft_frame}"),
    _studio("review", "studio:review", "/campaigns/{live}/review"),
    _studio("review-none", "studio:review", "/campaigns/{draft}/review"),
    _studio("post-review", "studio:post-review", "/campaigns/{live}/posts/{waiting_post}/review"),
    _studio("challenge", "studio:challenge", "/campaigns/{live}/challenges/{live_challenge}"),
    _studio("participation", "studio:participation", "/campaigns/{live}/participation"),
    _studio("participation-none", "studio:participation", "/campaigns/{draft}/participation"),
    _studio("questions", "studio:questions", "/campaigns/{live}/questions"),
    _studio("questions-none", "studio:questions", "/campaigns/{draft}/questions"),
    _studio("question", "studio:question", "/campaigns/{live}/questions/{waiting_question}"),
    _studio(
        "question-answered",
        "studio:question",
        "/campaigns/{drive}/questions/{answered_question}",
        Who.COLLEAGUE_ABROAD,
    ),
    _studio("session-new", "studio:new-session", "/campaigns/{live}/sessions/new"),
    _studio("session-edit", "studio:session-form", "/campaigns/{live}/sessions/{coming_session}/edit"),
    _studio("session", "studio:session", "/campaigns/{live}/sessions/{coming_session}"),
    _studio(
        "session-on-air", "studio:session", "/campaigns/{drive}/sessions/{live_session}", Who.COLLEAGUE_ABROAD
    ),
    _studio("voices", "studio:voices", "/campaigns/{live}/voices"),
    _studio("voices-ended", "studio:voices", "/campaigns/{closed}/voices"),
    _studio("voices-none", "studio:voices", "/campaigns/{draft}/voices"),
    _studio("readiness", "studio:readiness", "/campaigns/{live}/readiness"),
    _studio("readiness-gaps", "studio:readiness", "/campaigns/{draft}/readiness"),
    _studio("readiness-closed", "studio:readiness", "/campaigns/{closed}/readiness"),
    _studio("facts", "studio:facts", "/campaigns/{live}/facts"),
    _studio("facts-none", "studio:facts", "/campaigns/{draft}/facts"),
    _studio("fact", "studio:fact", "/campaigns/{closed}/facts/{closed_fact}"),
    _studio("fact-new", "studio:new-fact", "/campaigns/{live}/facts/new?kind=frame&subject={live_frame}"),
    _studio("settings", "studio:settings", "/campaigns/{live}/settings"),
    _studio("copy", "studio:copy-form", "/campaigns/{live}/copy"),
    _studio("subscribe", "studio:subscribe", "/subscribe"),
    _studio("inbox", "moderation:inbox", "/inbox"),
    _studio("inbox-abroad", "moderation:inbox", "/inbox", Who.COLLEAGUE_ABROAD),
    _studio("inbox-accepted", "moderation:inbox", "/inbox?state=accepted", Who.COLLEAGUE_ABROAD),
    _studio("inbox-item", "moderation:item", "/inbox/{waiting_item}", Who.COLLEAGUE_ABROAD),
    _studio("inbox-settings", "moderation:settings", "/inbox/settings"),
    _studio("alerts", "moderation:alerts", "/campaigns/{drive}/alerts", Who.COLLEAGUE_ABROAD),
    _studio("alerts-none", "moderation:alerts", "/campaigns/{live}/alerts"),
    _studio("crisis", "crisis:run", "/campaigns/{live}/crisis"),
    _studio(
        "crisis-alert", "crisis:run", "/campaigns/{live}/crisis?alert=Huit+messages+hostiles&words=attack"
    ),
    _studio("crisis-protocol", "crisis:protocol", "/campaigns/{live}/crisis/protocol"),
    _studio("crisis-protocol-new", "crisis:protocol", "/campaigns/{draft}/crisis/protocol"),
    _studio("crisis-report", "crisis:report", "/campaigns/{closed}/crisis/incidents/{closed_incident}"),
    _studio("pause", "studio:pause-form", "/campaigns/{live}/pause"),
    _studio("influencers", "influencers:list", "/campaigns/{live}/influencers"),
    _studio("influencers-draft", "influencers:list", "/campaigns/{draft}/influencers"),
    _studio("influencer", "influencers:one", "/campaigns/{live}/influencers/{live_influencer}"),
    _studio("influencer-shortlisted", "influencers:one", "/campaigns/{draft}/influencers/{shortlisted}"),
    _studio("agreements", "influencers:agreements", "/agreements"),
    _studio("agreements-gifted", "influencers:agreements", "/agreements", Who.COLLEAGUE_ABROAD),
    _studio("influencer-new", "influencers:new", "/campaigns/{live}/influencers/new"),
    _studio("gifts-before", "donations:gifts", "/campaigns/{live}/gifts"),
    _studio("gifts-after", "donations:gifts", "/campaigns/{closed}/gifts"),
    _studio("gifts", "donations:gifts", "/campaigns/{drive}/gifts", Who.COLLEAGUE_ABROAD),
    _studio("impact", "impact:studio", "/campaigns/{closed}/impact"),
    _studio("impact-none", "impact:studio", "/campaigns/{draft}/impact"),
    _studio("promise", "impact:promise", "/campaigns/{live}/impact/promises/{live_promise}"),
    _studio("update-new", "impact:new-update", "/campaigns/{closed}/impact/updates/new"),
    _studio("update", "impact:update", "/campaigns/{closed}/impact/updates/{closed_update}"),
    _studio("notices", "studio:notices", "/notices"),
    _studio("notices-register", "studio:notices", "/notices?view=all"),
    _studio("notice-waiting", "studio:notice", "/notices/{notice_waiting}"),
    _studio("notice-decided", "studio:notice", "/notices/{notice_done}"),
    _studio("account", "people:account", "/account"),
    _studio("organisation", "people:organisation", "/organisation"),
    _studio("organisations", "people:organisations", "/organisations"),
    _studio("members", "people:members", "/members"),
    _studio("channels", "accounts:list", "/channels"),
    _studio("channel-new", "accounts:connect", "/channels/connect?to=mastodon"),
    _studio("channel-mail", "accounts:connect", "/channels/connect?to=mail"),
    _studio("channel-new-bluesky", "accounts:connect", "/channels/connect?to=bluesky"),
    _studio("channel-new-telegram", "accounts:connect", "/channels/connect?to=telegram"),
    _studio("channel-new-webhook", "accounts:connect", "/channels/connect?to=webhook"),
    _studio("channel-not-set-up", "accounts:connect", "/channels/connect?to=instagram"),
    _studio("privacy", "privacy:studio", "/privacy"),
    _studio("audit", "people:audit", "/audit"),
    _studio("kit", "core:kit", "/kit"),
)

# Named GET routes that show no page of their own, and why.
OTHERS = {
    "public:live-state": "the part of the live page that moves",
    "public:live-stream": "a stream of events",
    "public:live-calendar": "a calendar file",
    "studio:answer-card": "a picture",
    "studio:session-cards": "pictures in one file",
    "public:mine-question": "one form for one's own question: looked at in its own test",
    "core:asset": "a file of ours",
    "core:health": "one word for a monitor",
    "core:ready": "JSON for a monitor",
    "core:metrics": "text for Prometheus",
    "intake:challenge": "JSON for a script",
    "studio:export": "a file to keep",
    "studio:voices-report": "a CSV file",
    "public:mine-testimonial-file": "a picture or a recording",
    "studio:notices-register": "a CSV file",
    "studio:campaign": "leads to the week",
    "briefs:open": "exchanges the link for a cookie and leads to the brief",
    "public:mine-open": "exchanges the link for a cookie and leads to the private page",
    "briefs:media": "a picture or a film",
    "briefs:calendar": "a calendar file",
    "studio:calendar-feed": "a calendar file",
    "briefs:helper": "a script",
    "briefs:manifest": "how the brief looks on a home screen",
    "mail:attached": "a file",
    "donations:ledger": "a CSV file",
    "influencers:agreements-csv": "a CSV file",
    "accounts:callback": "takes a platform's answer and leads to the accounts",
    "accounts:choose": "stands for ten minutes between a platform's answer and the accounts",
    "accounts:confirm": "stands for thirty minutes between a mailed code and the accounts",
    "media:signed": "a picture or a film",
    "public:media": "a picture or a film",
    "media:own": "a picture or a film",
    "people:setup": "answers once, before anybody has an account: looked at in the long journey",
    "public:feed": "an Atom feed",
    "public:calendar": "a calendar file",
    "public:og": "a picture",
    "public:sitemap": "XML for search engines",
    "public:robots": "text for robots",
    "public:manifest": "JSON for browsers",
    "public:favicon": "a picture",
}
