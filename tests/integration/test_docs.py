"""docs/json.md, the schemas in docs/ and the man pages name what there is: no
word less, and none more."""

import json
import re
import socket

import jsonschema
import pytest

import schema
from conftest import BATCH_LABELS, HOST, LABELS, PASSWORD, PROBE, ROOT, USER

PAGE = (schema.DOCS / "json.md").read_text()
SCHEMAS = {"check_smtp_auth": "JSON of a check",
           "smtp-oauth2-status": "JSON of smtp-oauth2 status"}
MAN = {"check_smtp_auth": "check_smtp_auth.1",
       "smtp-oauth2-status": "smtp-oauth2.1"}


def source(path, pattern):
    found = re.findall(pattern, (ROOT / "src" / path).read_text())
    assert found, pattern
    return found


def rows(heading, first):
    """The rows of the tables there whose first column has this name, cells
    without their backquotes."""
    text = re.search(r"(?ms)^## %s\n(.*?)(?=^## |\Z)" % re.escape(heading),
                     PAGE)[1]
    out = []
    for table in re.split(r"\n\n+", text):
        lines = [[cell.strip() for cell in line[1:-1].split("|")]
                 for line in table.splitlines() if line.startswith("|")]
        if lines and lines[0][0] == first:
            assert {len(x) for x in lines} == {len(lines[0])}, table
            out.append([[x[0].strip("`"), *x[1:]] for x in lines[2:]])
    return out


def table(heading, first):
    found, = rows(heading, first)
    return found


def described(part, at=""):
    """(key, type, whether it may be null) of all that a schema names."""
    for key, value in part.get("properties", {}).items():
        types = value["type"]
        types = [types] if isinstance(types, str) else types
        kind, = (x for x in types if x != "null")
        yield at + key, kind.replace("array", "list"), "null" in types
        yield from described(value, at + key + ".")
        yield from described(value.get("items", {}), at + key + "[].")


@pytest.mark.parametrize("name", SCHEMAS)
def test_keys(name):
    asked = list(described(schema.published(name)))
    said = [(key, kind, null != "never") for key, kind, null, _ in
            table(SCHEMAS[name], "key")]
    assert said == asked


@pytest.mark.parametrize("name", SCHEMAS)
def test_keys_in_the_man_page(name):
    """Without the phases and the tables of conditions, which it has already."""
    text = re.search(r"(?ms)^\.Sh JSON\n(.*?)(?=^\.Sh )",
                     (ROOT / "man" / MAN[name]).read_text())[1]
    said = re.findall(r"(?m)^\.It Li (\S+)", text)
    assert said == [key for key, _, _ in described(schema.published(name))
                    if not key.startswith("phases.")]


@pytest.mark.parametrize("name", SCHEMAS)
def test_schema(name):
    """Sound; it wants every key, and leaves room for others."""
    published = schema.published(name)
    jsonschema.Draft202012Validator.check_schema(published)
    text = json.dumps(published)
    assert "additionalProperties" not in text and "$ref" not in text
    todo = [published]
    while todo:
        part = todo.pop()
        properties = part.get("properties", {})
        assert [k for k in properties if k != "name" or part is not published
                or name != "check_smtp_auth"] == part.get("required", [])
        todo += [*properties.values(), *([part["items"]] if "items" in part
                                         else [])]


@pytest.fixture
def closed_port():
    """Held, so that nobody else listens there."""
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        yield s.getsockname()[1]


@pytest.mark.parametrize("spoil", [
    lambda d: d.update(more=1), lambda d: d["tls"].update(more=1),
    lambda d: d.pop("hint"), lambda d: d["phases"].pop("quit"),
    lambda d: d.update(port="25"), lambda d: d.update(schema=2),
    lambda d: d.update(condition="connects"), lambda d: d.update(cause="me"),
    lambda d: d["conditions"][0].update(state="ok"),
    lambda d: d["addresses_tried"][0].update(address=None),
    lambda d: d.update(message=None), lambda d: d.update(name=None)])
def test_what_is_not_described_is_found(plugin, closed_port, spoil):
    data = plugin.json("-H", "127.0.0.1", "-p", closed_port)
    schema.read(json.dumps(data))
    schema.read(json.dumps({"name": "a", **data}))
    spoil(data)
    with pytest.raises(AssertionError, match=" at "):
        schema.read(json.dumps(data))


def test_a_key_twice_is_found():
    with pytest.raises(AssertionError, match="twice"):
        schema.read('{"schema":1,"schema":1}')


def test_conditions():
    asked = source("check/condition.c",
                   r'\[CONDITION_\w+\] = \{ "([a-z-]+)",\s+STATUS_([A-Z]+)')
    said = [(name, re.match(r"[A-Z]+", state)[0])
            for name, state in table("Conditions", "condition")]
    assert said == asked
    keys = schema.published("check_smtp_auth")["properties"]
    names = [name for name, _ in asked]
    assert keys["condition"]["enum"] == [*names, None]
    inner = keys["conditions"]["items"]["properties"]
    assert inner["condition"]["enum"] == names


def test_causes():
    asked = source("verdict/cause.c", r'\[CAUSE_\w+\] = \{ "([a-z]+)"')
    asked = list(dict.fromkeys(asked))
    assert [name for name, _ in table("Causes", "cause")] == asked
    keys = schema.published("check_smtp_auth")["properties"]
    assert keys["cause"]["enum"] == [*asked, None]
    text = (ROOT / "man" / "check_smtp_auth.1").read_text()
    assert re.search(r"(?m)^\.Cm %s\nor\n\.Cm %s ;$" % (
        " , ".join(asked[:-1]), asked[-1]), text)


def test_phases():
    asked = source("check/phase.c", r'\[PHASE_\w+\] = "time_([a-z]+)"')
    keys = schema.published("check_smtp_auth")["properties"]
    assert list(keys["phases"]["properties"]) == asked


def test_perfdata():
    single, many = rows("Perfdata", "label")
    assert [x[0] for x in single] == LABELS
    assert [x[0] for x in many] == BATCH_LABELS
    made = source("present/metrics.c", r'\.label = "([a-z_]+)"')
    phases = source("check/phase.c", r'= "(time[a-z_]*)",')
    assert sorted(LABELS) == sorted([*phases, *made])
    assert BATCH_LABELS == source("present/summary.c", r'\{ "(\w+)", METRIC_')


def test_metrics(plugin, mail, ca, tmp_path):
    """A page has the head of every family; the labels as one login in a batch
    and its failure have them."""
    said = {name: [x.strip("`") for x in label.split()]
            for name, label, *_ in table("Metrics", "metric")}
    server = mail(auth="535 5.7.8 No")
    ini = tmp_path / "batch.ini"
    ini.write_text(
        "[one]\nhostname = %s\nip-address = 127.0.0.1\nport = %d\nfqdn = %s\n"
        "ca-file = %s\nauthuser = %s\nauthpass = %s\n" % (
            HOST, server.port, PROBE, ca.ca, USER, PASSWORD))
    ini.chmod(0o600)
    page = plugin.run("--batch=%s" % ini, "--output-format=openmetrics").text
    assert re.findall(r"(?m)^# TYPE (\S+) gauge$", page) == list(said)
    seen = dict(re.findall(r"(?m)^(\w+)\{(.*)\} ", page))
    assert len(seen) == 8, page
    for name, labels in seen.items():
        assert re.findall(r'(\w+)="', labels) == [
            "check", "host", "port", "user", *said[name]]
    man = (ROOT / "man" / "check_smtp_auth.1").read_text()
    assert re.findall(r"(?m)^\.It Li (smtp_auth_\w+)", man) == list(said)
