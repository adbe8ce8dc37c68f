"""What is asked of GitHub's GraphQL, as texts; names from outside go in as variables."""

_PULL = """
fragment Pull on PullRequest {
  id number url state isDraft createdAt closedAt mergedAt viewerDidAuthor
  author { __typename login }
  headRefName headRefOid baseRefName
  mergeable mergeStateStatus reviewDecision isInMergeQueue isMergeQueueEnabled
  autoMergeRequest { enabledAt }
  mergeCommit { oid }
  labels(first: 100) { nodes { name } }
  reviewRequests { totalCount }
  baseRef { refUpdateRule {
    requiredApprovingReviewCount requiredStatusCheckContexts requiresCodeOwnerReviews
    requiresConversationResolution requiresSignatures
  } }
  closings: timelineItems(last: 1, itemTypes: [CLOSED_EVENT]) {
    nodes { ... on ClosedEvent { actor { __typename login } } }
  }
  reviewThreads(first: 100) { nodes { isResolved } }
  reviews(first: 100, after: $reviews) {
    pageInfo { hasNextPage endCursor }
    nodes { id state body submittedAt viewerDidAuthor author { __typename login } commit { oid } }
  }
  commits(last: 1) { nodes { commit { oid statusCheckRollup { contexts(first: 100, after: $contexts) {
    pageInfo { hasNextPage endCursor }
    nodes {
      __typename
      ... on CheckRun { name status conclusion title summary isRequired(pullRequestNumber: $number) }
      ... on StatusContext { context state description isRequired(pullRequestNumber: $number) }
    }
  } } } } }
}
"""

#: By number: a repository's pull request with all that is shown of it.
PULL = (
    """
query Pull($owner: String!, $name: String!, $number: Int!, $reviews: String, $contexts: String) {
  repository(owner: $owner, name: $name) { pullRequest(number: $number) { ...Pull } }
}
"""
    + _PULL
)

#: By branch: where the branch is, which pull requests come from it, and all of one where its number is known.
BRANCH = (
    """
query Branch(
  $owner: String!, $name: String!, $ref: String!, $branch: String!,
  $known: Boolean!, $number: Int!, $reviews: String, $contexts: String
) {
  repository(owner: $owner, name: $name) {
    ref(qualifiedName: $ref) { target { oid } }
    open: pullRequests(headRefName: $branch, states: [OPEN], first: 50) { nodes { number isCrossRepository } }
    newest: pullRequests(headRefName: $branch, first: 50, orderBy: {field: CREATED_AT, direction: DESC}) {
      nodes { number isCrossRepository }
    }
    pullRequest(number: $number) @include(if: $known) { ...Pull }
  }
}
"""
    + _PULL
)

ENQUEUE = """
mutation Enqueue($pull: ID!, $head: GitObjectID!) {
  enqueuePullRequest(input: {pullRequestId: $pull, expectedHeadOid: $head}) { mergeQueueEntry { state } }
}
"""

#: One repository of those that are watched; `%(…)s` are names of variables and what is built of MARKED_BRANCH.
MARKED = """
  r%(place)d: repository(owner: $o%(place)d, name: $n%(place)d) {
    isArchived
    defaultBranchRef { name target { oid } }
    %(parts)s
  }
"""

MARKED_BRANCH = """
    h%(branch)d: ref(qualifiedName: $h%(variable)s) { target { oid } }
    p%(branch)d: pullRequests(
      headRefName: $b%(variable)s, first: 3, orderBy: {field: UPDATED_AT, direction: DESC}
    ) { nodes { ...Mark } }
"""

#: Ours are among those that moved last as soon as one of them moves.
MARKED_ISSUES = """
    issues(first: 20, orderBy: {field: UPDATED_AT, direction: DESC}) {
      nodes { viewerDidAuthor number state updatedAt comments { totalCount } }
    }
"""

MARK = """
fragment Mark on PullRequest {
  number state isDraft isCrossRepository headRefOid baseRefName updatedAt
  mergeable mergeStateStatus reviewDecision isInMergeQueue
  autoMergeRequest { enabledAt }
  comments { totalCount }
  reviews(last: 1) { totalCount nodes { state submittedAt } }
  commits(last: 1) { nodes { commit { oid statusCheckRollup { state contexts {
    totalCount checkRunCountsByState { state count } statusContextCountsByState { state count }
  } } } } }
}
"""

#: What one repository is called now, also by an old name.
NAMED = """
  r%(place)d: repository(owner: $o%(place)d, name: $n%(place)d) { nameWithOwner }
"""

_LISTED = """
fragment Listed on Repository {
  nameWithOwner isArchived isFork
  defaultBranchRef { name }
  primaryLanguage { name }
  repositoryTopics(first: 20) { nodes { topic { name } } }
  hidden: object(expression: "HEAD:.github/CODEOWNERS") { ... on Blob { text } }
  root: object(expression: "HEAD:CODEOWNERS") { ... on Blob { text } }
  docs: object(expression: "HEAD:docs/CODEOWNERS") { ... on Blob { text } }
  catalog: object(expression: "HEAD:catalog-info.yaml") { ... on Blob { text } }
}
"""

REPOSITORIES = (
    """
query Repositories($owner: String!, $after: String) {
  repositoryOwner(login: $owner) {
    repositories(first: 50, after: $after, ownerAffiliations: [OWNER], orderBy: {field: NAME, direction: ASC}) {
      pageInfo { hasNextPage endCursor }
      nodes { ...Listed }
    }
  }
}
"""
    + _LISTED
)

SEARCH = (
    """
query Search($text: String!, $after: String) {
  search(type: REPOSITORY, query: $text, first: 50, after: $after) {
    repositoryCount
    pageInfo { hasNextPage endCursor }
    nodes { ...Listed }
  }
}
"""
    + _LISTED
)
