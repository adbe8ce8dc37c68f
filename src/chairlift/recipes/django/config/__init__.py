"""Configuration files: what they say of Django, and the same for another version, by the fewest lines.

`detect` reads, `edits` says what to write for a stage; neither writes anything.
"""

from chairlift.recipes.django.config.declared import (
    Compiled,
    Declared,
    Edited,
    Evidence,
    Fetch,
    FileEdit,
    Job,
    Kind,
    Python,
    Role,
    Run,
    TestCommand,
)
from chairlift.recipes.django.config.detect import detect, too_large
from chairlift.recipes.django.config.stages import edits

__all__ = [
    "Compiled",
    "Declared",
    "Edited",
    "Evidence",
    "Fetch",
    "FileEdit",
    "Job",
    "Kind",
    "Python",
    "Role",
    "Run",
    "TestCommand",
    "detect",
    "edits",
    "too_large",
]
