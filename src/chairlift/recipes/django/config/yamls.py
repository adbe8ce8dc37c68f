"""YAML by its text: nodes with their places, read as YAML 1.2 without making objects of them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError
from ruamel.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

__all__ = ["MappingNode", "Node", "NotYaml", "ScalarNode", "SequenceNode", "compose", "data", "get", "pairs", "walk"]

_MERGE = "<<"


class NotYaml(Exception):
    """The text is no YAML."""


_DEEPEST = 60
_LARGEST = 100_000
_NESTED = re.compile(r"(?:[\[{]\s*){60}")


def compose(text: str) -> Node | None:
    """The root; None for an empty text. Raises NotYaml with the reason in one line."""
    if _NESTED.search(text):
        raise NotYaml("it is no YAML that a CI takes: its brackets are too deep")
    try:
        yaml = YAML(pure=True)
        # An anchor that is used again is allowed, and nothing to print at whoever reads our output.
        yaml.composer.warn_double_anchors = False
        root: Node | None = yaml.compose(text)
    except (YAMLError, ValueError, RecursionError) as error:
        words = str(error).split("\n")
        raise NotYaml(f"it is no YAML: {words[0]}") from None
    if _size(root, {}, 0) > _LARGEST:
        raise NotYaml("it is no YAML that a CI takes: its aliases go round, or make it too large or too deep")
    return root


def _size(node: Node | None, known: dict[int, int], depth: int) -> int:
    """How many nodes there are when every alias is written out."""
    if depth > _DEEPEST:
        return _LARGEST + 1
    if not isinstance(node, MappingNode | SequenceNode):
        return 1
    if id(node) not in known:
        known[id(node)] = _LARGEST + 1  # what it is while it is looked into: an alias to it goes round
        parts = [each for pair in node.value for each in pair] if isinstance(node, MappingNode) else node.value
        known[id(node)] = 1 + sum(_size(each, known, depth + 1) for each in parts)
    return known[id(node)]


def pairs(node: Node | None) -> Iterator[tuple[str, Node]]:
    """Keys and values of a mapping, merges (`<<: *x`) taken in; nothing for what is no mapping."""
    if not isinstance(node, MappingNode):
        return
    own = [(key.value, value) for key, value in node.value if isinstance(key, ScalarNode)]
    names = {key for key, _ in own}
    for key, value in own:
        if key != _MERGE:
            yield key, value
            continue
        for merged in value.value if isinstance(value, SequenceNode) else [value]:
            yield from (pair for pair in pairs(merged) if pair[0] not in names)


def get(node: Node | None, *path: str) -> Node | None:
    """The value below these keys."""
    for key in path:
        node = dict(pairs(node)).get(key)
    return node


def data(node: Node | None, depth: int = 0) -> Any:
    """Lists, dicts and texts; a number is the text that a CI makes of it (3.10 without quotes is 3.1)."""
    if node is None or depth > 60:
        return None
    if isinstance(node, MappingNode):
        return {key: data(value, depth + 1) for key, value in pairs(node)}
    if isinstance(node, SequenceNode):
        return [data(value, depth + 1) for value in node.value]
    return scalar(node)


def scalar(node: Node) -> str:
    """The text of a scalar, as GitHub and others see it."""
    assert isinstance(node, ScalarNode)
    value = str(node.value)
    if not node.style and re.fullmatch(r"[-+]?\d+\.\d+", value):
        return value.rstrip("0").rstrip(".")
    return "" if not node.style and value in ("~", "null", "Null", "NULL") else value


def walk(node: Node | None, seen: frozenset[int] = frozenset()) -> Iterator[Node]:
    """Every node once, parents first."""
    done: set[int] = set()
    todo = [node] if node is not None else []
    while todo:
        each = todo.pop()
        if id(each) in done:
            continue
        done.add(id(each))
        yield each
        if isinstance(each, MappingNode):
            todo.extend(part for pair in reversed(each.value) for part in reversed(pair))
        elif isinstance(each, SequenceNode):
            todo.extend(reversed(each.value))
