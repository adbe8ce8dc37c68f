"""The ladder: what happens to a change, in order."""

from chairlift.steps.base import Step
from chairlift.steps.create import Create
from chairlift.steps.deploy import Deploy
from chairlift.steps.merge import Merge
from chairlift.steps.plan import Plan
from chairlift.steps.review import Review
from chairlift.steps.test import Test

STEPS: tuple[Step, ...] = (Plan(), Create(), Review(), Merge(), Deploy(), Test())
