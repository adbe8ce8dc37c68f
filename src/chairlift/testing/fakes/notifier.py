"""A pigeonhole in memory."""

from __future__ import annotations

from dataclasses import dataclass, field

from chairlift.ports import Message, Refused, Unavailable


@dataclass
class MemoryNotifier:
    """Fulfils `chairlift.ports.Notifier`; `messages` holds what was told, oldest first.

    `away`, when not empty, is the reason why nobody can be told; `unknown` are people whom nobody can tell anything.
    """

    messages: list[Message] = field(default_factory=list)
    away: str = ""
    unknown: frozenset[str] = frozenset()

    def tell(self, message: Message) -> None:
        if self.away:
            raise Unavailable(self.away)
        lost = self.unknown.intersection(message.to)
        if lost:
            raise Refused(f"nobody is called {', '.join(map(repr, sorted(lost)))}; mend the address")
        if all(message.key != told.key for told in self.messages):
            self.messages.append(message)
