"""Services from Backstage: entities and their references, broken documents by line, bombs that go off nowhere."""

from __future__ import annotations

import pytest

from tests.catalogues.kit import YAML, effects, problem, proposed, roster

WALLET = """\
apiVersion: backstage.io/v1alpha1
kind: Component
metadata:
  name: wallet
  annotations:
    github.com/project-slug: acme/wallet
spec:
  type: service
  owner: group:default/payments
  dependsOn: [component:libmoney, resource:database, component:catalogue-ui]
"""
MONEY = """\
kind: Component
metadata:
  name: libmoney
  annotations:
    backstage.io/source-location: url:https://gitlab.com/acme/libs/money/-/tree/main/
spec: {type: library, owner: Team Heron}
"""
OTHER = (
    "kind: Component\nmetadata: {name: catalogue-ui, annotations: {gitlab.com/project-slug: a/ui}}\n"
    "spec: {type: website, owner: heron}\n"
)
GROUP = (
    "kind: Group\nmetadata: {name: payments}\nspec: {profile: {displayName: Team Payments, email: pay@example.org}}\n"
)
PAT = "kind: User\nmetadata: {name: pat}\nspec: {profile: {email: pat@example.org}, memberOf: [payments]}\n"


def documents(*texts):
    return YAML, "---\n".join(texts)


def test_components_with_their_repositories_owners_and_libraries() -> None:
    found = proposed(documents(WALLET, MONEY, OTHER, GROUP))
    wallet, money = roster(found).service("wallet"), roster(found).service("libmoney")
    assert (wallet.repo, wallet.forge, wallet.library, wallet.after) == ("acme/wallet", "github", False, ("libmoney",))
    assert (money.repo, money.forge, money.library, money.squad.name) == ("acme/libs/money", "gitlab", True, "Heron")
    assert (wallet.squad.name, wallet.squad.suggested) == ("Team Payments", "pay@example.org")
    assert roster(found).service("catalogue-ui").repo == "a/ui"
    assert effects(found) == [(1, "added", "wallet"), (12, "added", "libmoney"), (19, "added", "catalogue-ui")]


def test_a_group_without_an_address_is_asked_through_a_member() -> None:
    group = GROUP.replace(", email: pay@example.org", "")
    assert proposed(documents(WALLET, group, PAT)).suggestions[0].contact == "pat@example.org"
    listed = group.replace("}}\n", "}, members: [zed]}\n")
    assert proposed(documents(WALLET, listed)).suggestions[0].contact == "zed"


def test_a_user_can_own() -> None:
    found = proposed(documents(WALLET.replace("group:default/payments", "user:pat"), PAT))
    squad = roster(found).service("wallet").squad
    assert (squad.name, squad.people, squad.suggested) == ("pat", (), "pat@example.org")


def test_what_is_no_service_is_said_with_its_reason() -> None:
    rest = [f"kind: {kind}\nmetadata: {{name: x}}\n" for kind in ("API", "System", "Location", "Domain", "Frob")]
    found = proposed(documents(MONEY, *rest, PAT))
    assert [(each.what, each.name) for each in found.effects][1:] == [*[("left out", "x")] * 5, ("left out", "pat")]
    assert found.effects[1].text == "an API is no service: the component that provides it is"
    assert found.effects[5].text == "'frob' is no kind that names services"


def test_the_catalogues_own_api_answers_with_a_list() -> None:
    text = (
        '[{"apiVersion": "b/v1", "kind": "Component", "metadata": {"name": "x", "annotations": '
        '{"github.com/project-slug": "a/x"}}, "spec": {"owner": "heron"}}]'
    )
    assert effects(proposed(("entities.json", text))) == [(1, "added", "x")]


@pytest.mark.parametrize(
    ("document", "line", "message"),
    [
        ("kind: [oops\nmetadata: x\n", 9, "this is no YAML: did not find expected ',' or ']'; mend it; the other"),
        ("metadata: {name: x}\n", 8, "this document has no kind; write kind: Component, or take it out"),
        ("just words\n", 8, "this document has no kind"),
        ("kind: Component\n", 8, "this component has no metadata.name; give it one"),
        ("\n# no owner\nkind: Component\nmetadata: {name: x}\n", 10, "the component 'x' has no spec.owner"),
        (MONEY, 8, "the component 'libmoney' stands in line 1 already; keep one of them"),
        (WALLET.replace("group:default/payments", "nobody"), 8, "there is no squad called 'nobody', and nobody is"),
        (WALLET.replace("acme/wallet", "''").replace("payments", "heron"), 8, "nothing says where its repository is"),
    ],
    ids=["syntax", "no kind", "text", "no name", "no owner", "twice", "nobody to ask", "no repository"],
)  # fmt: skip
def test_a_bad_document_is_named_by_its_line_and_spoils_no_other(document: str, line: int, message: str) -> None:
    found = proposed(documents(MONEY, document, OTHER))
    assert problem(found).startswith(f"{YAML}:{line}: ")
    assert message in problem(found)
    assert {"libmoney", "catalogue-ui"} <= {each.name for each in roster(found).services}


def test_libraries_that_wait_for_each_other() -> None:
    one = MONEY.replace("owner: Team Heron", "owner: heron, dependsOn: [component:two]")
    two = one.replace("libmoney", "two").replace("libs/money", "two").replace("component:two", "component:libmoney")
    found = proposed(documents(one, two, OTHER))
    assert "these wait for each other: " in problem(found)
    assert len(roster(found).services) == 2 + 2


BOMB = "a: &a [x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"{new}: &{new} [{', '.join([f'*{old}'] * 9)}]\n" for old, new in zip("abcdefgh", "bcdefghi", strict=True)
)


@pytest.mark.parametrize(
    "document",
    [
        BOMB,
        f"kind: Component\nmetadata: {{name: x}}\nspec: {{owner: heron, dependsOn: *i}}\n{BOMB}",
        f"{BOMB}kind: Component\nmetadata: {{name: x}}\nspec: {{owner: heron, dependsOn: *i}}\n",
        "a: &a [*a]\nkind: Component\nmetadata: &b {name: x, annotations: *b}\nspec: {owner: *b}\n",
        "[" * 100_000,
        "- " * 100_000,
        "!!python/object/apply:os.system ['touch /tmp/was-here']\n",
        "kind: !!python/name:os.system x\n",
    ],
    ids=["bomb", "before", "bomb in use", "circle", "brackets", "deep", "object", "name"],
)
def test_a_document_that_is_made_to_hurt(document: str) -> None:
    found = proposed(documents(MONEY, document))
    assert [each.name for each in found.effects if each.what == "added"][:1] == ["libmoney"]
    assert found.count("problem") + found.count("left out") + found.count("added") == 2


def test_ten_thousand_documents() -> None:
    many = [WALLET.replace("wallet", f"wallet-{n}").replace("payments", "heron") for n in range(10_000)]
    found = proposed(documents(*many))
    assert (found.count("added"), found.count("problem")) == (10_000, 0)
