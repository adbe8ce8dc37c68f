"""One more choice of CI for the target's environment of tox, where the choices name environments, and none a Django.

Such as `toxenv: [py38, quality]`, where tox.ini has `py38-django{32,42}`: the choice `py38` installs whatever Django
comes with the rest, and no version that anybody named.
"""

from __future__ import annotations

from collections.abc import Iterator

from chairlift.recipes.django.config import tokens, tox, yamls
from chairlift.recipes.django.config.texts import Text
from chairlift.recipes.django.config.work import Work
from chairlift.recipes.django.findings import Edit


def for_tox(work: Work, text: Text) -> Iterator[Text]:
    """Candidates, each to be judged by what its jobs install."""
    config = tox.find(work.project)
    names = _of_target(work, config) if config else []
    if config is None or not names:
        return
    parts = {each for name in config.envlist for each in tox.factors(name)}
    whole = {*config.envlist, *config.named}
    try:
        root = yamls.compose(text.text)
    except yamls.NotYaml:
        return
    for node in yamls.walk(root):
        if not isinstance(node, yamls.SequenceNode) or not all(
            isinstance(each, yamls.ScalarNode) for each in node.value
        ):
            continue
        said = [str(each.value) for each in node.value]
        if not {*said} & (parts | whole) or any(tokens.series_in(each) for each in said):
            continue
        # In the form of the choices beside it: a part of a name (`py38`), or the whole of it.
        at = next(place for place, each in enumerate(said) if each in parts | whole)
        for name in names if said[at] in whole and said[at] not in parts else reversed(names):
            yield text.edited([_before(text, node, node.value[at], name)])


def _of_target(work: Work, config: tox.Tox) -> list[str]:
    """The whole name of an environment for the target, and the part of it that says so."""
    target = work.leg.target
    name = next((each for each in config.envlist if tokens.series_in(each) == target), "")
    part = next((each for each in tox.factors(name) if tokens.series_in(each) == target), "")
    return [each for each in dict.fromkeys((name, part)) if each]


def _before(text: Text, node: yamls.SequenceNode, item: yamls.ScalarNode, name: str) -> Edit:
    start = item.start_mark.index
    quote = item.style if item.style in ("'", '"') else ""
    if node.flow_style:
        return Edit(start, start, f"{quote}{name}{quote}, ")
    line = text.start_of_line(start)
    return Edit(line, line, f"{text.text[line:start]}{quote}{name}{quote}{text.newline}")
