"""Stand-ins for those parts of Checkmk's plugin interfaces (server_side_calls,
rulesets and graphing, each v1) that integrations/checkmk uses: what is made is
remembered, and nothing is checked."""

import contextlib
import sys
import types


class Kind(type):
    """An enumeration has whatever member it is asked for."""

    def __getattr__(cls, name):
        if name.startswith("_"):
            raise AttributeError(name)
        return "%s.%s" % (cls.__name__, name)


class Made(metaclass=Kind):
    def __init__(self, *args, **values):
        self.args = args
        self.__dict__.update(values)


class Api(types.ModuleType):
    """A module in which any class is found."""

    def __getattr__(self, name):
        if name.startswith("_"):
            raise AttributeError(name)
        made = Kind(name, (Made,), {})
        setattr(self, name, made)
        return made


class Secret:
    """What stands for a password; Checkmk writes ID:FILE in its place."""


class Host:
    def __init__(self, name, address):
        self.name, self.address = name, address
        self.macros = {"$HOSTNAME$": name}

    @property
    def primary_ip_config(self):
        if self.address is None:
            raise ValueError("Host has no IP stack configured")
        return self


def replace_macros(text, macros):
    for name, value in macros.items():
        text = text.replace(name, value)
    return text


def modules():
    calls = Api("cmk.server_side_calls.v1")
    calls.Secret, calls.HostConfig = Secret, Host
    calls.noop_parser = lambda params: params
    calls.replace_macros = replace_macros
    rules, graphing = Api("cmk.rulesets.v1"), Api("cmk.graphing.v1")
    rules.form_specs = Api("cmk.rulesets.v1.form_specs")
    rules.rule_specs = Api("cmk.rulesets.v1.rule_specs")
    rules.form_specs.validators = Api("validators")
    for name in ("graphs", "metrics", "perfometers", "translations"):
        setattr(graphing, name, Api(name))
    found = {x.__name__: x for x in (
        calls, rules, rules.form_specs, rules.rule_specs, graphing)}
    for name in list(found):
        while "." in name:
            name = name.rpartition(".")[0]
            found.setdefault(name, types.ModuleType(name))
    return found


@contextlib.contextmanager
def installed():
    kept = {name: x for name, x in sys.modules.items()
            if name.split(".")[0] == "cmk"}
    sys.modules.update(modules())
    try:
        yield
    finally:
        for name in [x for x in sys.modules if x.split(".")[0] == "cmk"]:
            del sys.modules[name]
        sys.modules.update(kept)


def load(path):
    """The module in that file, as Checkmk would import it."""
    # Not by a loader, which would leave what it compiled beside it.
    module = types.ModuleType("plugin_%s" % path.parent.name)
    with installed():
        exec(compile(path.read_text(), str(path), "exec"), vars(module))
    return module
