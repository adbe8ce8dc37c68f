"""What Chairlift writes to people: pull requests, issues, notices and reminders."""

from __future__ import annotations

from datetime import datetime

from chairlift.core.decision import Ask, Do, Party, StepName
from chairlift.core.menu import Change
from chairlift.core.schedule import Rung
from chairlift.core.upgrade import PlanState, PullRequest, Seen, Upgrade
from chairlift.ports import Message

#: Forges refuse bodies above about 65,000 characters; the patch gets what the report leaves of this.
_LONG = 50_000

#: How reasons name what only a person can start, here and on the page that has a button for it.
RETRY = "'chairlift retry'"

_COMMANDS = (
    "Write `/chairlift hold REASON`, `resume`, `deployed ENVIRONMENT`, `tested [NOTE]`, `level NAME`, "
    "`blocker TEXT`, `update TEXT` or `help` in a comment."
)


def quote(text: str, limit: int = 300) -> str:
    """Words from outside inside our Markdown: one line, bounded, with nothing that could mention, link or format."""
    # Without what turns the direction of reading: it would reach over the end of our quotation.
    line = " ".join("".join(letter if letter.isprintable() else " " for letter in text).split())
    if len(line) > limit:
        line = line[: limit - 1] + "…"
    return "`" + line.replace("`", "ʼ") + "`"


def when(at: datetime, up: Upgrade) -> str:
    """An instant in the squad's own time."""
    zone = up.service.squad.calendar.zone
    return at.astimezone(zone).strftime("%a %d %b %Y, %H:%M") + f" ({zone})"


def fence(text: str) -> str:
    """A code block that its content cannot end: the fence is longer than any run of backticks inside."""
    longest = run = 0
    for letter in text:
        run = run + 1 if letter == "`" else 0
        longest = max(longest, run)
    marks = "`" * max(3, longest + 1)
    return f"{marks}diff\n{text}\n{marks}"


def pull_request(up: Upgrade, change: Change, seen: Seen) -> tuple[str, str]:
    """Title and body of a change's pull request."""
    lines = [
        f"Part of the campaign **{up.campaign.title}**, change {_place(up, change)}.",
        *([up.campaign.why] if up.campaign.why else []),
        "",
        *_evidence(seen),
        "",
        *([seen.plan.report, ""] if seen.plan and seen.plan.report else []),
        _who_does_what(up, change),
        "",
        _COMMANDS,
        "",
        f"<!-- chairlift {up.campaign.slug}/{change.slug} -->",
    ]
    return change.title, "\n".join(lines)


def issue(up: Upgrade, change: Change, seen: Seen, patch: str) -> tuple[str, str]:
    """Title and body of the issue that a squad gets when it creates the pull request itself."""
    branch = up.branch(change)
    report = seen.plan.report if seen.plan else ""
    most = max(_LONG - len(report), 0)
    shown = patch[:most]
    cut = "" if len(patch) <= most else f"\n({len(patch) - most} characters more: use the command.)"
    lines = [
        f"{up.service.squad.name} chose **{up.said.level}** for this service: you make this change yourselves, "
        f"in every environment by {when(up.campaign.deadline, up)}. Now: change {_place(up, change)}.",
        "",
        *_evidence(seen),
        "",
        "Take it as it is:",
        "",
        "```sh",
        f"git switch -c {branch}",
        f"chairlift patch {_shell(up.service.name)} --campaign {up.campaign.slug} | git am",
        f"git push origin {branch}",
        "```",
        "",
        "and open a pull request from that branch; or do it your own way: Chairlift scans the default branch again and "
        "sees when it is done.",
        "",
        *([report, ""] if report else []),
        "<details><summary>The patch</summary>",
        "",
        fence(shown) + cut,
        "",
        "</details>",
        "",
        _COMMANDS,
    ]
    return f"{up.campaign.title}: yours to do", "\n".join(lines)


def issue_done(up: Upgrade) -> tuple[str, str]:
    """What the issue says in the end."""
    return f"{up.campaign.title}: done", "The default branch holds every change of this campaign. Thank you."


def notice(up: Upgrade, change: Change, pull: PullRequest) -> tuple[str, str]:
    """The announcement of a merge. Its time is a promise about the earliest moment, not the latest."""
    subject = f"[{up.service.name}] {change.title}: merges after {up.campaign.times.notice} of notice"
    text = (
        f"Chairlift will merge pull request {pull.number} of {up.service.name} at commit {pull.head}, "
        f"{up.campaign.times.notice} from this message, in the working hours of {up.service.squad.name} and outside "
        f"freezes.\n\nTo object, write `/chairlift hold REASON` in the pull request, or run "
        f"`chairlift hold {_shell(up.service.name)} --as NAME --why REASON`. A new commit starts a new notice."
        f"\n\n{pull.url}"
    )
    return subject, text


def approval(up: Upgrade, change: Change, seen: Seen) -> str:
    """What Chairlift's own approval says, so that nobody takes it for a person's."""
    run = seen.head
    tests = f"tests {run.state}: {run.why}" if run else ""
    return f"Approved by Chairlift: this head is exactly what recipe {up.campaign.recipe!r} made; {tests}"


def moot(seen: Seen) -> str:
    """Why Chairlift closes its own pull request."""
    return (
        f"Closed by Chairlift: the recipe finds nothing left to change on {quote(seen.default_branch, 120)} at "
        f"{seen.base}, so this change landed in another way. Should that be undone, Chairlift opens a new pull request."
    )


def revert(up: Upgrade, change: Change, seen: Seen, do: Do) -> tuple[str, str]:
    """Title and body of a revert."""
    return f"Revert: {change.title}", f"Chairlift undoes {do.about}.\n\nWhy: {do.why}\n"


def undone(up: Upgrade, change: Change, do: Do, pull: PullRequest) -> tuple[str, str]:
    """What the squad is told when its service is taken back."""
    text = (
        f"Chairlift takes back {change.title!r} of {up.service.name} (commit {do.about}) by pull request "
        f"{pull.number}, and deploys what was there before.\n\nWhy: {do.why}\n\nThe project team looks for the cause; "
        f"nothing is asked of you. If you know it, run `chairlift update {_shell(up.service.name)} TEXT --as NAME`."
        f"\n\n{pull.url}"
    )
    return f"[{up.service.name}] {change.title}: reverted", text


def alarm(up: Upgrade, change: Change, do: Do) -> tuple[str, str]:
    """What people are told as soon as errors seem to rise."""
    text = (
        f"Since {change.title!r} runs in {do.where} of {up.service.name}: {do.why}\n\nUntil that is clear, Chairlift "
        f"merges and deploys nothing more of {up.campaign.title}. If it goes on, the change is taken back. If you know "
        f"the cause and it is another one, run `chairlift tested {_shell(up.service.name)} --as NAME --note CAUSE`."
    )
    return f"[{up.service.name}] {change.title}: errors seem to rise in {do.where}", text


def everybody(up: Upgrade) -> tuple[str, ...]:
    """Whom an alarm concerns: the squad's contact and backup, and the campaign's lead and manager."""
    both = (*contacts(up), *people(up, Party.PROJECT_TEAM, ("lead", "manager")))
    return tuple(dict.fromkeys(both))


def reminder(up: Upgrade, change: str, step: StepName | None, ask: Ask, rung: Rung, key: str) -> Message:
    """One rung of the ladder: what is asked, by when, and why."""
    due = f", due {when(ask.due, up)}" if ask.due else ""
    again = "" if rung.number == 0 else f" (reminder {rung.number})"
    subject = f"[{up.service.name}] {step or 'finish'}: your turn{due}{again}"
    text = (
        f"{ask.why}\n\nService: {up.service.name}\nCampaign: {up.campaign.title}\nChange: {change or '-'}\n"
        f"Step: {step or 'finish'}{due}\n\nThe whole reasoning: chairlift why {_shell(up.service.name)}"
    )
    return Message(key, _asked(up, step, ask.whom, rung.to), subject, text, rung.at)


def _asked(up: Upgrade, step: StepName | None, whom: Party, roles: tuple[str, ...]) -> tuple[str, ...]:
    """Names for roles; a review by the project team is first of all its reviewers' turn."""
    reviewers = up.campaign.reviewers
    if step is not StepName.REVIEW or whom is not Party.PROJECT_TEAM or not reviewers:
        return people(up, whom, roles)
    later = tuple(role for role in roles if role not in ("contact", "backup"))
    others = people(up, whom, ("contact", "backup", *later)) if later else ()
    return tuple(dict.fromkeys((*reviewers, *others)))


def contacts(up: Upgrade) -> tuple[str, ...]:
    """Who hears of a merge: the squad's contact and backup."""
    return people(up, Party.SQUAD, ("contact", "backup"))


def people(up: Upgrade, whom: Party, roles: tuple[str, ...]) -> tuple[str, ...]:
    """Names for roles, each once; a squad without anybody in these roles hears through the campaign's lead."""
    squad, campaign = up.service.squad, up.campaign
    names = {
        "contact": (squad.contact or squad.suggested) if whom is Party.SQUAD else campaign.lead,
        "backup": squad.backup if whom is Party.SQUAD else campaign.manager,
        "lead": squad.lead if whom is Party.SQUAD else campaign.lead,
        "manager": campaign.manager,
    }
    found = tuple(dict.fromkeys(names[role] for role in roles if names[role]))
    return found or (campaign.lead,)


def _place(up: Upgrade, change: Change) -> str:
    place = up.campaign.changes.index(change) + 1
    return f"{place} of {len(up.campaign.changes)}, **{change.slug}**"


def _evidence(seen: Seen) -> list[str]:
    plan = seen.plan
    if plan is None or plan.state is not PlanState.PLANNED:
        return []
    lines = [f"- {plan.files} files changed, +{plan.insertions} -{plan.deletions}, on {plan.base}"]
    if seen.before:
        lines.append(
            f"- Tests before: {seen.before.state}. {quote(seen.before.why) if seen.before.why else ''}".rstrip()
        )
    if seen.after:
        lines.append(f"- Tests after: {seen.after.state}. {quote(seen.after.why) if seen.after.why else ''}".rstrip())
    if plan.report:
        return lines  # It holds the findings, with their places and reasons.
    return lines + [f"- For a person to look at: {quote(finding)}" for finding in plan.findings[:20]]


def _who_does_what(up: Upgrade, change: Change) -> str:
    rows = ["| step | who |", "|---|---|"]
    for step in StepName:
        who = up.who(change, step)
        name = up.service.squad.name if who is Party.SQUAD else "project team"
        rows.append(f"| {step} | {quote(name, 120)[1:-1].replace('|', '/')} |")
    return "\n".join(rows)


def _shell(name: str) -> str:
    """A name as one word of a shell command."""
    return "'" + name.replace("'", "'\\''") + "'"
