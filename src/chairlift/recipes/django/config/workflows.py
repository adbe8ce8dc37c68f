"""Edits of CI files, each judged by what its jobs install afterwards: the target is really tested, nothing is lost."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from chairlift.recipes.django.config import choices, steps, tokens, variants, yamls
from chairlift.recipes.django.config import jobs as all_jobs
from chairlift.recipes.django.config.ci import Reader, version
from chairlift.recipes.django.config.declared import Job
from chairlift.recipes.django.config.texts import Text
from chairlift.recipes.django.config.work import Work
from chairlift.recipes.django.findings import Edit, Weight
from chairlift.recipes.django.releases import Release, series, show

Candidate = tuple[Edit, ...]


def add(work: Work) -> None:
    """Every CI file that tests an older Django tests the target, too; where none does, a finding of the most weight."""
    target = work.leg.target
    for path, reader in all_jobs.files(work.project):
        text = work.text(path)
        jobs = _jobs(work, text, reader) if text else ()
        if text is None or target in _tested(jobs) or not (_tested(jobs) or _installed(jobs) or _named(jobs)):
            continue
        new = _with_target(work, text, reader, jobs) or _by_name(work, text, reader, jobs)
        if new is not None:
            work.put(new, f"CI tests Django {show(target)}, too")


def add_named(work: Work) -> None:
    """Where jobs are named for an older Django and all install what is pinned: now that this moves, one for the target.

    Before, none could be added: it would have installed the old version as well.
    """
    target = work.leg.target
    ahead = Work(work.followed().project, work.leg, work.declared)
    for path, reader in all_jobs.files(ahead.project):
        text = ahead.text(path)
        jobs = _jobs(ahead, text, reader) if text else ()
        said = {each for job in jobs for each in _said_by(job)}
        if text is None or not said or target in said or target not in _tested(jobs) | _installed(jobs):
            continue
        new = _with_target(ahead, text, reader, jobs)
        if new is not None:
            work.put(new, f"CI has a job that is named for Django {show(target)}")
            _say_what_clashes(work, _jobs(ahead, new, reader))


def _say_what_clashes(work: Work, jobs: Iterable[Job]) -> None:
    """Jobs for an older Django that install the pins as well, which are the target's now."""
    for job in jobs:
        clash = next((run.conflict for run in job.runs if run.conflict), "")
        if clash and work.leg.target not in _said_by(job):
            how = "Take it out together with this change, or keep Django out of the pins that it installs."
            work.say(job.path, job.line, "ci-old-clashes", f"{job.name} can no longer be installed: {clash}", how)


def _jobs(work: Work, text: Text | None, reader: Reader) -> tuple[Job, ...]:
    return all_jobs.of_text(work.world_with(text), text, reader)[0] if text else ()


def _tested(jobs: Iterable[Job]) -> set[Release]:
    return {each for job in jobs for each in job.tests}


def _installed(jobs: Iterable[Job]) -> set[Release]:
    return {each for job in jobs for each in job.installs}


def _named(jobs: Iterable[Job]) -> bool:
    """Jobs whose names or choices say a Django, whatever they do with it."""
    return any(_said_by(job) for job in jobs)


def _said_by(job: Job) -> set[Release]:
    """The series that its name or its choices say."""
    said = (tokens.series_in(value) for _, value in (("", job.name), *job.values))
    return {each for each in said if each}


def _gist(job: Job) -> tuple[object, ...]:
    runs = frozenset((run.env, run.series, run.tested, bool(run.conflict)) for run in job.runs)
    return job.name, frozenset(pair for pair in job.values if pair[1]), runs


def keeps(before: Sequence[Job], after: Sequence[Job]) -> bool:
    """Every job is still there, and installs what it did (it may have got another environment beside)."""
    missing, left = list(before), list(after)
    for same in (lambda one, two: _gist(one) == _gist(two), _grown):
        for job in list(missing):
            found = next((at for at, other in enumerate(left) if same(job, other)), None)
            if found is not None:
                missing.remove(job)
                del left[found]
    return not missing


def _grown(job: Job, other: Job) -> bool:
    runs = {(run.env, run.series) for run in job.runs}
    return (
        job.name == other.name
        and set(job.values) <= set(other.values)
        and runs <= {(r.env, r.series) for r in other.runs}
    )


def _gains(before: Sequence[Job], after: Sequence[Job], target: Release) -> int:
    """How many more jobs are on the target, those that test it counted first."""
    return _count(after, target) - _count(before, target)


def _count(jobs: Sequence[Job], target: Release) -> int:
    return sum(2 if target in job.tests else 1 for job in jobs if target in job.installs)


def _clashes(before: Sequence[Job], after: Sequence[Job]) -> list[Job]:
    known = {(job.name, job.values) for job in before}
    return [job for job in after if (job.name, job.values) not in known and any(run.conflict for run in job.runs)]


def _with_target(work: Work, text: Text, reader: Reader, before: tuple[Job, ...]) -> Text | None:
    """The text after the candidates that help, each judged by itself; then, if none did, new steps."""
    target = work.leg.target
    for raising in (False, True):
        whole = _all_at_once(work, text, reader, before, raising)
        if whole is not None:
            return whole
        best, jobs = text, before
        for place in range(_number(text, target, raising)):
            for trial in _repaired(work, text, best, reader, jobs, place, raising):
                found = _jobs(work, trial, reader)
                if keeps(jobs, found) and _gains(jobs, found, target) > 0 and not _clashes(jobs, found):
                    best, jobs = trial, found
                    break
        if best is not text:
            return best
    for trial in (*choices.for_tox(work, text), *steps.candidates(work, text, reader, before)):
        found = _jobs(work, trial, reader)
        if keeps(before, found) and target in _tested(found) and not _clashes(before, found):
            return trial
    return None


def _by_name(work: Work, text: Text, reader: Reader, before: tuple[Job, ...]) -> Text | None:
    """Where no job that is named for a Django can be followed: one more that is named for the target, and a finding."""
    if any(job.runs for job in before if _said_by(job)):
        return None
    best, jobs = text, before
    for place in range(_number(text, work.leg.target, False)):
        for trial in _repaired(work, text, best, reader, jobs, place, False):
            found = _jobs(work, trial, reader)
            if keeps(jobs, found) and _for(found, work.leg.target) > _for(jobs, work.leg.target):
                best, jobs = trial, found
                break
    if best is text:
        return None
    line = next(job.line for job in jobs if work.leg.target in _said_by(job))
    words = f"the new job for Django {show(work.leg.target)} is like those beside it: what they install is not seen"
    how = "Look in its first run which Django the tests say."
    work.say(text.path, line, "ci-unseen", words, how)
    return best


def _for(jobs: Sequence[Job], target: Release) -> int:
    """Jobs of a matrix count once: one choice for the target is enough."""
    return len({job.name for job in jobs if target in _said_by(job)})


def _root(text: Text) -> yamls.Node | None:
    try:
        return yamls.compose(text.text)
    except yamls.NotYaml:
        return None


def _candidates(text: Text, target: Release, raising: bool) -> list[Candidate]:
    root = _root(text)
    return variants.additions(text, root, variants.Moving(target, raising)) if root is not None else []


def _number(text: Text, target: Release, raising: bool) -> int:
    return len(_candidates(text, target, raising))


def _all_at_once(work: Work, text: Text, reader: Reader, before: Sequence[Job], raising: bool) -> Text | None:
    """All of them together: a job and the workflow that starts it help only both. Kept only where each is needed."""
    every = _candidates(text, work.leg.target, raising)
    if len(every) < 2:
        return None
    for candidate in every:
        found = _jobs(work, text.edited(candidate), reader)
        if _gains(before, found, work.leg.target) > 0:
            return None
    edits = [edit for candidate in every for edit in candidate]
    try:
        trial = text.edited(edits)
    except AssertionError:
        return None
    found = _jobs(work, trial, reader)
    good = keeps(before, found) and _gains(before, found, work.leg.target) > 0 and not _clashes(before, found)
    return trial if good else None


def _repaired(
    work: Work, original: Text, best: Text, reader: Reader, jobs: Sequence[Job], place: int, raising: bool
) -> Iterable[Text]:
    """A candidate, and, where the target does not run on some of its Pythons, the same without these."""
    every = _candidates(original, work.leg.target, raising)
    known = {edit.text for edit in every[place]}
    again = [each for each in _candidates(best, work.leg.target, raising) if {edit.text for edit in each} == known]
    if not again:
        return
    trial = best.edited(again[0])
    yield trial
    clashes = _clashes(jobs, _jobs(work, trial, reader))
    root = _root(trial)
    for name in dict.fromkeys(job.name for job in clashes):
        matrix = yamls.get(root, "jobs", name, "strategy", "matrix")
        if isinstance(matrix, yamls.MappingNode):
            bad = [choice for job in clashes if job.name == name if (choice := _essence(job, work.leg.target))]
            unique = [dict(pairs) for pairs in dict.fromkeys(tuple(each.items()) for each in bad)]
            if edits := variants.excluded(trial, matrix, unique):
                yield trial.edited(edits)
    yield from _one_more(best, clashes, work.leg.target)


def _essence(job: Job, target: Release) -> dict[str, str]:
    """Of a choice, the Python and the Django."""
    runs = series(target).pythons
    python = [(key, value) for key, value in job.values if (found := version(value)) and found not in runs]
    django = [
        (key, value) for key, value in job.values if any(each.series == target for each in tokens.mentions(value))
    ]
    return dict([*python[:1], *django[:1]]) if python and django else {}


def _one_more(text: Text, clashes: Sequence[Job], target: Release) -> Iterable[Text]:
    """No Python of the matrix runs the target: one choice more, with the oldest that does."""
    root = _root(text)
    for job in clashes[:1]:
        matrix = yamls.get(root, "jobs", job.name, "strategy", "matrix")
        essence = _essence(job, target)
        if isinstance(matrix, yamls.MappingNode) and essence:
            old = next(iter(essence))
            lowest = show(series(target).pythons[0])
            raised = re.sub(r"\d\.?\d+", lowest if "." in essence[old] else lowest.replace(".", ""), essence[old])
            choice = {key: raised if key == old else value for key, value in job.values}
            if edits := variants.included(text, matrix, choice):
                yield text.edited(edits)


def remove(work: Work) -> None:
    """Entries, jobs and transitional steps for the old versions away; what pointed at them points at the target."""
    for path, reader in all_jobs.files(work.project):
        text = work.text(path)
        before = _jobs(work, text, reader)
        if text is None or work.leg.target not in _installed(before) | _said(text):
            continue
        best = steps.without_transition(work, text)
        root = _root(best)
        gone = 0
        while root is not None:
            every = variants.removals(best, root, work.leg.target)
            if gone >= len(every):
                break
            trial = best.edited(every[gone])
            found = _jobs(work, trial, reader)
            lost = _count(_honest(before, work.leg.target), work.leg.target) > _count(found, work.leg.target)
            if lost or _root(trial) is None:
                gone += 1
                continue
            best, root = trial, _root(trial)
        best = _pointed(work, best)
        work.put(best, f"nothing older than Django {show(work.leg.target)} is tested")


def _honest(jobs: Sequence[Job], target: Release) -> list[Job]:
    """Without those that are named for an older Django, whatever they install."""
    return [job for job in jobs if not _said_by(job) or max(_said_by(job)) >= target]


def raise_pythons(work: Work) -> None:
    """Jobs in which the pinned Django no longer runs get a Python on which it does, or go."""
    for path, reader in all_jobs.files(work.project):
        text = work.text(path)
        root = _root(text) if text else None
        if text is None or root is None:
            continue
        followed = work.followed()
        before = all_jobs.of_text(followed, text, reader)[0]
        trial = text.edited(variants.raised_pythons(text, root, work.leg.target))
        after = all_jobs.of_text(followed, trial, reader)[0]
        fewer = len(_conflicts(after)) < len(_conflicts(before))
        if fewer and _gains(before, after, work.leg.target) >= 0:
            work.put(trial, f"Django {show(work.leg.target)} needs Python {show(series(work.leg.target).pythons[0])}")


def _conflicts(jobs: Sequence[Job]) -> list[Job]:
    return [job for job in jobs if any(run.conflict for run in job.runs)]


def _said(text: Text) -> set[Release]:
    root = _root(text)
    return {
        each.series
        for node in yamls.walk(root)
        if isinstance(node, yamls.ScalarNode)
        for each in tokens.mentions(node.value)
    }


def _pointed(work: Work, text: Text) -> Text:
    """Conditions on a version that is gone, such as `if: matrix.toxenv == 'django22'`."""
    root = _root(text)
    edits = []
    for node in yamls.walk(root):
        if not isinstance(node, yamls.MappingNode):
            continue
        for key, value in yamls.pairs(node):
            if key in ("if", "condition", "after_success") and isinstance(value, yamls.ScalarNode):
                start, end = value.start_mark.index, value.end_mark.index
                edits.append(Edit(start, end, _condition(work, text, start, text.text[start:end])))
    return text.edited(dict.fromkeys(edits))


def _condition(work: Work, text: Text, start: int, raw: str) -> str:
    target = work.leg.target
    for found in reversed([*re.finditer(r"(==?\s*['\"]?)([\w.-]+)", raw)]):
        mention = next(iter(tokens.mentions(found[2])), None)
        if mention is None or mention.series >= target:
            continue
        word = f"{found[2][: mention.start]}{mention.moved(found[2], target)}{found[2][mention.end :]}"
        words = {each for each in re.findall(r"[\w.-]+", text.text) if _names(each, target)}
        if word not in words and len(words) == 1:
            word = words.pop()
        elif word not in words:
            line = text.line(start)
            work.say(
                text.path, line, "ci-condition", f"it asks for {found[2]}, which is gone", "Say which job it means now."
            )
            continue
        raw = f"{raw[: found.start(2)]}{word}{raw[found.end(2) :]}"
    return raw


def _names(word: str, target: Release) -> bool:
    return any(each.series == target for each in tokens.mentions(word))


def verdict(work: Work, jobs: Sequence[Job]) -> None:
    """After everything: does any job really install the target? Without one, that is for a person."""
    target = work.leg.target
    if target in _tested(jobs):
        return
    unknown = [f"{job.path}: {job.name}: {each}" for job in jobs for each in job.unknown]
    clashes = [run.conflict for job in jobs for run in job.runs if run.conflict]
    why = "; ".join(dict.fromkeys([*clashes, *unknown])) or "no job installs it where tests run"
    if target in _installed(jobs) and not _tested(jobs):
        words = f"a job installs Django {show(target)}, and no command that runs tests was recognised"
        work.say(
            next(j.path for j in jobs if target in j.installs), 0, "ci-tests-unseen", words, "Look that it runs them."
        )
        return
    path = next((job.path for job in jobs if job.runs), jobs[0].path if jobs else "")
    words = f"no job of CI really tests Django {show(target)}: {why}" if jobs else "there is no CI that could be read"
    how = f"Add a job that installs Django {show(target)} last before its tests."
    # CI may be said elsewhere; jobs that are here and test something else are wrong.
    work.say(path, 0, "ci-without-target", words, how, Weight.MUST if jobs else Weight.LOOK)
