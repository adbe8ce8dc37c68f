"""The pages of one installation, and a browser without JavaScript for each kind of person."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from chairlift.server.web import links, rosters
from tests.provider import SECRET, provider
from tests.server.web.coming import FILE


class Visitor(Client):
    """Follows redirects only where told; `page` is what a person reads."""

    def enter(self, world, person):
        key = links.make(person, world.roster, world.now).partition("key=")[2]
        assert self.post("/sign-in", {"key": key}).status_code == 302
        return self

    def page(self, address, status=200):
        answer = self.get(address)
        assert answer.status_code == status, answer.content.decode()
        return answer.content.decode()

    def cost(self, address):
        """How many queries the page takes, once what is kept between two of them is kept."""
        self.page(address)
        with CaptureQueriesContext(connection) as asked:
            self.page(address)
        return len(asked)


@pytest.fixture
def at_desk(shop, settings, monkeypatch):
    """The campaign of five services, on the test's clock; Olga operates it."""
    settings.CLOCK, settings.HOME = shop.clock, shop.home
    (shop.home / "chairlift.toml").write_text('operators = ["olga"]\n')
    # A database that forgets gives out its numbers again, which no other does.
    monkeypatch.setattr(rosters, "_kept", None)
    return shop


@pytest.fixture
def visit(at_desk):
    """A browser of somebody by name; of a stranger without."""

    def visitor(person=""):
        found = Visitor()
        return found.enter(at_desk, person) if person else found

    return visitor


@pytest.fixture
def there(at_desk, settings, monkeypatch):
    """The provider, configured in the home of the server."""
    settings.HOME, settings.URL = at_desk.home, "http://testserver"
    monkeypatch.setenv("COMPANY_SECRET", SECRET)
    with provider(at_desk.clock) as found:
        (at_desk.home / "chairlift.toml").write_text(FILE.format(url=found.url))
        yield found
