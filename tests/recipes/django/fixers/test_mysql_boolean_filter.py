from __future__ import annotations

import pytest

from chairlift.recipes.django.fixers.mysql_boolean_filter import fixer
from chairlift.testing.fixers import check_changes, check_unchanged

MODELS = """
from django.db import models


class Drafts(models.Model):
    hidden = models.BooleanField(default=False)

    class Meta:
        abstract = True


class Submission(Drafts):
    retired = models.BooleanField(default=False, db_index=True)
    draft = models.BooleanField(null=True)
    plain = models.BooleanField(default=False)
    number = models.IntegerField(db_index=True)

    class Meta:
        index_together = [("draft", "number")]
        unique_together = [("number", "hidden")]
"""
MYSQL = {"a/models.py": MODELS, "a/settings.py": "DATABASES = {'default': {'ENGINE': 'django.db.backends.mysql'}}\n"}
POSTGRES = "DATABASES = {'default': {'ENGINE': 'django.db.backends.postgresql'}}\n"
ELSEWHERE = {"a/models.py": MODELS, "a/settings.py": POSTGRES}
BOTH = {**MYSQL, "a/other.py": POSTGRES}
BY_URL = {"a/models.py": MODELS, ".env.example": "DATABASE_URL=mysql://localhost/a\n"}
BY_DRIVER = {"a/models.py": MODELS, "requirements.txt": "django\nmysqlclient==2.0.3\n"}
HEAD = "from django.db import models\nOLD = x.filter(a=1)\n"


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("Submission.objects.filter(retired=False)", "Submission.objects.filter(retired=models.Value(0))"),
        (
            "Submission.objects.exclude(draft=True, number=1)",
            "Submission.objects.exclude(draft=models.Value(1), number=1)",
        ),
        (
            "x.filter(Q(retired=True) | ~Q(a__draft=False))",
            "x.filter(Q(retired=models.Value(1)) | ~Q(a__draft=models.Value(0)))",
        ),
        ("Submission.everything.get(id=1, hidden=True)", "Submission.everything.get(id=1, hidden=models.Value(1))"),
        ("Q(x__hidden=False)", "Q(x__hidden=models.Value(0))"),
    ],
)
def test_compares_with_the_number(before: str, after: str) -> None:
    for files in (MYSQL, BY_URL, BY_DRIVER):
        check_changes(fixer, f"{HEAD}{before}\n", f"{HEAD}{after}\n", files=files, target=(3, 2))


def test_imports_what_it_needs() -> None:
    check_changes(
        fixer,
        "from django.db import transaction\nS.objects.filter(retired=True)\n",
        "from django.db import transaction, models\nS.objects.filter(retired=models.Value(1))\n",
        files=MYSQL,
        target=(3, 2),
    )
    check_changes(
        fixer,
        "from a import models\nmodels.S.objects.filter(retired=True)\n",
        "from a import models\nfrom django.db.models import Value\nmodels.S.objects.filter(retired=Value(1))\n",
        files=MYSQL,
        target=(3, 2),
    )


@pytest.mark.parametrize(
    ("text", "files", "findings"),
    [
        ("Submission.objects.filter(retired=False)", BOTH, 1),
        ("Other.objects.filter(submission__retired=flag)", MYSQL, 1),
        ("get_object_or_404(Submission, retired=not x)", MYSQL, 1),
        ("from a import models, Value\nmodels.Submission.objects.filter(retired=False)", MYSQL, 1),
        ("Submission.objects.filter(retired=False)", ELSEWHERE, 0),
        ("Submission.objects.filter(plain=False, number=1)", MYSQL, 0),
        ("Submission.objects.filter(retired=models.Value(1))", MYSQL, 0),
        ("Submission.objects.filter(draft=None, draft__isnull=True)", MYSQL, 0),
        ("Submission.objects.create(retired=False)", MYSQL, 0),
        ("client.get('/', retired=True)", MYSQL, 0),
        ("Submission.objects.filter(retired=False)", {"a/settings.py": MYSQL["a/settings.py"]}, 0),
    ],
)
def test_leaves_and_flags_the_rest(text: str, files: dict[str, str], findings: int) -> None:
    assert len(check_unchanged(fixer, text + "\n", files=files, target=(3, 2)).findings) == findings


def test_django_4_compares_again() -> None:
    text = "Submission.objects.filter(retired=False)\n"
    assert not check_unchanged(fixer, text, files=MYSQL, target=(4, 2)).findings
    assert not check_unchanged(fixer, text, files=MYSQL, current=(3, 2), target=(4, 2)).findings
    assert not check_unchanged(fixer, text, files=MYSQL, path="a/migrations/0001.py", target=(3, 2)).findings
