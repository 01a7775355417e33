"""integrations/checkmk/smtp_auth, the native plugin: from a rule to the command line
by stand-ins for Checkmk's interfaces, and from there to a login by the wrapper and the
plugin themselves, with a password store that is a plain file."""

import json
import re
import subprocess
import textwrap

import pytest

import checkmk_api
from checkmk_api import Host, Secret
from conftest import HOST, INTEGRATIONS, PASSWORD, USER
from integration import LABELS
from postfix_server import ADDRESS

FOLDER = INTEGRATIONS / "checkmk/smtp_auth"
WRAPPER = FOLDER / "libexec/check_smtp_auth"
CALLS = FOLDER / "server_side_calls/smtp_auth.py"
SECRET = "s3cret of the store, with blanks: and | more"


def arguments(params, host=None):
    """What the rule's parameters become, Secret for a secret."""
    made = checkmk_api.load(CALLS).active_check_smtp_auth
    assert made.name == "smtp_auth"
    command, = made.commands_function(
        made.parameter_parser(params), host or Host("mx", "192.0.2.7"))
    return command.service_description, command.command_arguments


def rule(**more):
    return {"user": USER, "credential": ("password", Secret), **more}


# The rule ---------------------------------------------------------------------

def test_least():
    assert arguments(rule()) == ("SMTP login " + USER, [
        "-H", "mx", "-I", "192.0.2.7", "-U", USER, "--secret-kind", "password",
        "--secret-reference", Secret, "--guard", "-t", "10"])


def test_all_of_it():
    assert arguments(rule(
        credential=("token", Secret), service="Mail of $HOSTNAME$",
        hostname="mail.$HOSTNAME$", port=465, tls="implicit",
        certificate=("fixed", (30 * 86400.0, 14 * 86400.0)),
        response_time=("fixed", (0.5, 2.0)), guard=False, timeout=20.0,
        options=["--ca-file=/etc/a b.pem", "-A", "strongest"])) == (
            "Mail of mx", [
                "-H", "mail.mx", "-p", "465", "-s", "-U", USER, "--secret-kind",
                "token", "--secret-reference", Secret, "-D", "30,14", "-w", "0.5",
                "-c", "2", "-t", "20", "--ca-file=/etc/a b.pem", "-A",
                "strongest"])


def test_without_levels():
    _, given = arguments(rule(certificate=("no_levels", None), tls="starttls",
                              response_time=("no_levels", None)))
    assert not {"-D", "-w", "-c", "-s"} & set(given)


def test_oauth2():
    _, given = arguments(rule(credential=("oauth2", "alice")))
    assert "--token-from=oauth2:alice" in given and Secret not in given


@pytest.mark.parametrize("address,wanted", [
    ("2001:db8::7", ["-H", "mx", "-I", "2001:db8::7"]),
    ("mail.example.org", ["-H", "mail.example.org"]),
    (None, ["-H", "mx"])])
def test_server(address, wanted):
    _, given = arguments(rule(), Host("mx", address))
    assert given[:given.index("-U")] == wanted


def form():
    return checkmk_api.load(FOLDER / "rulesets/smtp_auth.py").rule_spec_smtp_auth


def test_form_asks_what_the_call_takes():
    spec = form()
    assert spec.name == "smtp_auth"
    elements = spec.parameter_form().elements
    taken = re.findall(r'params(?:\.get\(|\[)[\'"](\w+)', CALLS.read_text())
    assert set(elements) == set(taken)
    assert {name for name, x in elements.items()
            if getattr(x, "required", False)} == {"user", "credential"}
    kinds = [x.name for x in elements["credential"].parameter_form.elements]
    assert kinds == re.findall(r'case "(\w+)":', CALLS.read_text())
    assert [type(x.parameter_form).__name__
            for x in elements["credential"].parameter_form.elements] == [
                "Password", "Password", "String"]


def test_graphs():
    module = vars(checkmk_api.load(FOLDER / "graphing/smtp_auth.py"))
    defined = {x.name for name, x in module.items() if name.startswith("metric_")}
    assert all(name == "metric_" + x.name for name, x in module.items()
               if name.startswith("metric_"))
    renamed = module["translation_smtp_auth"].translations
    assert sorted(renamed) == sorted(LABELS)
    assert {x.args[0] for x in renamed.values()} == defined
    graph = module["graph_smtp_auth_phases"]
    assert set(graph.compound_lines) | set(graph.simple_lines) <= defined


def test_man_page():
    text = (FOLDER / "checkman/check_smtp_auth").read_text()
    assert re.findall(r"(?m)^(\w+):", text) == [
        "title", "agents", "catalog", "license", "distribution", "description"]
    body = text.partition("description:\n")[2].splitlines()
    assert body and all(x == "" or x.startswith(" ") for x in body)


# The wrapper ------------------------------------------------------------------

STORES = {
    "2.4": {"utils/password_store.py": """
        import pathlib
        def lookup(path, ident):
            assert isinstance(path, pathlib.Path)
            for line in path.read_text().splitlines():
                name, _, secret = line.partition(":")
                if name == ident:
                    return secret
            raise ValueError("Password '%s' not found in %s" % (ident, path))
        """},
    "2.5": {"password_store/v1_unstable.py": """
        import pathlib
        class Found(str):
            def reveal(self):
                return str(self)
        def dereference_secret(reference):
            ident, path = reference.split(":", 1)
            found = dict(x.split(":", 1)
                         for x in pathlib.Path(path).read_text().splitlines())
            return Found(found[ident])
        """}}


@pytest.fixture(params=STORES)
def site(request, place, tmp_path):
    """The wrapper in a place where a store is; run(program, ...)."""
    for name, text in STORES[request.param].items():
        path = tmp_path / "cmk" / name
        path.parent.mkdir(parents=True)
        path.write_text(textwrap.dedent(text))
    (tmp_path / "passwords").write_text("uuid1:%s\nright:%s\nwrong:no\nlong:%s\n" % (
        SECRET, PASSWORD, "x" * 70000))
    (tmp_path / "var").mkdir()
    plain = WRAPPER.read_text()
    assert plain.count('"/usr/lib/nagios/plugins/check_smtp_auth"') == 1

    class Site:
        folder = tmp_path
        reference = "%%s:%s/passwords" % tmp_path

        def run(self, *args, program=place.plugins / "check_smtp_auth"):
            wrapper = tmp_path / "check_smtp_auth"
            wrapper.write_text(plain.replace(
                "/usr/lib/nagios/plugins/check_smtp_auth", str(program)))
            return subprocess.run(
                ["/usr/bin/python3", str(wrapper), *args], text=True,
                stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False,
                env={"PATH": "/usr/bin:/bin", "PYTHONPATH": str(tmp_path),
                     "OMD_ROOT": str(tmp_path), "LD_LIBRARY_PATH": "/site/lib"})

        def run_rule(self, params, host=None):
            _, given = arguments(params, host)
            return self.run(*(self.reference % params["name"]
                              if x is Secret else x for x in given))

    return Site()


@pytest.fixture
def login(mail_server, place):
    return {"name": "right", "user": USER, "hostname": HOST,
            "port": mail_server.port["submission"],
            "credential": ("password", Secret),
            "options": ["-I", ADDRESS, "--ca-file=%s/ca.pem" % place.folder]}


def test_from_the_rule_to_the_login(site, login):
    done = site.run_rule(login)
    assert done.returncode == 0, done.stdout
    assert done.stdout.startswith("SMTP_AUTH OK: %s logged in" % USER)
    assert "=U" not in done.stdout  # would make a service of Checkmk UNKNOWN
    done = site.run_rule({**login, "name": "wrong"})
    assert done.returncode == 2 and "rejected" in done.stdout
    assert (site.folder / "var/check_smtp_auth").is_dir()


# Tells all that anybody can see of it, and what it reads.
SPY = """#!/usr/bin/python3
import json, os, re, sys
own = {name: open("/proc/self/" + name, "rb").read().decode()
       for name in ("cmdline", "environ")}
fd = int(re.search(r"-from=fd:(\\d+)", own["cmdline"])[1])
there = sorted(int(x) for x in os.listdir("/proc/self/fd"))
json.dump({**own, "argv": sys.argv[1:], "open": there, "secret": open(fd).read()},
          sys.stdout)
"""


@pytest.mark.parametrize("kind", ["password", "token"])
def test_secret_goes_by_a_descriptor_alone(site, kind):
    spy = site.folder / "spy"
    spy.write_text(SPY)
    spy.chmod(0o755)
    done = site.run("-H", "mx", "--secret-kind", kind, "--secret-reference",
                    site.reference % "uuid1", "-t", "10", program=spy)
    seen = json.loads(done.stdout)
    assert seen["secret"] == SECRET + "\n"
    for name in ("cmdline", "environ"):
        assert "s3cret" not in seen[name]
    fd, = (x for x in seen["open"] if x >= 10)
    assert seen["argv"] == ["--perfdata=known", "--%s-from=fd:%d" % (kind, fd),
                            "-H", "mx", "-t", "10"]
    assert "LD_LIBRARY_PATH" not in seen["environ"]
    assert "PATH=" in seen["environ"]


@pytest.mark.parametrize("args,wanted", [
    (["--secret-kind=password"], "belong together"),
    (["--secret-kind=pin", "--secret-reference=a:b"], "belong together"),
    (["--secret-kind=password", "--secret-reference=a"], "not ID:FILE"),
    (["--secret-kind=password", "--secret-reference"], "a value once"),
    (["--secret-kind=password", "--secret-kind=token"], "a value once"),
    (["--secret-kind=password", "--secret-reference=nobody:{}"], "store: "),
    (["--secret-kind=password", "--secret-reference=long:{}"], "more than 59999 octets"),
    (["--secret-kind=password", "--secret-reference=right:/no|where"], "store: ")])
def test_what_is_wrong_is_unknown(site, args, wanted):
    done = site.run("-H", "mx", *(x.format(site.folder / "passwords") for x in args))
    assert done.returncode == 3
    assert done.stdout.startswith("SMTP_AUTH UNKNOWN: ") and wanted in done.stdout
    assert done.stdout.count("\n") == 1 and "|" not in done.stdout
    assert PASSWORD not in done.stdout and "xxxx" not in done.stdout


def test_without_the_plugin(site):
    done = site.run("-H", "mx", program=site.folder / "none")
    assert (done.returncode, done.stdout) == (3, (
        "SMTP_AUTH UNKNOWN: cannot run %s/none: No such file or directory\n" %
        site.folder))
