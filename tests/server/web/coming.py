"""To a provider and back, as a browser goes, and what a refusal is."""

from __future__ import annotations

import html
import re

import httpx

from chairlift.server.models import Session

FILE = """
[sign_in.company]
kind = "openid"
title = "the company"
issuer = "{url}"
client_id = "chairlift"
secret_env = "COMPANY_SECRET"
squads_claim = "groups"
[sign_in.company.squads]
"team-ibis" = ["Ibis", "no such squad"]
[sign_in.github]
url = "{url}"
client_id = "chairlift"
secret_env = "COMPANY_SECRET"
handles = true
[sign_in.github.squads]
"acme/ibis" = ["Ibis"]
[sign_in.gitlab]
url = "{url}"
client_id = "chairlift"
secret_env = "COMPANY_SECRET"
[sign_in.gitlab.squads]
"acme/ibis" = ["Ibis"]
"""


def go(client, name="company", after="/"):
    """To the provider and through it; where it sends the browser back to."""
    page = client.post(f"/sign-in/with/{name}", {"next": after})
    assert page.status_code == 200, page.content.decode()
    address = html.unescape(re.search(r'content="0;url=([^"]*)"', page.content.decode())[1])
    return httpx.get(address).headers["Location"].removeprefix("http://testserver")


def come(client, name="company", after="/"):
    return client.get(go(client, name, after))


def refused(answer, status=403):
    """Told so on a page, without a session."""
    assert answer.status_code == status, answer.content.decode()
    assert answer.client.get("/").status_code == 302
    assert not Session.objects.exclude(person="").exists()
    return html.unescape(answer.content.decode())
