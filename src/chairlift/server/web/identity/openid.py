"""OpenID Connect by the code flow: discovery, the ID token and all its checks, who it is. GitLab speaks it, too."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from urllib.parse import quote_plus, urlsplit

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from chairlift.core.accounts import Account
from chairlift.core.files import Provider
from chairlift.ports import Refused
from chairlift.server.web.identity.talking import access_token, ask_table

#: Signed with a key that only the provider has; never `none`, never with a secret that both know.
ALGORITHMS = tuple(f"{family}{bits}" for family in ("RS", "PS", "ES") for bits in (256, 384, 512))
#: Seconds by which two clocks may differ.
LEEWAY = 60
_KEYS = ("RSA", "EC")


class OpenId:
    """One provider that has an issuer."""

    scope = "openid profile email"

    def __init__(self, provider: Provider, secret: str) -> None:
        self._provider, self._secret = provider, secret

    def door(self) -> tuple[str, str]:
        """Where people are sent, and the issuer by which the answer may name itself."""
        found = self._discovered()
        return _endpoint(found, "authorization_endpoint"), str(found["issuer"])

    def account(self, code: str, verifier: str, nonce: str, back: str, now: datetime) -> Account:
        """Who came back with this code. Raises Unavailable or Refused."""
        found = self._discovered()
        form = {
            "grant_type": "authorization_code", "code": code, "redirect_uri": back, "code_verifier": verifier,
            "client_id": self._provider.client_id,
        }  # fmt: skip
        methods = found.get("token_endpoint_auth_methods_supported") or ["client_secret_basic"]
        basic = None
        if "client_secret_basic" in methods:
            basic = (_quoted(self._provider.client_id), _quoted(self._secret))
        else:
            form["client_secret"] = self._secret
        given = access_token(_endpoint(found, "token_endpoint"), form, basic)
        claims = self._checked(found, given.get("id_token"), nonce, now)
        return self._account(claims, self._more(found, claims, given["access_token"]))

    def _discovered(self) -> dict[str, Any]:
        issuer = self._provider.url.rstrip("/")
        found = ask_table(f"{issuer}/.well-known/openid-configuration")
        if not isinstance(found.get("issuer"), str) or found["issuer"].rstrip("/") != issuer:
            raise Refused(f"the issuer there is {str(found.get('issuer'))[:200]!r}, not {self._provider.url!r}")
        return found

    def _checked(self, found: Mapping[str, Any], token: object, nonce: str, now: datetime) -> dict[str, Any]:
        """The claims of the ID token: signed by this issuer, for us, now, and in answer to what this browser asked."""
        if not isinstance(token, str):
            raise Refused("it gives no ID token")
        keys = ask_table(_endpoint(found, "jwks_uri")).get("keys")
        good = [each for each in keys if _signs(each)] if isinstance(keys, list) else []
        rules = jwt.JWTClaimsRegistry(
            now=int(now.timestamp()), leeway=LEEWAY,
            iss={"essential": True, "value": found["issuer"]},
            aud={"essential": True, "value": self._provider.client_id},
            exp={"essential": True}, iat={"essential": True}, sub={"essential": True}, nonce={"essential": True},
        )  # fmt: skip
        try:
            claims = jwt.decode(token, KeySet.import_key_set({"keys": good}), list(ALGORITHMS)).claims
            rules.validate(claims)
        except (JoseError, ValueError, TypeError, KeyError) as error:
            raise Refused(f"its ID token is not good: {error}") from error
        if claims["nonce"] != nonce:
            raise Refused("its ID token answers another request (nonce)")
        others = isinstance(claims["aud"], list) and len(claims["aud"]) > 1
        if claims.get("azp", "" if others else self._provider.client_id) != self._provider.client_id:
            raise Refused("its ID token was made for another client (azp)")
        return claims

    def _more(self, found: Mapping[str, Any], claims: Mapping[str, Any], token: str) -> Mapping[str, Any]:
        """What the ID token leaves to be asked for."""
        wanted = {"email", "email_verified", self._provider.claim} | ({"nickname"} if self._provider.handles else set())
        if wanted - {""} <= claims.keys() or not found.get("userinfo_endpoint"):
            return {}
        told = ask_table(_endpoint(found, "userinfo_endpoint"), token=token)
        if told.get("sub") != claims["sub"]:
            raise Refused("its user info is about somebody else (sub)")
        return told

    def _account(self, claims: Mapping[str, Any], told: Mapping[str, Any]) -> Account:
        # An address and that it was verified belong together: never one from here and one from there.
        whole = (each for each in (claims, told) if {"email", "email_verified"} <= each.keys())
        source = next(whole, claims if "email" in claims else told)
        email = source.get("email") if isinstance(source.get("email"), str) else ""
        # Some write the truth as a word.
        verified = source.get("email_verified") is True or source.get("email_verified") == "true"
        both = {**told, **claims}
        handle = both.get("nickname") if isinstance(both.get("nickname"), str) else ""
        groups = both.get(self._provider.claim, ()) if self._provider.claim else ()
        groups = [groups] if isinstance(groups, str) else groups if isinstance(groups, list) else []
        return Account(
            shown=str(handle or both.get("preferred_username") or email or claims["sub"]),
            handle=str(handle) if self._provider.handles else "",
            emails=(email,) if email and verified else (),
            unverified=(email,) if email and not verified else (),
            groups=tuple(each for each in groups if isinstance(each, str)),
        )


def _signs(key: object) -> bool:
    return isinstance(key, dict) and key.get("kty") in _KEYS and key.get("use", "sig") == "sig"


def _quoted(word: str) -> str:
    """As RFC 6749 wants both halves of a Basic login."""
    return quote_plus(word)


def _endpoint(found: Mapping[str, Any], name: str) -> str:
    """Nothing of it may go unencrypted where the issuer is not."""
    address = found.get(name)
    if not isinstance(address, str) or not address:
        raise Refused(f"it says no {name}")
    if urlsplit(found["issuer"]).scheme == "https" and urlsplit(address).scheme != "https":
        raise Refused(f"its {name} is not encrypted: {address[:200]!r}")
    return address
