"""The pages of people, in the order their paths are tried."""

from app.people.routes import account, audit, legal, members, organisation, setup, sign_in

routers = [
    setup.router,
    sign_in.router,
    account.router,
    organisation.router,
    members.router,
    audit.router,
    legal.router,
]
