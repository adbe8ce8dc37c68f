"""What is remembered: each table once, whatever room it stands in."""

from __future__ import annotations

from chairlift.server.models.campaigns import Campaign, Draft, RosterFile
from chairlift.server.models.forges import Arrived, ForgeState, Spending
from chairlift.server.models.keys import ApiToken, CalendarKey, SentForm, SignInLink
from chairlift.server.models.sessions import Preference, Session
from chairlift.server.models.sheets import SheetConflict, SheetDraft, SheetLine, SheetState
from chairlift.server.models.telling import Delivery, Endpoint, Outlook
from chairlift.server.models.upgrades import (
    AWAY_LIMIT,
    LEASE,
    Entry,
    LogIsAppendOnly,
    Service,
    Unit,
    Upgrade,
    service_value,
    team,
)

__all__ = [
    "AWAY_LIMIT",
    "LEASE",
    "ApiToken",
    "Arrived",
    "CalendarKey",
    "Campaign",
    "Delivery",
    "Draft",
    "Endpoint",
    "Entry",
    "ForgeState",
    "LogIsAppendOnly",
    "Outlook",
    "Preference",
    "RosterFile",
    "SentForm",
    "Service",
    "Session",
    "SheetConflict",
    "SheetDraft",
    "SheetLine",
    "SheetState",
    "SignInLink",
    "Spending",
    "Unit",
    "Upgrade",
    "service_value",
    "team",
]
