"""Files that are right, and ways to make them wrong."""

from __future__ import annotations

CAMPAIGN = """\
[campaign]
slug = "django-3.2"
title = "Django 2.2 to 3.2"
recipe = "command"
settings = { current = "2.2", target = "3.2" }
choose_by = 2021-07-15
deadline = 2021-10-15
environments = ["stage", "production"]
lead = "Ada"
manager = "Max"
zone = "Europe/Berlin"

[times]
notice = "3 working days"
watch = "8 days"

[[level]]
name = "Hands-off"
squad = []
notice = true
needs = ["deploy-docs"]
not_for = ["fine-grained-testing"]

[[level]]
name = "DIY"
squad = ["create", "review", "merge", "deploy", "test"]

[[change]]
slug = "prepare"
title = "Prepare for Django {target}"

[change.recipe]
run = ["tool --to {target} {files:*.py}", "{python} x"]

[[change]]
slug = "upgrade"
after = "deploy"
proof = "Django {target}"
recipe = { run = "bump {target}", nested = { from = "{current}" } }

[[freeze]]
first = 2021-08-01
last = 2021-08-14
why = "summer"

[waves]
sizes = [1, 3, 10]

[brake]
reverts = 3

[review]
chairlift_approves = true
reviewers = ["Ada"]
"""

SERVICES = """\
[[person]]
name = "Ada"
email = "ada@example.org"
handles = ["@ada-l"]

[[person]]
name = "Bo Li"
email = "bo@example.org"

[[person]]
name = "Max"

[[squad]]
name = "Heron"
people = ["ada", "Bo Li"]
contact = "Bo  Li"
backup = "Ada"
lead = "Max"
zone = "Europe/Berlin"
hours = "mon-thu 10:00-16:00"
holidays = [2021-12-24]
freezes = [{ first = 2021-11-20, last = 2021-11-30, why = "sales" }]

[[squad]]
name = "Ibis"
people = ["Max"]
contact = "Max"
hours = "always"

[[service]]
name = "catalogue"
squad = "heron"
repo = "acme/catalogue"
tests = "make test"
deploy_docs = "docs/deploy.md"
needs = ["fine-grained-testing"]
after = ["Shared Parts"]
environments = ["production"]
wave = 2

[service.deployer]
kind = "command"
deploy = "deploy.sh {service}"

[[service]]
name = "shared parts"
squad = "Ibis"
repo = "acme/shared"
library = true
docs_promised = 2021-09-01
"""
