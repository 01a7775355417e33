"""Perfdata of check_smtp_auth: metrics, one graph of the phases, a perfometer."""

from cmk.graphing.v1 import Title, graphs, metrics, perfometers, translations

SECONDS = metrics.Unit(metrics.TimeNotation())
DAY = 86400

# In the order in which a login goes through them.
_PHASES = {
    "dns": ("Look-up of the name", metrics.Color.PURPLE),
    "connect": ("TCP connection", metrics.Color.BLUE),
    "tls": ("TLS handshake", metrics.Color.CYAN),
    "greeting": ("Wait for the greeting", metrics.Color.GRAY),
    "ehlo": ("EHLO", metrics.Color.YELLOW),
    "starttls": ("STARTTLS", metrics.Color.GREEN),
    "auth": ("AUTH", metrics.Color.RED),
    "envelope": ("MAIL, RCPT, commands", metrics.Color.ORANGE),
    "quit": ("QUIT", metrics.Color.BROWN),
}


def _seconds(name: str, title: str, color: metrics.Color) -> metrics.Metric:
    return metrics.Metric(
        name=f"smtp_auth_{name}", title=Title(title), unit=SECONDS, color=color
    )


metric_smtp_auth_time = _seconds("time", "Login, all of it", metrics.Color.BLUE)
metric_smtp_auth_dns = _seconds("dns", *_PHASES["dns"])
metric_smtp_auth_connect = _seconds("connect", *_PHASES["connect"])
metric_smtp_auth_tls = _seconds("tls", *_PHASES["tls"])
metric_smtp_auth_greeting = _seconds("greeting", *_PHASES["greeting"])
metric_smtp_auth_ehlo = _seconds("ehlo", *_PHASES["ehlo"])
metric_smtp_auth_starttls = _seconds("starttls", *_PHASES["starttls"])
metric_smtp_auth_auth = _seconds("auth", *_PHASES["auth"])
metric_smtp_auth_envelope = _seconds("envelope", *_PHASES["envelope"])
metric_smtp_auth_quit = _seconds("quit", *_PHASES["quit"])
metric_smtp_auth_certificate = _seconds(
    "certificate", "Validity left of the certificate", metrics.Color.GREEN
)
metric_smtp_auth_token = _seconds(
    "token", "Validity left of the access token", metrics.Color.CYAN
)
metric_smtp_auth_credential = _seconds(
    "credential", "Validity left of what renews the token", metrics.Color.ORANGE
)

translation_smtp_auth = translations.Translation(
    name="smtp_auth",
    check_commands=[
        translations.ActiveCheck("smtp_auth"),
        translations.NagiosPlugin("smtp_auth"),
    ],
    translations={
        "time": translations.RenameTo("smtp_auth_time"),
        **{
            f"time_{phase}": translations.RenameTo(f"smtp_auth_{phase}")
            for phase in _PHASES
        },
        "cert_days": translations.RenameToAndScaleBy("smtp_auth_certificate", DAY),
        "token_ttl": translations.RenameTo("smtp_auth_token"),
        "credential_days": translations.RenameToAndScaleBy(
            "smtp_auth_credential", DAY
        ),
    },
)

graph_smtp_auth_phases = graphs.Graph(
    name="smtp_auth_phases",
    title=Title("Phases of the login"),
    compound_lines=[f"smtp_auth_{phase}" for phase in _PHASES],
    simple_lines=["smtp_auth_time"],
    # What is no part of a check, or was not reached, has no value.
    optional=[f"smtp_auth_{phase}" for phase in _PHASES],
)

perfometer_smtp_auth_time = perfometers.Perfometer(
    name="smtp_auth_time",
    focus_range=perfometers.FocusRange(perfometers.Closed(0), perfometers.Open(1)),
    segments=["smtp_auth_time"],
)
