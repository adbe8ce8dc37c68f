"""The calls of Gitea's API about issues, comments and labels."""

from __future__ import annotations

from tests.forges.gitea import shapes
from tests.forges.gitea.asking import Calls, Page, Wrong, cut
from tests.forges.gitea.places import Pull, Topic, now


class TalkCalls(Calls):
    """Issues, comments and labels; a pull request is an issue, too."""

    def topic(self, asked, missing=404):
        found = asked.of.topics.get(asked.number)
        if found is None:
            raise Wrong(missing, f"issue does not exist [id: 0, repo_id: {asked.of.id}, index: {asked.number}]")
        return found

    def issueListIssues(self, asked):
        wanted = asked.query.get
        found = sorted(asked.of.topics.values(), key=lambda each: -each.number)
        if kind := wanted("type"):
            found = [each for each in found if isinstance(each, Pull) == (kind[0] == "pulls")]
        if by := wanted("created_by"):
            found = [each for each in found if each.by.login == by[0]]
        found = [each for each in found if wanted("state", ["open"])[0] in ("all", each.state)]
        return 200, Page([shapes.issue(each, asked.of, asked.url) for each in found])

    def issueGetIssue(self, asked):
        return 200, shapes.issue(self.topic(asked), asked.of, asked.url)

    def issueCreateIssue(self, asked):
        body = asked.body
        made = Topic(self.next_number(asked.of), cut(body["title"]), body.get("body", ""), asked.user, now(), now())
        asked.of.topics[made.number] = made
        if body.get("closed"):
            self.set_state(made, "closed", asked.user)
        return 201, shapes.issue(made, asked.of, asked.url)

    def issueEditIssue(self, asked):
        found = self.topic(asked)
        self.edit(asked, found)
        return 201, shapes.issue(found, asked.of, asked.url)

    def issueDelete(self, asked):
        self.repo_admin(asked)
        del asked.of.topics[self.topic(asked).number]
        return 204, None

    def edit(self, asked, found):
        if asked.user is not found.by and not asked.of.may_write(asked.user):
            raise Wrong(403)
        found.title = cut(asked.body.get("title") or found.title)
        found.body = asked.body.get("body", found.body)
        found.updated = now()
        if "state" in asked.body:
            self.set_state(found, asked.body["state"], asked.user)

    def set_state(self, found, state, by):
        if found.state != state:
            found.state, found.closed = state, now() if state == "closed" else None
            self.places.say(found, "close" if state == "closed" else "reopen", by)

    def next_number(self, of):
        return max(of.topics, default=0) + 1

    def issueGetComments(self, asked):
        found = self.topic(asked, missing=500)
        return 200, Page([shapes.comment(each, found, asked.of, asked.url) for each in found.comments], whole=True)

    def issueCreateComment(self, asked):
        found = self.topic(asked, missing=500)
        made = self.places.say(found, "comment", asked.user, asked.body["body"])
        return 201, shapes.comment(made, found, asked.of, asked.url)

    def issueGetRepoComments(self, asked):
        since = asked.query.get("since", ["1970-01-01T00:00:00Z"])[0]
        found = [(each, topic) for topic in asked.of.topics.values() for each in topic.comments]
        found = [(each, topic) for each, topic in found if shapes.stamp(each.updated) >= since]
        found.sort(key=lambda pair: (pair[0].created, pair[0].id))
        return 200, Page([shapes.comment(each, topic, asked.of, asked.url) for each, topic in found])

    def comment(self, asked):
        for topic in asked.of.topics.values():
            for each in topic.comments:
                if each.id == int(asked.path["id"]):
                    return each, topic
        raise Wrong(404, f"comment does not exist [id: {asked.path['id']}]")

    def issueGetComment(self, asked):
        return 200, shapes.comment(*self.comment(asked), asked.of, asked.url)

    def issueEditComment(self, asked):
        found, topic = self.comment(asked)
        if asked.user is not found.by and not asked.of.may_write(asked.user):
            raise Wrong(403)
        found.body, found.updated = asked.body["body"], now()
        return 200, shapes.comment(found, topic, asked.of, asked.url)

    def issueDeleteComment(self, asked):
        found, topic = self.comment(asked)
        topic.said.remove(found)
        return 204, None

    def issueGetCommentsAndTimeline(self, asked):
        found, since = self.topic(asked, missing=500), asked.query.get("since", [""])[0]
        shown = [each for each in found.said if shapes.stamp(each.updated) >= since]
        events = [shapes.event(each, found, asked.of, asked.url) for each in shown]
        # It counts what is on the page.
        return 200, Page(events, total=-1)

    def issueListLabels(self, asked):
        return 200, Page([shapes.label(asked.of, id) for id in asked.of.labels])

    def issueCreateLabel(self, asked):
        self.writer(asked)
        id = next(self.places.ids)
        asked.of.labels[id] = asked.body
        return 201, shapes.label(asked.of, id)
