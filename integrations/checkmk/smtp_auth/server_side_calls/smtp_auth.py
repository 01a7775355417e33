"""From a rule to the command line of libexec/check_smtp_auth."""

import ipaddress
from collections.abc import Iterable, Mapping, Sequence

from cmk.server_side_calls.v1 import (
    ActiveCheckCommand,
    ActiveCheckConfig,
    HostConfig,
    Secret,
    noop_parser,
    replace_macros,
)

DAY = 86400


def _is_literal(address: str) -> bool:
    try:
        ipaddress.ip_address(address)
    except ValueError:
        return False
    return True


def _server(params: Mapping[str, object], host: HostConfig) -> Sequence[str]:
    """The certificate has to name the server; its address needs no DNS then."""
    if name := params.get("hostname"):
        return ["-H", replace_macros(str(name), host.macros)]
    try:
        address = host.primary_ip_config.address
    except (RuntimeError, ValueError):  # no address, or none that is found
        return ["-H", host.name]
    if _is_literal(address):
        return ["-H", host.name, "-I", address]
    return ["-H", address]


def _credential(params: Mapping[str, object]) -> Sequence[str | Secret]:
    """A secret goes as the place where it is stored, never as itself."""
    kind, value = params["credential"]
    match kind:
        case "password":
            return ["--secret-kind", "password", "--secret-reference", value]
        case "token":
            return ["--secret-kind", "token", "--secret-reference", value]
        case "oauth2":
            return [f"--token-from=oauth2:{value}"]
    raise ValueError(f"credential of an unknown kind: {kind}")


def _levels(value: object) -> tuple[float, float] | None:
    match value:
        case ("fixed", (warning, critical)):
            return warning, critical
    return None


def _arguments(
    params: Mapping[str, object], host: HostConfig
) -> Iterable[str | Secret]:
    yield from _server(params, host)
    if port := params.get("port"):
        yield from ("-p", str(port))
    if params.get("tls") == "implicit":
        yield "-s"
    yield from ("-U", replace_macros(str(params["user"]), host.macros))
    yield from _credential(params)
    if levels := _levels(params.get("certificate")):
        yield from ("-D", "%d,%d" % tuple(x // DAY for x in levels))
    if levels := _levels(params.get("response_time")):
        yield from ("-w", f"{levels[0]:g}", "-c", f"{levels[1]:g}")
    if params.get("guard", True):
        yield "--guard"
    yield from ("-t", f"{params.get('timeout', 10):g}")
    yield from (str(x) for x in params.get("options", ()))


def _commands(
    params: Mapping[str, object], host: HostConfig
) -> Iterable[ActiveCheckCommand]:
    name = params.get("service") or f"SMTP login {params['user']}"
    yield ActiveCheckCommand(
        service_description=replace_macros(str(name), host.macros),
        command_arguments=list(_arguments(params, host)),
    )


active_check_smtp_auth = ActiveCheckConfig(
    name="smtp_auth",
    parameter_parser=noop_parser,
    commands_function=_commands,
)
