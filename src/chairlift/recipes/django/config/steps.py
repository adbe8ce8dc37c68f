"""A CI without a choice of Django gets one: an axis of its matrix, and a step that installs what it says.

The empty choice is what is pinned, as before. What is written here is taken out again by the clean-up.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from chairlift.recipes.django.config import ci, yamls
from chairlift.recipes.django.config.ci import Reader
from chairlift.recipes.django.config.declared import Job
from chairlift.recipes.django.config.texts import Text
from chairlift.recipes.django.config.work import Work
from chairlift.recipes.django.findings import Edit
from chairlift.recipes.django.releases import series, show

_AXIS = r'django: \["", "Django~=[\d.]+"\]'
_STEP = (
    r"[ \t]*- name: Install the Django of the matrix\r?\n[ \t]*if: matrix\.django\r?\n"
    r'[ \t]*run: [\w -]*install "\$\{\{ matrix\.django \}\}"\r?\n'
)
_SHELL = r'[ \t]*- if \[ -n "\$DJANGO" \]; then [\w -]*install "\$DJANGO"; fi\r?\n'


def candidates(work: Work, text: Text, reader: Reader, before: Sequence[Job]) -> Iterator[Text]:
    """For each job that runs tests."""
    try:
        root = yamls.compose(text.text)
    except yamls.NotYaml:
        return
    names = dict.fromkeys(job.name for job in before if job.tests)
    for name in names:
        if reader is ci.github:
            yield from _github(work, text, yamls.get(root, "jobs", name), before)
        elif reader is ci.gitlab:
            yield from _gitlab(work, text, yamls.get(root, name))
    if reader is ci.travis and names:
        yield from _travis(work, text, root)


def _value(work: Work) -> str:
    return f"Django~={show(work.leg.target)}.0"


def _column(text: Text, offset: int) -> str:
    return " " * (offset - text.start_of_line(offset))


def _keys(node: yamls.Node | None) -> dict[str, tuple[yamls.ScalarNode, yamls.Node]]:
    if not isinstance(node, yamls.MappingNode) or node.flow_style:
        return {}
    return {str(key.value): (key, value) for key, value in node.value if isinstance(key, yamls.ScalarNode)}


def _github(work: Work, text: Text, job: yamls.Node | None, before: Sequence[Job]) -> Iterator[Text]:
    keys = _keys(job)
    if "steps" not in keys or not isinstance(keys["steps"][1], yamls.SequenceNode):
        return
    axis = _axis(work, text, job, keys, before)
    if axis is None:
        return
    for step in keys["steps"][1].value:
        run = _keys(step).get("run")
        if run is None:
            continue
        indent = _column(text, step.start_mark.index)
        dash = text.text.rfind("-", 0, step.start_mark.index)
        if text.text[text.start_of_line(dash) : dash].strip():
            continue
        margin = _column(text, dash)
        lines = [
            f"{margin}-{indent[len(margin) + 1 :]}name: Install the Django of the matrix",
            f"{indent}if: matrix.django",
            f'{indent}run: {_installer(str(run[1].value))} install "${{{{ matrix.django }}}}"',
        ]
        start = text.start_of_line(dash)
        body = "".join(line + text.newline for line in lines)
        yield text.edited([axis, Edit(start, start, body)])
        yield from _within(text, axis, run[1])


def _within(text: Text, axis: Edit, run: yamls.Node) -> Iterator[Text]:
    """Between the lines of a script that both installs and tests."""
    if not isinstance(run, yamls.ScalarNode) or run.style != "|":
        return
    raw = text.text[run.start_mark.index : run.end_mark.index]
    at = run.start_mark.index
    for place, line in enumerate(raw.splitlines(keepends=True)):
        if place > 1 and line.strip():
            indent = line[: len(line) - len(line.lstrip())]
            hole = "${{ matrix.django }}"
            words = f'{indent}if [ -n "{hole}" ]; then {_installer(line)} install "{hole}"; fi{text.newline}'
            yield text.edited([axis, Edit(at, at, words)])
        at += len(line)


def _installer(command: str) -> str:
    """Into the environment in which the tests run."""
    for tool in ("poetry", "pipenv", "pdm"):
        if f"{tool} run" in command or f"{tool} install" in command:
            return f"{tool} run python -m pip"
    return "python -m pip"


def _axis(
    work: Work,
    text: Text,
    job: yamls.Node | None,
    keys: dict[str, tuple[yamls.ScalarNode, yamls.Node]],
    before: Sequence[Job],
) -> Edit | None:
    line = f'django: ["", "{_value(work)}"]'
    matrix = yamls.get(job, "strategy", "matrix")
    if isinstance(matrix, yamls.MappingNode):
        own = _keys(matrix)
        if not own or "django" in own or set(own) == {"include"}:
            return None
        if one := _only_included(work, text, own):
            return one
        key, _ = next(iter(own.values()))
        at = text.start_of_line(key.start_mark.index)
        return Edit(
            at, at, f"{_column(text, key.start_mark.index)}{line}{text.newline}{_exclusions(work, text, matrix)}"
        )
    if "strategy" in keys:
        return None
    first = keys["steps"][0].start_mark.index
    indent = _column(text, first)
    step = "  "
    lines = [f"{indent}strategy:", f"{indent}{step}matrix:", f"{indent}{step * 2}{line}"]
    at = text.start_of_line(first)
    return Edit(at, at, "".join(each + text.newline for each in lines))


def _only_included(work: Work, text: Text, own: dict[str, tuple[yamls.ScalarNode, yamls.Node]]) -> Edit | None:
    """Where no Python of the matrix runs the target: one choice more, with a Python that does."""
    runs = series(work.leg.target).pythons
    lists = {name: value for name, (_, value) in own.items() if isinstance(value, yamls.SequenceNode)}
    axes = {name: value for name, value in lists.items() if name not in ("include", "exclude")}
    texts = {
        name: [yamls.scalar(each) for each in value.value if isinstance(each, yamls.ScalarNode)]
        for name, value in axes.items()
    }
    pythons = [name for name, values in texts.items() if "py" in name and any(map(ci.version, values))]
    if not pythons or any(ci.version(each) in runs for each in texts[pythons[0]]) or not all(texts.values()):
        return None
    choice = {name: values[0] for name, values in texts.items()}
    choice[pythons[0]] = re.sub(r"\d\.\d+", show(runs[0]), choice[pythons[0]])
    matrix = next(iter(own.values()))[0]
    inner = _column(text, matrix.start_mark.index) + "  "
    words = [f'{name}: "{value}"' for name, value in {**choice, "django": _value(work)}.items()]
    lines = [f"{inner}- {words[0]}", *(f"{inner}  {word}" for word in words[1:])]
    if "include" in lists:
        first = lists["include"].value[0]
        dash = text.text.rfind("-", 0, first.start_mark.index)
        margin = text.text[text.start_of_line(dash) : dash]
        lines = [f"{margin}- {words[0]}", *(f"{margin}  {word}" for word in words[1:])]
        at = text.start_of_line(dash)
    else:
        at = text.start_of_line(matrix.start_mark.index)
        lines = [f"{inner[:-2]}include:", *lines]
    return Edit(at, at, "".join(line + text.newline for line in lines))


def _exclusions(work: Work, text: Text, matrix: yamls.MappingNode) -> str:
    """Pythons of the matrix that the target does not run on, where nothing is excluded yet."""
    own = _keys(matrix)
    runs = series(work.leg.target).pythons
    lines: list[str] = []
    for name, (key, value) in own.items():
        indent = _column(text, key.start_mark.index)
        for item in value.value if isinstance(value, yamls.SequenceNode) else ():
            found = ci.version(yamls.scalar(item)) if isinstance(item, yamls.ScalarNode) and "py" in name else None
            if found and found not in runs:
                raw = text.text[item.start_mark.index : item.end_mark.index]
                lines += [f"{indent}  - {name}: {raw}", f'{indent}    django: "{_value(work)}"']
    if not lines or "exclude" in own:
        return ""
    indent = _column(text, next(iter(own.values()))[0].start_mark.index)
    return "".join(each + text.newline for each in [f"{indent}exclude:", *lines])


def _gitlab(work: Work, text: Text, job: yamls.Node | None) -> Iterator[Text]:
    keys = _keys(job)
    script = keys.get("script")
    if script is None or "parallel" in keys or not isinstance(script[1], yamls.SequenceNode) or script[1].flow_style:
        return
    indent = _column(text, script[0].start_mark.index)
    at = text.start_of_line(script[0].start_mark.index)
    lines = [f"{indent}parallel:", f"{indent}  matrix:", f'{indent}    - DJANGO: ["", "{_value(work)}"]']
    axis = Edit(at, at, "".join(line + text.newline for line in lines))
    yield from _before_items(text, [axis], script[1])


def _before_items(text: Text, others: list[Edit], script: yamls.SequenceNode) -> Iterator[Text]:
    for item in script.value:
        start = text.start_of_line(item.start_mark.index)
        if not (found := re.match(r"[ \t]*-[ \t]", text.text[start:])):
            continue
        margin = found[0]
        words = f'{margin}if [ -n "$DJANGO" ]; then {_installer(str(item.value))} install "$DJANGO"; fi{text.newline}'
        yield text.edited([*others, Edit(start, start, words)])


def _travis(work: Work, text: Text, root: yamls.Node | None) -> Iterator[Text]:
    keys = _keys(root)
    if "env" in keys or "jobs" in keys or "matrix" in keys or "script" not in keys:
        return
    script = keys["script"][1]
    at = text.start_of_line(keys["script"][0].start_mark.index)
    lines = ["env:", '  - DJANGO=""', f'  - DJANGO="{_value(work)}"']
    axis = Edit(at, at, "".join(line + text.newline for line in lines))
    if isinstance(script, yamls.SequenceNode) and not script.flow_style:
        yield from _before_items(text, [axis], script)
    elif "before_script" not in keys:
        words = f'before_script:{text.newline}  - if [ -n "$DJANGO" ]; then pip install "$DJANGO"; fi{text.newline}'
        yield text.edited([Edit(at, at, axis.text + words)])


def without_transition(work: Work, text: Text) -> Text:
    """What `candidates` wrote, taken out again."""
    new = text.text
    if re.search(_STEP, new) or re.search(r'if \[ -n "\$\{\{ matrix\.django \}\}" \]', new):
        new = re.sub(_STEP, "", new)
        new = re.sub(r'[ \t]*if \[ -n "\$\{\{ matrix\.django \}\}" \]; then [^\n]*; fi\r?\n', "", new)
        new = re.sub(
            r"[ \t]*exclude:\r?\n(?:[ \t]*- [\w-]*py[\w-]*: \S+\r?\n[ \t]*django: \"Django~=[\d.]+\"\r?\n)+", "", new
        )
        new = re.sub(rf"[ \t]*strategy:\r?\n[ \t]*matrix:\r?\n[ \t]*{_AXIS}\r?\n(?=[ \t]*steps:)", "", new)
        new = re.sub(rf"[ \t]*{_AXIS}\r?\n", "", new)
        new = re.sub(
            r'[ \t]*- [\w-]+: "[^"]*"\r?\n(?:[ \t]*[\w-]+: "[^"]*"\r?\n)*[ \t]*django: "Django~=[\d.]+"\r?\n', "", new
        )
        new = re.sub(r"[ \t]*include:\r?\n(?![ \t]*- )", "", new)
    if re.search(_SHELL, new):
        new = re.sub(_SHELL, "", new)
        new = re.sub(r'[ \t]*parallel:\r?\n[ \t]*matrix:\r?\n[ \t]*- DJANGO: \["", "Django~=[\d.]+"\]\r?\n', "", new)
        new = re.sub(r'env:\r?\n[ \t]*- DJANGO=""\r?\n[ \t]*- DJANGO="Django~=[\d.]+"\r?\n', "", new)
        new = re.sub(r"before_script:\r?\n(?=\S)", "", new)
    return Text(text.path, new, text.mark, text.encoding)
