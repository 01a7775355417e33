"""integrations/oauth2/README.md: its examples are run, its table is the
program's own."""

import re
import shlex
import subprocess

import pytest

from conftest import ROOT
from keys import Certificate, make_rsa, pem

FOLDER = ROOT / "integrations/oauth2"
README = (FOLDER / "README.md").read_text()
EXAMPLES = [
    shlex.split(text.replace("\\\n", " "), comments=True)[2:]
    for text in re.findall(r"^    smtp-oauth2 setup (?:.*\\\n)*.*$", README,
                           re.M)]


def test_table():
    done = subprocess.run(
        [str(FOLDER / "make-table")], check=True, stdout=subprocess.PIPE,
        input=(ROOT / "src/oauth2/remedy_table.c").read_bytes())
    table = done.stdout.decode()
    assert table.count("\n") > 70
    assert README.endswith("\n\n" + table), (
        "write what make-table makes to the end of README.md")


@pytest.mark.parametrize("words", EXAMPLES[1:],
                         ids=[" ".join(x[1:3]) for x in EXAMPLES[1:]])
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
    assert len(EXAMPLES) == 8 and EXAMPLES[0] == ["alice"]


@pytest.mark.parametrize("name", ["yahoo", "aol", "fastmail"])
def test_small_providers(helper, name):
    run = helper.start("setup", "a", "--provider=" + name, "--client-id=ID",
                       "--user=a@example.org")
    run.wait_for(r"https://\S+code_challenge=")
    run.process.kill()
    run.process.wait()
