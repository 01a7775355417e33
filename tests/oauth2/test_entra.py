"""The certificate of an application, as Entra wants it: on its own paths,
before a verifier by Authlib that takes nothing else."""

import pytest

from keys import Certificate
from oidc_server import USER


@pytest.fixture
def setup(helper, authlib, ca):
    """setup(...) signs the application in, with the preset's own scope."""
    def run(tenant="example.org", client="certified", pair=authlib.certified,
            aud="example.org"):
        given = {"provider": "microsoft", "tenant": tenant, "flow": "client",
                 "client-id": client, "user": USER, "ca-file": ca.ca,
                 "host": "localhost", "port": 1,
                 "certificate": pair.cert_file, "key": pair.key_file,
                 "token-url": "%s/%s/oauth2/v2.0/token" % (authlib.url, aud)}
        return helper.run("setup", "mail",
                          *("--%s=%s" % x for x in given.items()))

    return run


def test_certificate(helper, setup):
    run = setup()
    assert "there is a token, but no login" in run.stdout, run
    run = helper.run("token", "mail")
    assert run.code == 0 and run.stdout.startswith("entra-certified-"), run
    run = helper.run("renew", "mail")  # by another assertion
    assert run.code == 0, run


def test_certificate_of_another(setup, tmp_path):
    run = setup(pair=Certificate(tmp_path, "other"))
    assert run.code == 77 and "class=credential\n" in run.stdout, run
    assert "code=AADSTS700027\n" in run.stdout, run


def test_application_that_is_not_there(setup):
    run = setup(client="unknown")
    assert run.code == 77 and "code=AADSTS700016\n" in run.stdout, run
