"""The page of a batch in a real Chromium: a telephone and a desk, by day and by
night; nothing runs out of the window, all of it can be read, and it asks
nobody for anything."""

import base64
import http.server
import os
import pathlib
import re
import threading

import pytest

import chromium
from conftest import HOST, PASSWORD
from integration import PROBE
from smtp_server import Mail

CONTRAST_LEAST = 4.5  # WCAG 2.1, 1.4.3 (AA)
GOOD, BAD = 60, 20
LONG = "x" * 250
# What a page must not take for its own, and what is written the other way.
NAMES = ["<script>document.title='forged'</script>", "</article></main>",
         "<img src=x onerror=\"document.title='forged'\">", "a & b &amp; 'c'",
         "חשבון הדואר של המדפסת", "حساب البريد 12", LONG,
         "printer" + " with a long name" * 12]


class Accounts(Mail):
    """Lets one of them in."""

    def _auth(self, conn, words):
        _, user, _ = base64.b64decode(words[2]).decode().split("\0")
        conn.send("535 5.7.8 Authentication failed" if "bad" in user
                  else "235 2.7.0 Welcome")
        return False


def sections():
    """(name, user, another line) of accounts that are let in, are refused, held
    back, or faulty."""
    out = [("account %d" % i, "user%d@example.org" % i, "")
           for i in range(GOOD)]
    out += [("refused %d" % i, "bad%d@example.org" % i, "")
            for i in range(BAD)]
    out += [("held back", "bad@example.org", "guard=1/3600"),
            ("faulty", "u", "bogus = 1"), ("slow", "u", "warning = 0"),
            ("nobody there", "u", "port = 1")]
    for i, name in enumerate(NAMES):
        out += [(name, name, ""), ("%d %s" % (i, name[:200]), "bad", "")]
    return out


@pytest.fixture
def page(plugin, serve, ca, tmp_path):
    server = serve(Accounts(ca.context(), mechs="PLAIN"))
    ini, out = tmp_path / "page.ini", tmp_path / "index.html"
    ini.write_text(
        "[check_smtp_auth]\nhostname=%s\nip-address=127.0.0.1\nport=%d\n"
        "fqdn=%s\nca-file=%s\nauthpass=%s\n" % (
            HOST, server.port, PROBE, ca.ca, PASSWORD) + "".join(
            "[%s]\nauthuser=%s\n%s\n" % section for section in sections()))
    ini.chmod(0o600)
    for more in ("--only=held back",), ("--per-host=20",):
        said = plugin.run(
            "--batch=%s" % ini, "--output-format=html", "--output-file=%s" %
            out, "--state-dir=%s" % (tmp_path / "state"), *more)
        assert said.exit_code == 2
    return out


@pytest.fixture
def site(page):
    """Any web server: url, and asked, the paths that it was asked for."""
    asked = []

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            asked.append(self.path)
            data = page.read_bytes()
            self.send_response(200)
            self.send_header("Content-Type", "text/html")
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        def log_message(self, *args):
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    server.asked = asked
    server.url = "http://127.0.0.1:%d/smtp.html" % server.server_port
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture(scope="module")
def browser():
    browser = chromium.Chromium()
    yield browser
    browser.close()


# Of the environment: the folder for a screenshot of each, to be looked at.
KEPT = "PAGE_SCREENSHOTS"


def test_page(browser, page, site):
    text = page.read_text()
    count = len(sections())
    assert text.count("<article") == count
    assert text.count("not sent again") == 1
    for width in (360, 1280):
        for scheme in ("light", "dark"):
            browser.look(width, scheme)
            browser.open(site.url)
            look(browser, count)
            keep(browser, "%d-%s" % (width, scheme))
    # Nothing but the page itself, each time, whoever is asked.
    assert site.asked == ["/smtp.html"] * 4
    assert browser.requests == [site.url]


def look(browser, count):
    assert browser.evaluate("document.querySelectorAll('article').length"
                            ) == count
    assert browser.evaluate("document.title").startswith(
        browser.evaluate("document.querySelector('h1').textContent"))
    assert browser.evaluate(chromium.WIDER) == []
    assert browser.evaluate(
        "document.documentElement.scrollWidth <= innerWidth")
    contrasts = browser.evaluate(chromium.CONTRASTS)
    assert len(contrasts) > 10
    low = {at: ratio for at, ratio in contrasts.items()
           if ratio < CONTRAST_LEAST}
    assert low == {}
    names = browser.evaluate(
        "[...document.querySelectorAll('h2 bdi')].map(e => e.textContent)")
    assert set(NAMES) <= set(names)


def keep(browser, name):
    folder = os.environ.get(KEPT)
    if folder:
        browser.screenshot(pathlib.Path(folder) / (name + ".png"))


def test_old(browser, page, site):
    """A page that nobody replaces says so, by itself."""
    browser.look(360, "light")
    hidden = "document.querySelector('.old').hidden"
    browser.open(site.url)
    assert browser.evaluate(hidden) is True
    now = int(re.search(r"Date\.now\(\) / 1000 > (\d+)", page.read_text())[1])
    clock = browser.call(
        "Page.addScriptToEvaluateOnNewDocument",
        source="Date.now = () => %d" % (1000 * (now + 1)))["identifier"]
    browser.open(site.url)
    browser.call("Page.removeScriptToEvaluateOnNewDocument", identifier=clock)
    assert browser.evaluate(hidden) is False
    contrasts = browser.evaluate(chromium.CONTRASTS)
    assert min(contrasts.values()) >= CONTRAST_LEAST
    assert any("P.old" in at for at in contrasts)
