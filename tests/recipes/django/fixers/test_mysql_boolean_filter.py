from __future__ import annotations

import pytest

from chairlift.recipes.django.fixers.mysql_boolean_filter import fixer
from chairlift.testing.fixers import check_unchanged

MODELS = """
from django.db import models


class Submission(models.Model):
    retired = models.BooleanField(default=False, db_index=True)
    draft = models.BooleanField(null=True)
    plain = models.BooleanField(default=False)
    number = models.IntegerField(db_index=True)

    class Meta:
        index_together = [("draft", "number")]
"""
MYSQL = {"a/models.py": MODELS, "a/settings.py": "DATABASES = {'default': {'ENGINE': 'django.db.backends.mysql'}}\n"}
ELSEWHERE = {
    "a/models.py": MODELS,
    "a/settings.py": "DATABASES = {'default': {'ENGINE': 'django.db.backends.postgresql'}}\n",
}
BY_URL = {"a/models.py": MODELS, ".env.example": "DATABASE_URL=mysql://localhost/a\n"}


@pytest.mark.parametrize(
    ("text", "files", "findings"),
    [
        ("Submission.objects.filter(retired=False)", MYSQL, 1),
        ("Submission.objects.filter(retired=False)", BY_URL, 1),
        ("Submission.objects.exclude(draft=True, number=1)", MYSQL, 1),
        ("Other.objects.filter(submission__retired=flag)", MYSQL, 1),
        ("Submission.objects.filter(Q(retired=True) | ~Q(draft__exact=False))", MYSQL, 2),
        ("Submission.objects.filter(retired=False).filter(draft=True)", MYSQL, 2),
        ("get_object_or_404(Submission, retired=not x)", MYSQL, 1),
        ("Submission.objects.filter(retired=False)", ELSEWHERE, 0),
        ("Submission.objects.filter(plain=False, number=1)", MYSQL, 0),
        ("Submission.objects.filter(retired=models.Value(1))", MYSQL, 0),
        ("Submission.objects.filter(draft=None, draft__isnull=True)", MYSQL, 0),
        ("Submission.objects.create(retired=False)", MYSQL, 0),
        ("Submission.objects.filter(retired=False)", {"a/settings.py": MYSQL["a/settings.py"]}, 0),
    ],
)
def test_flags_what_scans_the_table(text: str, files: dict[str, str], findings: int) -> None:
    assert len(check_unchanged(fixer, text + "\n", files=files, target=(3, 2)).findings) == findings


def test_django_4_compares_again() -> None:
    text = "Submission.objects.filter(retired=False)\n"
    assert not check_unchanged(fixer, text, files=MYSQL, target=(4, 2)).findings
    assert not check_unchanged(fixer, text, files=MYSQL, current=(3, 2), target=(4, 2)).findings
    assert not check_unchanged(fixer, text, files=MYSQL, path="a/migrations/0001.py", target=(3, 2)).findings
