"""Every page stands in the table that the sweeps and the pictures read: a new page is looked at from its first day."""

from fastapi.routing import APIRoute

from app.main import routers
from tests.journeys import pages


def _named() -> set[str]:
    return {
        route.name
        for router in routers()
        for route in router.routes
        if isinstance(route, APIRoute) and "GET" in route.methods
    }


def test_every_page_is_looked_at() -> None:
    """A GET route shows a page of the table, or stands among the others with its reason."""
    looked_at = {view.route for view in pages.VIEWS}
    assert _named() - looked_at - set(pages.OTHERS) == set()


def test_the_table_names_what_exists() -> None:
    assert ({view.route for view in pages.VIEWS} | set(pages.OTHERS)) - _named() - {""} == set()
    names = [view.name for view in pages.VIEWS]
    assert len(names) == len(set(names))
