"""integrations/oauth2/README.md and the man page: their examples are run, the
table is the program's own."""

import re
import shlex
import subprocess

import pytest

from conftest import ROOT
from keys import Certificate, make_rsa, pem

FOLDER = ROOT / "integrations/oauth2"
README = (FOLDER / "README.md").read_text()
MAN = (ROOT / "man/smtp-oauth2.1").read_text().replace("\\e\n", "\\\n")


def examples(text):
    """The words behind "setup" of each that has options."""
    found = [shlex.split(x.replace("\\\n", " "), comments=True)[2:]
             for x in re.findall(r"^(?:    )?smtp-oauth2 setup (?:.*\\\n)*.*$",
                                 text, re.M)]
    return [x for x in found if len(x) > 1]


EXAMPLES = examples(README) + examples(MAN)


def test_table():
    done = subprocess.run(
        [str(FOLDER / "make-table")], check=True, stdout=subprocess.PIPE,
        input=(ROOT / "src/oauth2/remedy_table.c").read_bytes())
    table = done.stdout.decode()
    assert table.count("\n") > 70
    assert README.endswith("\n\n" + table), (
        "write what make-table makes to the end of README.md")


def test_all_are_found():
    assert (len(examples(README)), len(examples(MAN))) == (7, 7)


@pytest.mark.parametrize("words", EXAMPLES)
def test_example(helper, tmp_path, words):
    """Each gets as far as the provider, whom nobody can reach here."""
    Certificate(tmp_path, "check")
    for name in ("google.secret", "yahoo.secret"):
        (tmp_path / name).write_text("a secret\n")
    (tmp_path / "robot.json").write_text(
        '{"client_email": "r@example.org", "private_key": "%s"}' %
        pem(make_rsa()).replace("\n", "\\n"))
    run = helper.start(
        "setup", *(x.replace("/etc/check_smtp_auth", str(tmp_path))
                   for x in words), "--proxy=http://127.0.0.1:9")
    if "--flow=client" in words or "--flow=service" in words:
        run.finish()
        assert run.code == 75, run
        assert "An administrator" in run.stdout
    elif "--provider=custom" in words:
        run.finish()
        assert run.code == 75, run
    else:
        run.wait_for(r"Open this in a browser[^\n]*\n\n  https://")
        run.process.kill()
        run.process.wait()


@pytest.mark.parametrize("name", ["yahoo", "aol", "fastmail"])
def test_small_providers(helper, name):
    run = helper.start("setup", "a", "--provider=" + name, "--client-id=ID",
                       "--user=a@example.org")
    run.wait_for(r"https://\S+code_challenge=")
    run.process.kill()
    run.process.wait()
