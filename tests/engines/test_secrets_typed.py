"""Where a page has a secret typed: its own lines, run at a terminal of their
own, do not show it, and leave it in a file that its reader alone can read."""

import os
import pty
import re
import select
import stat
import subprocess
import termios
import time

import pytest

from conftest import INTEGRATIONS, OWNER
from pages import commands

SECRET = "geheim %s \\n pass'word"
TYPED = re.compile(r"systemd-ask-password|read -rs")
PAGES = sorted(str(path.relative_to(INTEGRATIONS))
               for path in INTEGRATIONS.rglob("README.md"))
# The one of all engines has names to be filled in; cron's has the same line.
TYPING = [page for page in PAGES if "/" in page and
          commands(page, "/dev/stdin")]
USERS = re.compile(r"(?<= )(-[og]) (\$user|[a-z][\w-]*)")


def lines_of(page):
    """The lines that type secrets, what they need, and their files."""
    lines = [line for line in commands(page, "/dev/stdin")
             if not re.search("<<|^sed ", line)]
    folders = [line for line in commands(page, "install -d")
               if re.search("secrets|/smtp_auth$", line)]
    return folders, lines


def run_at_terminal(command):
    """Types the secret once something is asked.  Returns all that is shown."""
    pid, fd = pty.fork()
    if pid == 0:
        os.execvp("bash", ["bash", "-euc", command])
    shown, typed, deadline = b"", False, time.monotonic() + 60
    try:
        while time.monotonic() < deadline:
            if not typed and b"assword:" in shown and not (
                    termios.tcgetattr(fd)[3] & termios.ECHO):
                os.write(fd, SECRET.encode() + b"\n")
                typed = True
            if select.select([fd], [], [], 0.1)[0]:
                try:
                    data = os.read(fd, 1000)
                except OSError:
                    break
                if not data:
                    break
                shown += data
    finally:
        os.close(fd)
        _, status = os.waitpid(pid, 0)
    text = shown.decode(errors="replace")
    assert typed and os.waitstatus_to_exitcode(status) == 0, text
    return text


def test_pages_are_found():
    assert {page.split("/")[0] for page in TYPING} >= {
        "batch", "checkmk", "cron", "icinga2", "nagios", "nrpe", "prometheus",
        "systemd", "telegraf", "zabbix"}


@pytest.mark.parametrize("page", TYPING)
def test_not_shown(page, tmp_path):
    folders, lines = lines_of(page)
    assert folders and lines
    for line in lines:
        assert TYPED.search(line), line
        path = line.split("/dev/stdin ")[1].split(";")[0].split()[0]
        command = "user=%s etc=/etc/nagios4\n%s\n%s\n" % (
            OWNER, "\n".join(folders), line)
        command = USERS.sub(r"\1 " + OWNER, command)
        command = command.replace("/etc/", "%s/etc/" % tmp_path)
        (tmp_path / "etc").mkdir(exist_ok=True)
        subprocess.run(["chmod", "755", str(tmp_path)], check=True)
        assert SECRET not in run_at_terminal(command)
        path = path.replace("$etc", "/etc/nagios4")
        written = tmp_path / path.lstrip("/")
        assert written.read_text() == SECRET + "\n"
        mode = stat.S_IMODE(written.stat().st_mode)
        assert mode in (0o400, 0o600), oct(mode)
        assert (written.owner() == OWNER) == ("-o " in line)


def test_no_page_has_it_echoed():
    for page in PAGES:
        text = (INTEGRATIONS / page).read_text()
        assert "type the password" not in text, page
