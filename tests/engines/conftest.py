"""What the tests with monitoring engines share: all that the integration tests
have (servers, certificates, options), a mail server with an account, and a
folder that an engine's user can read."""

import importlib.util
import os
import pathlib
import shutil
import smtplib
import subprocess
import sys
import tempfile

import pytest

INTEGRATION = pathlib.Path(__file__).resolve().parents[1] / "integration"
sys.path.insert(0, str(INTEGRATION))

# It is called conftest as well, so that it cannot be imported by its name.
spec = importlib.util.spec_from_file_location(
    "integration", INTEGRATION / "conftest.py")
integration = importlib.util.module_from_spec(spec)
sys.modules["integration"] = integration
spec.loader.exec_module(integration)
from integration import *  # noqa: E402,F401,F403 (its hooks and fixtures)
from integration import HOST, PASSWORD, ROOT, USER  # noqa: E402

import postfix_server  # noqa: E402

OWNER = "nagios"  # Debian's user for all of them
PLUGIN = "check_smtp_auth"
INTEGRATIONS = ROOT / "integrations"


@pytest.fixture(scope="session")
def binary(request):
    """Path of the plugin under test; the first --binary if there are more."""
    given = request.config.getoption("--binary")
    path = pathlib.Path(given[0]) if given else ROOT / "build" / PLUGIN
    assert os.access(path, os.X_OK), "%s is not there: build it first" % path
    return path.resolve()


@pytest.fixture(scope="session")
def help_text(binary):
    return subprocess.run([str(binary), "--help"], stdout=subprocess.PIPE,
                          text=True, check=False).stdout


@pytest.fixture(scope="module")
def mail_server(ca):
    """A real Postfix, at which USER can log in with PASSWORD."""
    server = postfix_server.Postfix(
        HOST, ca.good, accounts={USER: (PASSWORD, "")}, disabled=[],
        owners={}, nobody="nobody@example.org")
    yield server
    server.close()


@pytest.fixture
def account(mail_server):
    """Sets the password of USER at the server, for the time of a test."""
    def lets_in(password):
        with smtplib.SMTP(postfix_server.ADDRESS,
                          mail_server.port["cleartext"]) as client:
            try:
                client.login(USER, password)
            except smtplib.SMTPAuthenticationError:
                return False
        return True

    def set_password(password):
        # Dovecot looks at its file once a second.
        mail_server.dovecot.set_password(USER, password)
        mail_server.wait_for(lambda: lets_in(password))

    yield set_password
    set_password(PASSWORD)


class Place:
    """A folder in /tmp that OWNER can read, which pytest's own are not: holds
    plugins/check_smtp_auth, ca.pem and the secret file `password`."""

    def __init__(self, binary, ca):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="en-", dir="/tmp"))
        os.chmod(self.folder, 0o755)
        self.plugins = self.folder / "plugins"
        self.plugins.mkdir()
        shutil.copy(binary, self.plugins / PLUGIN)
        shutil.copy(ca.ca, self.folder / "ca.pem")
        os.chmod(self.folder / "ca.pem", 0o644)
        self.password = self.write("password", PASSWORD + "\n", mode=0o400)

    def write(self, name, text, mode=0o644, owner=OWNER):
        path = self.folder / name
        path.touch(0o600)
        path.write_text(text)
        shutil.chown(path, owner, owner)
        path.chmod(mode)
        return path

    def make_folder(self, name):
        """One that OWNER may write to."""
        path = self.folder / name
        path.mkdir(parents=True)
        shutil.chown(path, OWNER, OWNER)
        return path

    def close(self):
        shutil.rmtree(self.folder)


@pytest.fixture(scope="module")
def place(binary, ca):
    place = Place(binary, ca)
    yield place
    place.close()
