"""What the tests of smtp-oauth2 share: all that the integration tests have,
authorization servers, and a mail server that takes their tokens."""

import importlib.util
import pathlib
import sys

import pytest

FOLDER = pathlib.Path(__file__).resolve().parent
INTEGRATION = FOLDER.parent / "integration"
sys.path[:0] = [str(INTEGRATION), str(FOLDER)]

# It is called conftest as well, so that it cannot be imported by its name.
spec = importlib.util.spec_from_file_location(
    "integration", INTEGRATION / "conftest.py")
integration = importlib.util.module_from_spec(spec)
sys.modules["integration"] = integration
spec.loader.exec_module(integration)
from integration import *  # noqa: E402,F401,F403 (its hooks and fixtures)

from integration import HOST, ROOT  # noqa: E402

import authlib_server  # noqa: E402
import helper as oauth2_helper  # noqa: E402
import mail_server  # noqa: E402
import oidc_server  # noqa: E402


@pytest.fixture(scope="session")
def oidc_started(ca, tmp_path_factory):
    server = oidc_server.OidcProvider(
        tmp_path_factory.mktemp("oidc") / "server", ca.ca, ca.good)
    yield server
    server.stop()


@pytest.fixture
def oidc(oidc_started):
    """oidc-provider, with nothing noted and no fault set."""
    oidc_started.clear()
    return oidc_started


@pytest.fixture(scope="session")
def authlib(ca, tmp_path_factory):
    """Authlib's server; what it was asked grows from test to test."""
    server = authlib_server.Authlib(
        tmp_path_factory.mktemp("authlib") / "server", ca.ca, ca.good)
    yield server
    server.stop()


@pytest.fixture(scope="session")
def mail_local(ca, oidc_started):
    """A mail server that takes the JWTs of oidc-provider."""
    server = mail_server.start(HOST, ca.good, oidc_started, "local")
    yield server
    server.close()


@pytest.fixture(scope="session")
def mail_asking(ca, oidc_started):
    """One that asks oidc-provider about each opaque token."""
    server = mail_server.start(HOST, ca.good, oidc_started, "post")
    yield server
    server.close()


@pytest.fixture
def helper(request, tmp_path, ca):
    """smtp-oauth2 beside the first plugin under test."""
    given = request.config.getoption("--binary")
    plugin = pathlib.Path(given[0]) if given else (
        ROOT / "build" / "check_smtp_auth")
    program = plugin.resolve().parent / "smtp-oauth2"
    assert program.exists(), "%s is not there: build it first" % program
    helper = oauth2_helper.Helper(program, tmp_path, ca.ca)
    yield helper
    helper.close()
