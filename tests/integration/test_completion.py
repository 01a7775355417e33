"""Completion in bash and zsh: the generated files in the real shells, on a
terminal, with the keys that a user presses."""

import os
import pathlib
import re

import pytest

import terminal

# All that would complete is put on the line; the command then shows what
# words became of it.
SHOW = "check_smtp_auth() { printf '<%s>' \"$@\"; echo; echo DO''NE; }\n"
BASH = ("PS1= PS2=\nbind '\"\\C-xa\": insert-completions'\n"
        "bind 'set enable-bracketed-paste off'\nsource \"$DIR/check_smtp_auth\"\n")
ZSH = ("PS1= PS2=\nunsetopt prompt_cr prompt_sp\nunset zle_bracketed_paste\n"
       "fpath=(\"$DIR\" $fpath)\nautoload -Uz compinit\n"
       "compinit -u -d \"$DUMP\"\n"
       "zle -C all-matches complete-word _generic\n"
       "zstyle ':completion:all-matches::::' completer _all_matches "
       "_complete\n"
       "zstyle ':completion:all-matches:*' insert yes\n"
       "bindkey '^Xa' all-matches\n"
       "zstyle ':completion:*:hosts' hosts mx1.test mx2.test\n")
ALL = "\x18a"


class Shell:
    """An interactive shell that has loaded the completion."""

    def __init__(self, kind, folder, home, dump):
        command, setup = {
            "bash": (["bash", "--norc", "--noprofile", "-i"], BASH),
            "zsh": (["zsh", "-f", "-i"], ZSH)}[kind]
        (home / "hosts").write_text("127.0.0.1 mx1.test mx2.test\n")
        env = {"PATH": os.environ["PATH"], "HOME": str(home), "TERM": "xterm",
               "LC_ALL": "C.UTF-8", "DIR": str(folder), "DUMP": str(dump), "COLUMNS": "5000",
               "HOSTFILE": str(home / "hosts"), "MY_OWN_SECRET": "x"}
        self.process = terminal.Process(command, env=env, cwd=home,
                                        columns=5000)
        self.process.send(SHOW + setup + "echo REA''DY\n")
        self.process.until("READY\r\n")

    def words(self, line):
        """What the line, keys pressed, becomes."""
        self.process.send("check_smtp_auth " + line + "\r")
        said = self.process.until("DONE\r\n")
        shown = re.findall(r"^(<.*>)\r?$", said, re.M)
        assert len(shown) == 1, said
        return shown[0][1:-1].split("><")

    def close(self):
        self.process.close()


@pytest.fixture(scope="session")
def dumps(tmp_path_factory):
    """What zsh has found in its folders: looked for once, not in each test."""
    return tmp_path_factory.mktemp("zsh")


@pytest.fixture(params=["bash", "zsh"])
def shell(request, tmp_path, dumps):
    folder = pathlib.Path(__file__).parents[2] / "completion"
    home = tmp_path / "shell"
    home.mkdir()
    (home / "ca.pem").write_text("")
    (home / "certs").mkdir()
    dump = dumps / str(folder).replace("/", "_")
    shell = Shell(request.param, folder, home, dump)
    shell.kind = request.param
    yield shell
    shell.close()


def test_names(shell):
    assert shell.words("--for" + ALL) == (
        ["--forbid-cleartext-auth", "--forbid-mechanism="]
        if shell.kind == "bash" else
        ["--forbid-cleartext-auth", "--forbid-mechanism"])


def test_every_option(shell, plugin):
    """All that --help has is offered."""
    text = plugin.run("--help").text
    names = set(re.findall(r"(?:^ *|, )(--?[A-Za-z0-9][a-z0-9-]*)", text,
                           re.M))
    assert len(names) > 70
    got = set(x.rstrip("=") for x in shell.words("--" + ALL))
    assert got == {x for x in names if x.startswith("--")}


@pytest.mark.parametrize("line, words", [
    ("--color=", ["--color=auto", "always", "never"]),
    ("--color ", ["--color", "auto", "always", "never"]),
    ("--perfdata=k", ["--perfdata=known"]),
    ("--tls-min=", ["--tls-min=1.2", "1.3"]),
    ("--tls-min ", ["--tls-min", "1.2", "1.3"]),
    ("--output-format=te", ["--output-format=text"]),
    ("--ca-file=ca", ["--ca-file=ca.pem"]),
    ("--output-file=ca", ["--output-file=ca.pem"]),
    ("--ca-file c", ["--ca-file", "ca.pem", "certs/"]),
    ("--ca-path=", ["--ca-path=certs/"]),
    ("-A PLA", ["-A", "PLAIN"]),
    ("-A PLAIN,LOG", ["-A", "PLAIN,LOGIN"]),
    ("-A str", ["-A", "strongest"]),
    ("--require-mechanism=SCRAM-SHA-5", [
        "--require-mechanism=SCRAM-SHA-512", "SCRAM-SHA-512-PLUS"]),
    ("--authtype=X", ["--authtype=XOAUTH2"]),
    ("--on=auth-rej", ["--on=auth-rejected="]),
    ("--on=dns=un", ["--on=dns=unknown"]),
    ("--on dns=", ["--on", "dns=ok", "warning", "critical", "unknown"]),
    ("-w gr", ["-w", "greeting="]),
    ("--warning=env", ["--warning=envelope="]),
    ("-t 10:unk", ["-t", "10:unknown"]),
    ("--password-from=st", ["--password-from=stdin"]),
    ("--password-from=fi", ["--password-from=file:"]),
    ("--password-from=file:ca", ["--password-from=file:ca.pem"]),
    ("--token-from file:ca", ["--token-from", "file:ca.pem"]),
    ("--password-from=env:MY_OWN", ["--password-from=env:MY_OWN_SECRET"]),
    ("--extra-opts=x@ca", ["--extra-opts=x@ca.pem"]),
    ("-H mx", ["-H", "mx1.test", "mx2.test"]),
    ("--hostname=mx1", ["--hostname=mx1.test"]),
    ("mx2", ["mx2.test"]),
    ("-v --verb", ["-v", "--verbose"]),
])
def test_values(shell, line, words):
    got = shell.words(line + ALL)
    assert last_parts(got) == last_parts(words)
    # Only the first of several has the beginning of the line, in bash.
    start = line.rpartition(" ")[2].rpartition("=")[0]
    assert sum(x.startswith(start) for x in got) > 0, got


def last_parts(words):
    """What is behind = or :, in order; not all shells sort alike, or add the
    slash to a folder when it is one of several."""
    return sorted(re.sub(r"^.*[=:](?=.)", "", x).rstrip("/") for x in words)


def test_tab(shell):
    assert shell.words("--col\tal\t") == ["--color=always"]


def test_unknown_text_is_left_alone(shell):
    assert shell.words("-U al\t") == ["-U", "al"]
    assert shell.words("--pin=s\t") == ["--pin=s"]
