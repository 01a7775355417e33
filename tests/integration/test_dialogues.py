"""Every file of tests/dialogues, over real TCP and TLS."""

import pytest

import smtp_server
from conftest import HOST, PROBE, ROOT

FOLDER = ROOT / "tests" / "dialogues"
FILES = sorted(p for p in FOLDER.glob("*")
               if p.is_file() and p.suffix not in (".md", ".txt"))
TLS = {"none": "--no-tls", "starttls": "-S", "implicit": "-s"}


def arguments(dialogue, port, ca_file):
    settings = dialogue.settings
    args = ["-H", HOST, "-I", "127.0.0.1", "-p", port, "-F", PROBE,
            "--ca-file", ca_file, TLS[settings["tls"]]]
    for key, option in (("user", "-U"), ("mechs", "-A"), ("from", "-f"),
                        ("authzid", "--authzid"), ("rcpt", "--rcpt")):
        if key in settings:
            args += [option, settings[key]]
    for kind in ("password", "token"):
        if kind in settings:
            args.append("--%s-from=env:CHECK_SECRET" % kind)
    for command in dialogue.commands:
        args += ["-C", command]
    for key, option in (("lmtp", "--lmtp"),
                        ("allow-cleartext", "--allow-cleartext"),
                        ("allow-unverified", "--allow-unverified"),
                        ("unverified", "--insecure")):
        # What ends for want of trust is not played with --insecure.
        if dialogue.is_set(key) and (
                key != "unverified" or dialogue.end != "cert-untrusted"):
            args.append(option)
    return args


def compare(dialogue, session):
    """The client said what the file says, and nothing else."""
    lines = session.transcript()
    expected = dialogue.expected()
    rest = lines[len(expected):]
    assert lines[:len(expected)] == expected
    last = dialogue.steps[-1][0]
    if last == "CLOSE":
        # QUIT may have been under way already.
        assert rest in ([], ["QUIT"])
    elif dialogue.end == "starttls-injection" and rest:
        # A ClientHello may have been under way already.
        assert session.received().split(b"STARTTLS\r\n")[1][:1] == b"\x16"
    else:
        assert rest == []


def test_there_are_dialogues():
    assert FILES


@pytest.mark.parametrize("output", ["json", "text"])
@pytest.mark.parametrize("path", FILES, ids=[p.name for p in FILES])
def test_dialogue(plugin, serve, ca, path, output):
    dialogue = smtp_server.Dialogue(str(path))
    unverified = (dialogue.is_set("unverified") or
                  dialogue.is_set("allow-unverified"))
    dialogue.context = ca.context(ca.stranger if unverified else ca.good)
    server = serve(dialogue)
    dialogue.host, dialogue.port = HOST, server.port
    args = arguments(dialogue, server.port, ca.ca)
    env = {}
    for kind in ("password", "token"):
        if kind in dialogue.settings:
            secret = dialogue.settings[kind]
            plugin.secret(secret)
            env["CHECK_SECRET"] = secret
    if output == "json":
        data = plugin.json(*args, env=env)
        assert (data["condition"] or "none") == dialogue.end, data
        if dialogue.end == "none" and env:
            assert data["login"] == "accepted", data
        state = data["state"]
    else:
        state = plugin.run(*args, "-vvv", env=env).state
    assert (state == "OK") == (dialogue.end == "none")
    compare(dialogue, server.session())
