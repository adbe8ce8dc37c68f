"""Whether a webhook's delivery is of the forge, and of which repository it tells: by GitHub, GitLab, Gitea and Forgejo.

Each takes the headers with their names in lower case, the body as it came and the secret, and raises Refused where they
do not fit together. Nothing else of a delivery is believed.
"""

from __future__ import annotations

import base64
import binascii
import hmac
import json
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import NoReturn
from urllib.parse import parse_qs

from chairlift.core.hook import Sent
from chairlift.ports import Refused

#: A delivery that says when it was made is good for so long, either way.
_GOOD = timedelta(minutes=5)


def github(headers: Mapping[str, str], body: bytes, secret: str, now: datetime) -> Sent:
    """https://docs.github.com/en/webhooks/using-webhooks/validating-webhook-deliveries"""
    given = headers.get("x-hub-signature-256", "").removeprefix("sha256=")
    _must_be(given, hmac.digest(secret.encode(), body, "sha256").hex(), "X-Hub-Signature-256")
    return Sent(headers.get("x-github-delivery", ""), _repo(headers, body, "repository", "full_name"))


def gitea(headers: Mapping[str, str], body: bytes, secret: str, now: datetime) -> Sent:
    """https://docs.gitea.com/usage/webhooks; Forgejo sends its own names as well."""
    given = headers.get("x-gitea-signature") or headers.get("x-forgejo-signature", "")
    _must_be(given, hmac.digest(secret.encode(), body, "sha256").hex(), "X-Gitea-Signature")
    delivery = headers.get("x-gitea-delivery") or headers.get("x-forgejo-delivery", "")
    return Sent(delivery, _repo(headers, body, "repository", "full_name"))


def gitlab(headers: Mapping[str, str], body: bytes, secret: str, now: datetime) -> Sent:
    """https://docs.gitlab.com/user/project/integrations/webhooks: a signing token begins with whsec_, a secret not."""
    if secret.startswith("whsec_"):
        delivery = headers.get("webhook-id", "")
        _must_be_signed(headers, body, secret, now)
    else:
        _must_be(headers.get("x-gitlab-token", ""), secret, "X-Gitlab-Token")
        delivery = headers.get("idempotency-key", "")
    return Sent(delivery, _repo(headers, body, "project", "path_with_namespace"))


def _must_be_signed(headers: Mapping[str, str], body: bytes, secret: str, now: datetime) -> None:
    """As https://www.standardwebhooks.com says."""
    name, stamp = headers.get("webhook-id", ""), headers.get("webhook-timestamp", "")
    try:
        key = base64.b64decode(secret.removeprefix("whsec_"), validate=True)
    except (binascii.Error, ValueError):
        raise Refused("the secret is no signing token: write whsec_ and base64, as GitLab shows it") from None
    message = f"{name}.{stamp}.".encode("utf-8", "surrogatepass") + body
    right = "v1," + base64.b64encode(hmac.digest(key, message, "sha256")).decode()
    if not any(_same(given, right) for given in headers.get("webhook-signature", "").split(" ")[:10]):
        _wrong("webhook-signature")
    if not stamp.isascii() or not stamp.isdecimal() or abs(now.timestamp() - int(stamp[:15])) > _GOOD.total_seconds():
        raise Refused("the delivery is too old, or this clock is wrong")


def _must_be(given: str, right: str, header: str) -> None:
    if not _same(given, right):
        _wrong(header)


def _same(given: str, right: str) -> bool:
    """In the same time however much of it is right."""
    return hmac.compare_digest(given.encode("utf-8", "surrogatepass"), right.encode("utf-8", "surrogatepass"))


def _wrong(header: str) -> NoReturn:
    raise Refused(f"{header} does not fit: is the secret the same here and at the forge?")


def _repo(headers: Mapping[str, str], body: bytes, part: str, name: str) -> str:
    """The forge's own name of the repository; empty where the delivery is of none, or cannot be read."""
    try:
        text = body.decode("utf-8", "replace")
        if headers.get("content-type", "").startswith("application/x-www-form-urlencoded"):
            text = parse_qs(text, max_num_fields=10).get("payload", [""])[0]
        payload = json.loads(text)
    except (ValueError, RecursionError):
        return ""
    found = payload.get(part) if isinstance(payload, dict) else None
    repo = found.get(name) if isinstance(found, dict) else None
    return repo if isinstance(repo, str) else ""
