"""The serving process: the edge, the error pages, the static files and ONE visible list of routers."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import APIRouter, FastAPI, HTTPException, Request
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute
from fastapi.telemetry import TelemetryConfig
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException as StarletteHTTPException
from starlette.responses import Response

from app.accounts import inbox_routes
from app.accounts import routes as accounts_routes
from app.books import difference_routes as books_differences
from app.books import queries as books
from app.books import routes as books_routes
from app.briefs import approval as briefs_approval
from app.briefs import crisis as briefs_crisis
from app.briefs import offline as briefs_offline
from app.briefs import posts as briefs_posts
from app.briefs import reminders as briefs_reminders
from app.briefs import routes as briefs_routes
from app.core import health, metrics, pages
from app.core import routes as core_routes
from app.core.compression import Compression
from app.core.crowd import Crowd
from app.core.edge import Edge
from app.core.errors import DomainError, Forbidden, NotFound
from app.core.i18n import mark
from app.core.settings import Settings, get_settings
from app.core.streams import Streams
from app.core.templating import environment
from app.crisis import routes as crisis_routes
from app.defence import routes as defence_routes
from app.donations import account_routes as donations_account
from app.donations import dispute_routes, giving_routes, refund_routes, thanks_routes
from app.donations import routes as donations_routes
from app.donations.letterbox import Letterbox
from app.drive import bank_routes, gift_routes
from app.drive import public_routes as drive_public
from app.drive import routes as drive_routes
from app.followups import routes as followups_routes
from app.impact import evidence_routes, planning_routes, spending_routes
from app.impact import routes as impact_routes
from app.impact import update_routes as impact_updates
from app.influencers import agreement_routes
from app.influencers import routes as influencers_routes
from app.insights import cost_routes as insights_costs
from app.insights import debrief_routes as insights_debrief
from app.insights import open_routes as insights_open
from app.insights import reach_routes as insights_reach
from app.insights import routes as insights_routes
from app.intake import routes as intake_routes
from app.links import routes as links_routes
from app.links.counting import Counter, Watch
from app.mail import routes as mail_routes
from app.mail.queries import by_state as mails_by_state
from app.media import routes as own_media_routes
from app.moderation import item_routes as moderation_item
from app.moderation import routes as moderation_routes
from app.moderation import settings_routes as moderation_settings
from app.notices import routes as notices_routes
from app.payments.door import SANDBOX_PATH
from app.payments.mounting import open_sandbox
from app.people import routes as people_routes
from app.privacy import routes as privacy_routes
from app.public import (
    acting,
    following,
    live,
    machine_routes,
    media_routes,
    on_device,
    sources,
    voices,
    wall,
    who,
)
from app.public import questions as public_questions
from app.public import routes as public_routes
from app.public.mine import challenges as mine_challenges
from app.public.mine import giving as mine_giving
from app.public.mine import notices as mine_notices
from app.public.mine import questions as mine_questions
from app.public.mine import rights as mine_rights
from app.public.mine import routes as mine_routes
from app.public.mine import testimonials as mine_testimonials
from app.publishing.engine import figures
from app.receipts import giftaid_routes as receipts_gift_aid
from app.receipts import mine_routes as receipts_mine
from app.receipts import routes as receipts_routes
from app.studio import answer_cards as studio_answer_cards
from app.studio import begin, engine, fact, facts, home, participation, pause, readiness, subscribe
from app.studio import calendar as studio_calendar
from app.studio import challenges as challenges_pages
from app.studio import followers as studio_followers
from app.studio import frames as studio_frames
from app.studio import keeping as studio_keeping
from app.studio import links as studio_links
from app.studio import notices as studio_notices
from app.studio import portraits as studio_portraits
from app.studio import posts as studio_posts
from app.studio import questions as studio_questions
from app.studio import review as studio_review
from app.studio import sessions as studio_sessions
from app.studio import settings as settings_pages
from app.studio import voices as studio_voices
from app.studio import week as studio_week
from app.transparency import open_routes as transparency_open
from app.transparency import queries as transparency
from app.transparency import routes as transparency_routes
from app.worker import Worker

# What FastAPI would tell a collector holds what people wrote, in what went wrong; and asking at each request
# whether there is one took a fifth of the time of a notification of Stripe's.
NOTHING_TOLD: TelemetryConfig = {"tracing": False, "metrics": False, "logs": False, "auto_configure": False}


def routers() -> list[APIRouter]:
    """Every router of the house, in the order their paths are tried."""
    return [
        core_routes.router,
        studio_week.router,
        studio_calendar.router,
        studio_posts.router,
        studio_frames.router,
        studio_portraits.router,
        studio_review.router,
        home.router,
        begin.router,
        studio_keeping.router,
        settings_pages.router,
        readiness.router,
        facts.router,
        fact.router,
        pause.router,
        crisis_routes.router,
        engine.router,
        challenges_pages.router,
        health.router,
        influencers_routes.router,
        agreement_routes.router,
        briefs_offline.router,  # before the personal link, whose path is /brief/{token}
        briefs_approval.router,
        briefs_reminders.router,
        briefs_crisis.router,
        briefs_posts.router,
        briefs_routes.router,
        donations_routes.router,
        donations_account.router,
        defence_routes.router,
        refund_routes.router,
        dispute_routes.router,
        giving_routes.router,
        thanks_routes.router,
        drive_routes.router,
        gift_routes.router,
        bank_routes.router,
        drive_public.router,
        impact_updates.router,
        transparency_routes.router,
        transparency_open.router,
        impact_routes.router,
        planning_routes.router,
        spending_routes.router,
        evidence_routes.router,
        books_routes.router,
        books_differences.router,
        receipts_gift_aid.router,  # before one receipt, whose path is /studio/receipts/{rid}
        receipts_routes.router,
        receipts_mine.router,
        insights_routes.router,
        insights_reach.router,
        insights_costs.router,
        insights_debrief.router,
        insights_open.router,
        intake_routes.router,
        moderation_settings.router,  # before one item, whose path is /studio/inbox/{iid}
        moderation_settings.alerts_router,
        moderation_routes.router,
        moderation_item.router,
        notices_routes.router,
        followups_routes.router,
        studio_notices.router,
        mail_routes.router,
        accounts_routes.router,
        inbox_routes.router,
        own_media_routes.router,
        public_routes.router,
        on_device.router,  # before the links of letters, whose path is /follow/{token}
        following.router,
        acting.router,
        who.router,
        public_questions.router,
        live.router,
        wall.router,
        mine_questions.router,
        sources.router,
        mine_notices.router,
        mine_rights.router,  # before the private link, whose path is /mine/{token}
        mine_testimonials.router,
        mine_routes.router,
        mine_challenges.router,
        mine_giving.router,
        privacy_routes.router,
        voices.router,
        media_routes.router,
        *people_routes.routers,
        machine_routes.router,
        links_routes.router,
        participation.router,
        studio_followers.router,
        studio_questions.router,
        studio_sessions.router,
        studio_answer_cards.router,
        studio_voices.router,
        studio_links.router,
        subscribe.router,
    ]


def readable_paths() -> list[str]:
    """The path of every route that can be read: what keeps a campaign as files starts from these."""
    routes = (route for router in routers() for route in router.routes if isinstance(route, APIRoute))
    return sorted({route.path for route in routes if "GET" in (route.methods or ())})


@asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncIterator[None]:
    environment()
    app.state.streams = Streams()
    worker = Worker() if app.state.settings.scheduler == "embedded" else None
    sandbox = app.state.sandbox
    if sandbox is not None:
        sandbox.start()
    app.state.visits.start()
    if worker is not None:
        worker.start()
    yield
    app.state.streams.stop()
    await run_in_threadpool(app.state.visits.stop)
    if sandbox is not None:
        await run_in_threadpool(sandbox.stop)
    if worker is not None:
        await run_in_threadpool(worker.stop)


async def _http_error(request: Request, error: Exception) -> Response:
    """Starlette's own refusals (no such path, wrong method) in our words."""
    status = error.status_code if isinstance(error, HTTPException | StarletteHTTPException) else 500
    known: DomainError = Forbidden() if status == 403 else NotFound()
    known.status = status if status in (403, 404, 405) else 404
    return await pages.error_page(request, known)


async def _bad_request(request: Request, error: Exception) -> Response:  # noqa: ARG001
    """A path or query value of the wrong type: no page has such an address."""
    return await pages.error_page(request, NotFound(mark("This page does not exist, or no longer does.")))


def create_app(settings: Settings | None = None) -> FastAPI:
    """The application, ready to serve."""
    settings = settings or get_settings()
    app = FastAPI(
        title="Septaine",
        lifespan=_lifespan,
        openapi_url=None,
        docs_url=None,
        redoc_url=None,
        telemetry=NOTHING_TOLD,
    )
    app.add_exception_handler(DomainError, pages.error_page)
    app.add_exception_handler(StarletteHTTPException, _http_error)
    app.add_exception_handler(RequestValidationError, _bad_request)
    app.state.settings = settings
    app.state.streams = Streams()
    app.state.visits = Counter(counts=settings.count_visits)
    for router in routers():
        app.include_router(router)
    app.state.paths = readable_paths()
    app.state.sandbox = open_sandbox(settings)
    if app.state.sandbox is not None:
        app.mount(SANDBOX_PATH, app.state.sandbox)
    metrics.watch("septaine_mails", "Mails by state.", "state", mails_by_state)
    metrics.watch("septaine_posts", "Posts of channels by state.", "state", figures.states_for_metrics)
    metrics.watch(
        "septaine_publishing_seconds",
        "Age of the oldest due post and of the last ring.",
        "of",
        figures.waiting_for_metrics,
    )
    health.watch("publishing", figures.is_silent)
    health.watch("books", books.anything_open, bearable=True)
    health.watch("log", transparency.any_broken, bearable=True)
    app.add_middleware(Watch, counter=app.state.visits)
    app.add_middleware(Compression)
    app.add_middleware(Crowd)
    app.add_middleware(Edge, settings=settings, error_page=pages.error_page)
    app.add_middleware(Letterbox)  # before all others: what Stripe tells is no page
    return app
