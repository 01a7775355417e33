"""Every option of --help is an argument of the CheckCommand, by the variable
that is named after it, and a real Icinga Director makes the same of its basket:
what a real Icinga makes of the variables."""

import json
import re
import subprocess

import pytest

import icinga
from conftest import INTEGRATIONS, Place
from director import BASKET, Director

MAKE_BASKET = INTEGRATIONS / "icinga2/make-director-basket"

NAMES = {"hostname": "host", "ip-address": "address", "authuser": "user",
         "authpass": "password"}
NO_CHECK = {"help", "version", "batch", "only", "list", "parallel", "per-host",
            "run-timeout"}
LOGIN = {"authuser", "authpass", "password-from", "token-from"}

HOSTS = """
object Host "mx" { check_command = "dummy"; address = "192.0.2.1" }
object Host "mx6" { check_command = "dummy"; address6 = "2001:db8::1" }
object Host "mx46" {
    check_command = "dummy"
    address = "192.0.2.1"
    address6 = "2001:db8::1"
}
object Host "nowhere" { check_command = "dummy" }
"""
BASE = {"smtp_auth_host": "mail.example.org", "smtp_auth_user": "alice",
        "smtp_auth_password_from": "file:/secret"}


def options(help_text):
    """long name -> "", "VALUE" or "[VALUE]" of all that --help lists."""
    found = re.findall(r"(?m)^(?:  -., |      )--([a-z0-9-]+)"
                       r"(?:, --[a-z-]+)?(\[?=\S+)?", help_text)
    assert len(found) > 40
    optional = re.compile(r"\[=.*|=\[.*\]")
    return {name: "[VALUE]" if optional.fullmatch(value)
            else value and "VALUE" for name, value in found
            if name not in NO_CHECK}


def descriptions(help_text):
    """long name -> what --help says of it."""
    one_line = re.sub(r"\n {20,}", "  ", help_text)
    return {name: re.sub(" +", " ", text) for name, text in re.findall(
        r"(?m)^(?:  -., |      )--([a-z0-9-]+)\S*(?: --\S+)?  +(.*)$",
        one_line)}


def variable(option):
    return "smtp_auth_" + NAMES.get(option, option).replace("-", "_")


class Case:
    """expected: option -> the words that it puts on the command line, beside
    or in place of those of BASE."""

    def __init__(self, title, expected, given=None, base=None, host="mx",
                 check="smtp_auth"):
        self.title = title
        self.host = host
        self.check = check
        self.variables = {**(base or BASE), **{
            "smtp_auth_" + name: value
            for name, value in (given or {}).items()}}
        words = {"authuser": ["--authuser", "alice"],
                 "hostname": ["--hostname", "mail.example.org"],
                 "ip-address": ["--ip-address", "192.0.2.1"],
                 "password-from": ["--password-from", "file:/secret"],
                 "perfdata": ["--perfdata", "known"], **expected}
        self.words = [word for name in sorted(words) for word in words[name]]

    def service(self, prefix):
        return "object Service %s {\n%s%s%s}\n" % (
            json.dumps(prefix + self.title),
            " host_name = %s\n" % json.dumps(self.host),
            " check_command = %s\n" % json.dumps(prefix + self.check),
            "".join(
                " vars.%s = %s\n" % (name, json.dumps(value))
                for name, value in self.variables.items()))


def each_option(help_text, arrays):
    """arrays: the options whose variable takes an array."""
    for name, value in options(help_text).items():
        given = NAMES.get(name, name).replace("-", "_")
        if value == "":
            if name not in ("verbose", "use-ipv6"):
                yield Case(name, {name: ["--" + name]}, {given: True})
            yield Case(name + " off", {}, {given: False})
            continue
        if name in LOGIN and name != "authuser":
            continue
        words = {"VALUE": ["--" + name, "V"], "[VALUE]": ["--%s=V" % name]}
        if name != "extra-opts":
            yield Case(name, {name: words[value]}, {given: "V"})
        if name in arrays and name != "resolver":
            yield Case(name + " twice", {
                name: ["--" + name, "V", "--" + name, "W"]},
                {given: ["V", "W"]})


NO_PASSWORD = {"password-from": []}
NO_ADDRESS = {"ip-address": []}
PAIR = {k: v for k, v in BASE.items() if k != "smtp_auth_password_from"}
HOST = {"smtp_auth_host": "mail.example.org"}
SPECIAL = [
    Case("nothing", {}),
    Case("token", {**NO_PASSWORD, "token-from": ["--token-from", "env:T"]},
         {"token_from": "env:T"}, base=PAIR),
    Case("password", {**NO_PASSWORD, "authpass": ["--authpass", "P"]},
         {"password": "P"}, base=PAIR),
    Case("extra options", {**NO_PASSWORD, "authuser": [],
                           "extra-opts": ["--extra-opts=alice@/f"]},
         {"extra_opts": "alice@/f"}, base=HOST),
    Case("connect", {**NO_PASSWORD, "authuser": []}, check="smtp_connect"),
    Case("v0", {}, {"verbose": 0}),
    Case("v1", {"verbose": ["-v"]}, {"verbose": 1}),
    Case("v true", {"verbose": ["-v"]}, {"verbose": True}),
    Case("v3", {"verbose": ["-v", "-v", "-v"]}, {"verbose": 3}),
    Case("v string", {"verbose": ["-v", "-v"]}, {"verbose": "2"}),
    Case("proxy true", {"proxy": ["--proxy"]}, {"proxy": True}),
    Case("proxy v2", {"proxy": ["--proxy=v2"]}, {"proxy": "v2"}),
    Case("resolvers", {"resolver": ["--resolver", "a,b"]},
         {"resolver": ["a", "b"]}),
    Case("IPv6 host", {"ip-address": ["--ip-address", "2001:db8::1"]},
         host="mx6"),
    Case("both", {}, host="mx46"),
    Case("IPv6 of both", {"use-ipv6": ["--use-ipv6"], "ip-address": [
        "--ip-address", "2001:db8::1"]}, {"use_ipv6": True}, host="mx46"),
    Case("check_ipv6 of both", {"ip-address": ["--ip-address", "2001:db8::1"]},
         base={**BASE, "check_ipv6": True}, host="mx46"),
    Case("check_ipv4 of both", {}, base={**BASE, "check_ipv4": True},
         host="mx46"),
    Case("check_ipv4 of none", NO_ADDRESS, base={**BASE, "check_ipv4": True},
         host="mx6"),
    Case("own address", {"ip-address": ["--ip-address", "198.51.100.7"]},
         {"address": "198.51.100.7"}, host="mx46"),
    Case("no address", NO_ADDRESS, host="nowhere"),
    Case("look up", NO_ADDRESS, {"address": ""}),
]


@pytest.fixture(scope="module")
def basket():
    return json.loads(BASKET.read_text())


@pytest.fixture(scope="module")
def cases(help_text, basket):
    arrays = {field["caption"][2:] for field in basket["Datafield"].values()
              if field["datatype"].endswith("Array")}
    return [*each_option(help_text, arrays), *SPECIAL]


@pytest.fixture(scope="module")
def rendered(ca):
    """The commands, as Director writes them for Icinga, under other names."""
    place = Place("/bin/true", ca)
    director = Director(place)
    try:
        director.start()
        text, count = re.subn('(?m)^(object CheckCommand )"', r'\1"director ',
                              director.render("commands.conf"))
        assert count == 2, text
        return text
    finally:
        director.stop()
        place.close()


@pytest.fixture(scope="module")
def lines(ca, rendered, cases):
    """service -> the words of its command line."""
    place = Place("/bin/true", ca)  # it is Icinga's part that counts
    engine = None
    try:
        engine = icinga.Icinga(place)
        engine.configure(icinga.ON_DEMAND + HOSTS + rendered + "".join(
            case.service(prefix) for case in cases
            for prefix in ("", "director ")))
        engine.start()
        engine.api("POST", "/v1/actions/reschedule-check",
                   {"type": "Service", "force": True})
        results = {}

        def all_checked():
            results.update(
                (s["attrs"]["name"], s["attrs"]["last_check_result"])
                for s in engine.api("GET", "/v1/objects/services"))
            return all(results.values())

        engine.wait_for(all_checked)
        yield {name: (r["command"] or [r["output"]])[1:] or [r["output"]]
               for name, r in results.items()}
    finally:
        if engine:
            engine.stop()
        place.close()


def test_every_option(lines, cases):
    wrong = [(case.title, lines[case.title], case.words) for case in cases
             if lines[case.title] != case.words]
    assert not wrong


def test_director(lines, cases):
    wrong = [(case.title, lines["director " + case.title], case.words)
             for case in cases
             if lines["director " + case.title] != case.words]
    assert not wrong


def test_no_other_argument(basket, help_text):
    """And every option has a field in Director."""
    known = {"--" + name for name in options(help_text)}
    login = {"--" + name for name in LOGIN}
    commands = basket["Command"]
    assert set(commands["smtp_auth"]["arguments"]) == known
    assert set(commands["smtp_connect"]["arguments"]) == known - login
    for command in commands.values():
        fields = [basket["Datafield"][str(f["datafield_id"])]
                  for f in command["fields"]]
        assert {f["caption"]: f["varname"] for f in fields} == {
            option: variable(option[2:]) for option in command["arguments"]}


def test_descriptions(basket, help_text):
    said = descriptions(help_text)
    arguments = basket["Command"]["smtp_auth"]["arguments"]
    for option, argument in arguments.items():
        text = said[option[2:]]
        assert argument["description"] == text[0].upper() + text[1:]


def test_lists_are_arrays(basket, help_text):
    lists = set(re.findall(r"--([a-z-]+)=\S*,\S*\.\.\.", help_text))
    arrays = {field["caption"][2:] for field in basket["Datafield"].values()
              if field["datatype"].endswith("Array")}
    assert lists | {"pin", "command", "response", "warning", "critical",
                    "on"} == arrays


def test_basket_is_up_to_date(basket):
    made = subprocess.run([str(MAKE_BASKET)], stdout=subprocess.PIPE,
                          input=icinga.COMMANDS.read_text(), text=True,
                          check=True).stdout
    assert made == BASKET.read_text()
