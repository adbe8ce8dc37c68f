"""Services from Backstage's `catalog-info.yaml`: one file, or an export of many documents.

https://backstage.io/docs/features/software-catalog/descriptor-format
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import yaml
from yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from chairlift.catalogues.claims import Catalogue, Claim, Left, Owner, Value, repository
from chairlift.core.files import Problem
from chairlift.core.reading import quoted

#: In C it is forty times as fast as in Python. Neither makes objects: only nodes are composed.
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_MOST_DOCUMENTS = 20_000
#: Names in one list that are read; aliases can make a short text very long.
_MOST_NAMES = 1_000
#: Always the beginning of a document, whatever stands before it.
_BEGINS = re.compile(r"^---(?=[ \t\r]|$)", re.MULTILINE)
_SLUGS = (("github.com/project-slug", "github"), ("gitlab.com/project-slug", "gitlab"))
_SOURCE = "backstage.io/source-location"
_LIBRARY = "library"
_KINDS = ("component", "system", "group", "user", "api", "domain", "resource", "location", "template")
_WHY_LEFT = {
    "system": "a system is no service: its components are",
    "api": "an API is no service: the component that provides it is",
    "domain": "a domain is no service",
    "resource": "a resource is no service",
    "template": "a template is no service",
    "location": "a location only points to other files: give those, too",
}


class _Wrong(Exception):
    """What is wrong with an entity, and the remedy."""


@dataclass(frozen=True)
class _Entity:
    """One entity of the catalogue; `line` is where its document begins."""

    node: Node
    line: int
    kind: str
    namespace: str
    name: str

    def text(self, *path: str) -> str:
        return _text(_get(self.node, *path))

    def names(self, *path: str) -> tuple[str, ...]:
        found = _get(self.node, *path)
        nodes = found.value[:_MOST_NAMES] if isinstance(found, SequenceNode) else []
        return tuple(text for node in nodes if (text := _text(node)))

    @property
    def reference(self) -> str:
        return f"{self.kind}:{self.namespace}/{self.name}".casefold()

    @property
    def shown(self) -> str:
        return self.text("metadata", "title") or self.name


def read(text: str, file: str) -> Catalogue:
    """A claim for each component; each document that cannot be understood is a problem by its line."""
    reader = _Reader(file)
    for number, (line, document) in enumerate(_documents(text)):
        if number == _MOST_DOCUMENTS:
            reader.problem(line, f"there are more than {_MOST_DOCUMENTS} documents", "split the file, and give all")
            break
        reader.take(document, line)
    return reader.done()


def _documents(text: str) -> Iterator[tuple[int, str]]:
    """Each by itself, so that a broken one spoils no other; with the line that it begins on."""
    line, start = 1, 0
    for end in [*(found.start() for found in _BEGINS.finditer(text)), len(text)]:
        part = text[start:end]
        # What stands on the line of the marker is of the document.
        body = part.removeprefix("---")
        if body.strip():
            blank = len(body) - len(body.lstrip())
            yield line + body.count("\n", 0, blank), body
        line += part.count("\n")
        start = end


@dataclass
class _Reader:
    """The entities so far, and what is wrong."""

    file: str
    entities: dict[str, _Entity] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    left: list[Left] = field(default_factory=list)
    #: A group's first user who says so; and owners by how components name them.
    members: dict[str, _Entity] = field(default_factory=dict)
    owners: dict[str, Owner] = field(default_factory=dict)

    def problem(self, line: int, what: str, remedy: str) -> None:
        self.problems.append(Problem(self.file, line, what, remedy))

    def take(self, document: str, line: int) -> None:
        try:
            root = yaml.compose(document, Loader=_LOADER)
        except (yaml.YAMLError, ValueError, RecursionError) as error:
            mark = getattr(error, "problem_mark", None)
            blank = document[: len(document) - len(document.lstrip())].count("\n")
            at = line - blank + mark.line if mark else line
            words = getattr(error, "problem", None) or str(error).partition("\n")[0]
            self.problem(at, f"this is no YAML: {words}", "mend it; the other documents were read")
            return
        if root is None:
            return
        # The catalogue's own API answers with one list of all.
        many = root.value if isinstance(root, SequenceNode) else [root]
        blank = document[: len(document) - len(document.lstrip())].count("\n")
        for node in many:
            self._entity(node, line - blank + node.start_mark.line)

    def _entity(self, node: Node, line: int) -> None:
        kind, name = _text(_get(node, "kind")).casefold(), _text(_get(node, "metadata", "name"))
        namespace = _text(_get(node, "metadata", "namespace")) or "default"
        entity = _Entity(node, line, kind, namespace, name)
        if not isinstance(node, MappingNode) or not kind:
            self.problem(line, "this document has no kind", "write kind: Component, or take it out")
        elif kind not in _KINDS:
            self.left.append(Left(self.file, line, name or kind, f"{quoted(kind)} is no kind that names services"))
        elif not name:
            self.problem(line, f"this {kind} has no metadata.name", "give it one")
        elif first := self.entities.get(entity.reference):
            what = f"the {kind} {quoted(name)} stands in line {first.line} already"
            self.problem(line, what, "keep one of them, or give one another namespace")
        else:
            self.entities[entity.reference] = entity

    def done(self) -> Catalogue:
        claims, owners = [], set()
        for entity in self.entities.values():
            for said in entity.names("spec", "memberOf") if entity.kind == "user" else ():
                self.members.setdefault(_reference(said, "group"), entity)
        for entity in self.entities.values():
            if entity.kind != "component":
                continue
            try:
                claims.append(self._claim(entity))
            except _Wrong as wrong:
                self.problem(entity.line, *wrong.args)
            owners.add(_reference(entity.text("spec", "owner"), "group"))
        for entity in self.entities.values():
            if entity.kind in _WHY_LEFT:
                self.left.append(Left(self.file, entity.line, entity.name, _WHY_LEFT[entity.kind]))
            elif entity.kind in ("group", "user") and entity.reference not in owners:
                why = f"no component here is owned by this {entity.kind}"
                self.left.append(Left(self.file, entity.line, entity.name, why))
        return Catalogue(tuple(claims), tuple(self.problems), tuple(self.left))

    def _claim(self, entity: _Entity) -> Claim:
        values: dict[str, Value] = {}
        repo, forge = self._repository(entity)
        if repo:
            values["repo"] = repo
        if forge:
            values["host"] = forge
        kind = entity.text("spec", "type").casefold()
        if kind:
            values["library"] = kind == _LIBRARY
        if after := tuple(self._libraries(entity)):
            values["after"] = after
        owner = entity.text("spec", "owner")
        if not owner:
            raise _Wrong(f"the component {quoted(entity.name)} has no spec.owner", "name the group that owns it")
        if owner not in self.owners:
            self.owners[owner] = self._owner(owner)
        return Claim(self.file, entity.line, entity.name, self.owners[owner], values)

    def _repository(self, entity: _Entity) -> tuple[str, str]:
        for annotation, forge in _SLUGS:
            if slug := entity.text("metadata", "annotations", annotation):
                return repository(slug)[0], forge
        return repository(entity.text("metadata", "annotations", _SOURCE))

    def _libraries(self, entity: _Entity) -> Iterator[str]:
        """Names of what goes first; what is in another file is taken for a library, and looked for later."""
        for said in entity.names("spec", "dependsOn"):
            reference = _reference(said, "component")
            if not reference.startswith("component:"):
                continue
            other = self.entities.get(reference)
            if other is None or other.text("spec", "type").casefold() == _LIBRARY:
                yield other.name if other else reference.rpartition("/")[2]

    def _owner(self, said: str) -> Owner:
        reference = _reference(said, "group")
        entity = self.entities.get(reference)
        name = reference.rpartition("/")[2]
        if entity is None:
            plain = said.rpartition("/")[2].rpartition(":")[2]
            return Owner(plain, (name,), plain if reference.startswith("user:") else "", reference.startswith("user:"))
        shown = entity.text("spec", "profile", "displayName") or entity.shown
        known_as = (entity.name, entity.text("metadata", "title"), name)
        email = entity.text("spec", "profile", "email")
        if entity.kind == "user":
            return Owner(shown, known_as, email or entity.name, person=True)
        return Owner(shown, known_as, email or self._member(entity))

    def _member(self, group: _Entity) -> str:
        """Somebody of a group that has no address of its own: the first that it names, or that names it."""
        listed = [self.entities.get(_reference(said, "user")) for said in group.names("spec", "members")]
        for user in (*listed, self.members.get(group.reference)):
            if user:
                return user.text("spec", "profile", "email") or user.name
        return next(iter(group.names("spec", "members")), "")


def _reference(said: str, kind: str) -> str:
    """`heron`, `group:heron` and `group:default/heron` are one."""
    before, colon, rest = said.strip().partition(":")
    rest = rest if colon else before
    namespace, slash, name = rest.partition("/")
    return f"{before if colon else kind}:{namespace if slash else 'default'}/{name if slash else rest}".casefold()


def _get(node: Node | None, *path: str) -> Node | None:
    for key in path:
        pairs: Sequence[tuple[Node, Node]] = node.value if isinstance(node, MappingNode) else []
        node = next((value for name, value in pairs if isinstance(name, ScalarNode) and name.value == key), None)
    return node


def _text(node: Node | None) -> str:
    """A scalar as it is written, on one line; empty for anything else, and for null."""
    if not isinstance(node, ScalarNode) or (not node.style and node.value in ("~", "null", "Null", "NULL")):
        return ""
    return " ".join(node.value[:10_000].split())
