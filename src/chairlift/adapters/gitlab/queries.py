"""What is asked of GitLab's GraphQL, as texts: only what every edition has from 16.0 on, and within its complexity."""

from __future__ import annotations

#: The ids of projects, so many at once: `%s` is built of IDENTIFIED.
IDENTIFY = "query Identify(%s) { %s }"
IDENTIFIED = "p%(place)d: project(fullPath: $p%(place)d) { id fullPath }"

#: Up to fifty projects, with where some branches are, their merge requests, and our issues that moved last.
WATCH = """
query Watch($ids: [ID!], $count: Int!, $branches: [String!], $most: Int!, $me: String%(variables)s) {
  projects(ids: $ids, first: $count) { nodes {
    id archived
    repository { rootRef top: tree { lastCommit { sha } } %(trees)s }
    mergeRequests(sourceBranches: $branches, sort: UPDATED_DESC, first: $most) { nodes { ...Mark } }
    issues(authorUsername: $me, sort: UPDATED_DESC, first: 10) { nodes { iid state updatedAt userNotesCount } }
  } }
}
fragment Mark on MergeRequest {
  iid state draft sourceBranch targetBranch sourceProjectId projectId diffHeadSha updatedAt
  mergeStatusEnum detailedMergeStatus autoMergeEnabled userNotesCount mergeCommitSha
  approvedBy { nodes { username } }
  reviewers { nodes { username mergeRequestInteraction { reviewState } } }
  headPipeline { id status updatedAt }
}
"""
TREE = "b%(place)d: tree(ref: $b%(place)d) { lastCommit { sha } }"

#: Of what REST lists of projects, what only GraphQL tells of many at once.
LOOK = """
query Look($ids: [ID!]) {
  projects(ids: $ids, first: 50) { nodes {
    id
    languages { name share }
    repository { blobs(paths: ["CODEOWNERS", "docs/CODEOWNERS", ".gitlab/CODEOWNERS", "catalog-info.yaml"], first: 4) {
      nodes { path rawTextBlob }
    } }
  } }
}
"""
