import json
from datetime import timedelta

from ddt import data, ddt, unpack
from django.contrib.auth import get_user_model
from django.core.exceptions import ValidationError
from django.test import SimpleTestCase, TestCase
from django.utils import timezone

from links import codes
from links.models import Click, Link

TARGET = "https://shop.example.org/courses/algebra"


class CodeTests(SimpleTestCase):
    def test_there_and_back(self):
        for number in (0, 1, 999, 10 ** 9):
            self.assertEqual(codes.number(codes.word(number)), number)

    def test_never_given_out(self):
        for word in ("", "aaaaa", "ALGEBRA", "zzzzzzzz"):
            self.assertIsNone(codes.number(word))


@ddt
class TargetTests(TestCase):
    @data(
        (TARGET, True),
        ("https://learn.example.org/", True),
        ("http://shop.example.org/", False),
        ("https://evil.example.com/", False),
        ("https://shop.example.org@evil.example.com/", False),
        ("//evil.example.com/", False),
    )
    @unpack
    def test_only_our_own(self, target, fine):
        link = Link(target=target)
        if fine:
            return link.full_clean()
        with self.assertRaises(ValidationError):
            link.full_clean()


class FollowTests(TestCase):
    def setUp(self):
        self.link = Link.objects.create(target=TARGET)

    def test_leads_there_and_counts(self):
        answer = self.client.get(self.link.get_absolute_url(), HTTP_USER_AGENT="Mobile Mobi", HTTP_REFERER="r" * 300)
        self.assertRedirects(answer, TARGET, fetch_redirect_response=False)
        click = Click.objects.get()
        self.assertEqual((len(click.referrer), click.mobile), (200, True))

    def test_unknown_agents_are_neither(self):
        self.client.get(self.link.get_absolute_url())
        self.assertIsNone(Click.objects.get().mobile)

    def test_expired(self):
        self.link.expires_at = timezone.now() - timedelta(seconds=1)
        self.link.save()
        self.assertEqual(self.client.get(self.link.get_absolute_url()).status_code, 410)

    def test_unknown(self):
        self.assertEqual(self.client.get("/zzzzz").status_code, 404)

    def test_redirects_are_not_kept(self):
        answer = self.client.get(self.link.get_absolute_url())
        self.assertEqual(answer["cache-control"], "no-store")
        self.assertEqual(self.client.get("/healthz")["cache-control"], "max-age=60")

    def test_counts(self):
        self.client.get(self.link.get_absolute_url(), HTTP_USER_AGENT="Mobi")
        page = self.link.get_absolute_url() + "/counts"
        self.assertContains(self.client.get(page), "1 click</p>")
        self.assertContains(self.client.get(page), "on the road")
        numbers = self.client.get(page, HTTP_X_REQUESTED_WITH="XMLHttpRequest").json()
        self.assertEqual(numbers, {"clicks": 1, "mobile": 1})


class ApiTests(TestCase):
    def post(self, **content):
        return self.client.post("/api/links/", json.dumps(content), content_type="application/json")

    def test_makes_links(self):
        answer = self.post(target=TARGET)
        self.assertEqual(answer.status_code, 201)
        self.assertEqual(answer.json()["url"], "http://testserver/" + answer.json()["word"])

    def test_makes_one_per_target(self):
        self.assertEqual(self.post(target=TARGET).json(), self.post(target=TARGET).json())
        self.assertEqual(Link.objects.count(), 1)

    def test_explains(self):
        self.assertIn("target", self.post(target="https://evil.example.com/").json()["errors"])
        self.assertEqual(self.client.post("/api/links/", "{", content_type="application/json").status_code, 400)

    def test_popular_first(self):
        rare, often = Link.objects.create(target=TARGET), Link.objects.create(target=TARGET + "/2")
        for link in (often, often, rare):
            self.client.get(link.get_absolute_url())
        words = [link["word"] for link in self.client.get("/api/links/").json()["links"]]
        self.assertEqual(words, [often.word, rare.word])

    def test_only_owners_expire(self):
        ada, bob = (get_user_model().objects.create_user(name) for name in ("ada", "bob"))
        link = Link.objects.create(target=TARGET, owner=ada)
        path = f"/api/links/{link.word}/expire"
        self.assertEqual(self.client.post(path).status_code, 302)
        self.client.force_login(bob)
        self.assertEqual(self.client.post(path).status_code, 404)
        self.client.force_login(ada)
        self.assertEqual(self.client.post(path).json(), {"expired": link.word})
