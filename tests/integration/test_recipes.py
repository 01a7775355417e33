"""docs/recipes.md: each command that it shows is run, and says what stands
there.  <!-- SERVER --> before a block names the server that it is run at."""

import pathlib
import re
import shlex

import pytest

import postfix_server
from conftest import HOST, PASSWORD, USER

PAGE = pathlib.Path(__file__).resolve().parents[2] / "docs/recipes.md"
BLOCK = re.compile(r"<!-- (?P<server>\S+) -->\n\n"
                   r"    \$ (?P<command>(?:.*\\\n)*.*)\n"
                   r"(?P<said>(?:    .*\n)+)")
BLOCKS = list(BLOCK.finditer(PAGE.read_text()))
RELAY = "smtpd_relay_restrictions = permit_sasl_authenticated, "
# What mail.example.org accepts mail for.
OURS = "virtual_alias_domains = example.org\n" \
       "virtual_alias_maps = static:postmaster@example.org\n"


@pytest.fixture(scope="module")
def postfixes(ca):
    """NAME -> a Postfix as somebody may have set it up; made when asked for."""
    made = {}
    relays = {
        "closed": RELAY + "reject_unauth_destination",
        # What makes most open relays: too many networks that may.
        "open": "smtpd_relay_restrictions = permit_mynetworks, "
                "reject_unauth_destination\nmynetworks = 127.0.0.0/8",
        "login-first": RELAY + "reject"}

    def get(name):
        if name not in made:
            with pytest.MonkeyPatch.context() as patch:
                patch.setattr(postfix_server, "MAIN", OURS +
                              postfix_server.MAIN.replace(
                                  RELAY + "reject", relays[name]))
                made[name] = postfix_server.Postfix(
                    HOST, ca.good, disabled=[], nobody="nobody@example.org",
                    accounts={USER: (PASSWORD, "")}, owners={USER: USER})
        return made[name].port["submission"]

    yield get
    for server in made.values():
        server.close()


@pytest.fixture
def port_of(postfixes, mail, ca):
    def get(name):
        if name == "private-ca":
            return mail().port
        if name.startswith("private-ca-"):
            kind, days = name.split("-")[2:]
            return mail(getattr(ca, kind)(int(days))).port
        return postfixes(name)

    return get


def blank(text):
    """Without what differs from run to run, and the perfdata."""
    text = text.split(" | ")[0].rstrip(" |")
    text = re.sub(r"(?<=%s):\d+" % HOST, ":PORT", text)
    return re.sub(r"\d{4}-\d\d-\d\d \d\d:\d\d|\d+\.\d{3} s", "N", text)


@pytest.mark.parametrize("block", BLOCKS, ids=[
    "%s-%d" % (b["server"], i) for i, b in enumerate(BLOCKS)])
def test_command(plugin, port_of, ca, block):
    name, *words = shlex.split(block["command"].replace("\\\n", ""))
    assert name == "check_smtp_auth"
    port = port_of(block["server"])
    words = [w for w in words if w not in ("-p", "587")]  # has another here
    assert any(w == HOST for w in words), words
    words = [w.replace("/etc/ssl/our-ca.pem", ca.ca) for w in words]
    secret = plugin.home / "alice.password"
    secret.write_text(plugin.secret(PASSWORD) + "\n")
    secret.chmod(0o600)
    words = [w.replace("/etc/nagios/alice.password", str(secret))
             for w in words]
    result = plugin.run(*words, "-I", "127.0.0.1", "-p", port,
                        *([] if "--ca-file" in " ".join(words)
                          else ["--ca-file", ca.ca]))
    said = [line[4:] for line in block["said"].splitlines()]
    assert blank(result.first_line) == blank(said[0]), result
    assert list(map(blank, result.details)) == list(map(blank, said[1:])), \
        result


def test_each_recipe_has_both_ends():
    """What it says when all is well, and what when not."""
    sections = PAGE.read_text().split("\n## ")[1:]
    assert len(sections) >= 3
    for section in sections:
        found = [b["said"] for b in BLOCK.finditer(section)]
        assert any("SMTP_AUTH OK" in x for x in found), section
        assert any(re.search("SMTP_AUTH (WARNING|CRITICAL)", x)
                   for x in found), section
        assert section.count("$ check_smtp_auth") == len(found), section
