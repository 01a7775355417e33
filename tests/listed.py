#!/usr/bin/python3
"""listed.py BINARY: whether each option of --help is an argument of Icinga's
command, with the words of --help, and an item of the man page; whether
Director's basket is what make-director-basket makes of that; and whether each
condition and mechanism that completion knows is in the man page, each condition
in the README, too.  What is missing is printed ready to be pasted."""

import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
COMMANDS = ROOT / "integrations/icinga2/smtp_auth.conf"
BASKET = ROOT / "integrations/icinga2/director-basket.json"
MAN = ROOT / "man/check_smtp_auth.1"
README = ROOT / "README.md"

OPTION = re.compile(
    r"(?m)^(?:  -(?P<letter>.), |      )--(?P<name>[a-z0-9-]+)"
    r"(?P<alias>, --[a-z0-9-]+)?(?P<value>\[?=\S+)?\s+"
    r"(?P<text>\S.*(?:\n {20,}.*)*)")
VARIABLES = {"hostname": "host", "ip-address": "address", "authuser": "user",
             "authpass": "password"}
# And what is about a batch, which is no service of Icinga's.
ONLY_IN_A_SHELL = {"help", "version", "batch", "only", "list", "parallel",
                   "per-host", "run-timeout"}


class Option:
    def __init__(self, match):
        self.letter, self.name, alias, value, text = match.groups()
        self.alias = (alias or "")[4:]
        optional = re.fullmatch(r"\[=(.*)\]|=(\[.*\])", value or "")
        self.is_optional = bool(optional)
        self.value = (optional[1] or optional[2] if optional
                      else (value or "")[1:])
        text = re.sub(r"\s+", " ", text)
        self.text = text[0].upper() + text[1:]
        self.variable = "$smtp_auth_%s$" % VARIABLES.get(
            self.name, self.name).replace("-", "_")

    def argument(self):
        """As it stands in smtp_auth.conf."""
        if not self.value:
            lines = ['set_if = "%s"' % self.variable]
        elif self.is_optional:
            lines = ["skip_key = true",
                     'value = "--%s=%s"' % (self.name, self.variable)]
        else:
            lines = ['value = "%s"' % self.variable]
        lines.append('description = "%s"' % self.text.replace('"', '\\"'))
        return "\t\t\"--%s\" = {\n%s\t\t}\n" % (
            self.name, "".join("\t\t\t%s\n" % line for line in lines))

    def item(self):
        """As it stands in the man page."""
        long = (" Ns Op = Ns Ar %s" if self.is_optional else " Ns = Ns Ar %s"
                ) % self.value if self.value else ""
        names = ["Fl -%s%s" % (name, long)
                 for name in (self.name, self.alias) if name]
        if self.letter:
            letter = "Fl " + self.letter
            if self.value and not self.is_optional:
                letter += " Ar " + self.value
            names.insert(0, letter)
        return ".It %s\n%s.\n" % (" , ".join(names), self.text)


def complain(what, where, text):
    print("%s; in %s:\n\n%s" % (what, where.relative_to(ROOT), text))
    return 1


def check_words(completion):
    """The words of the lists in bash's completion."""
    lists = dict(re.findall(r"local (\w+)='(.*)'", completion.read_text()))
    readme, man = README.read_text(), MAN.read_text()
    bad = 0
    for word in ["usage"] + lists["conditions"].split():
        if not re.search(r"(?m)^\| [^|]*`%s`[^|]* \| " % word,
                         readme):
            bad |= complain("the condition is missing", README,
                            "| `%s` | STATE | what is wrong |\n" % word)
        if not re.search(r"(?m)^\.It Cm (.* , )?%s( ,|$)" % word,
                         man):
            bad |= complain("the condition is missing", MAN,
                            ".It Cm %s\nWhat is wrong.\n" % word)
    for word in lists["mechanisms"].split():
        if not re.search(r"\b%s\b" % word, man):
            bad |= complain("the mechanism is missing", MAN, word + "\n")
    return bad


def check_options(options):
    bad = 0
    commands, man = COMMANDS.read_text(), MAN.read_text()
    for before, option in zip([None] + options, options):
        behind = " (behind --%s)" % before.name if before else ""
        if option.name not in ONLY_IN_A_SHELL:
            found = re.search(r'(?ms)^\t\t"--%s" = {\n.*?^\t\t}\n'
                              % option.name, commands)
            if not found:
                bad |= complain("--%s is missing%s" % (option.name, behind),
                                COMMANDS, option.argument())
            elif 'description = "%s"' % option.text not in found.group():
                bad |= complain("--%s is described otherwise" % option.name,
                                COMMANDS, option.argument())
        if not re.search(r"(?m)^\.It .*\bFl -%s( |$)" % option.name, man):
            bad |= complain("--%s is missing%s" % (option.name, behind), MAN,
                            option.item())
    made = subprocess.run(
        [sys.executable, COMMANDS.parent / "make-director-basket"],
        input=commands, stdout=subprocess.PIPE, text=True, check=True).stdout
    if made != BASKET.read_text():
        bad |= complain(
            "it is not what is made of smtp_auth.conf", BASKET,
            "\tcd integrations/icinga2\n"
            "\t./make-director-basket <smtp_auth.conf >director-basket.json\n")
    return bad


if __name__ == "__main__":
    said = subprocess.run([sys.argv[1], "--help"], stdout=subprocess.PIPE,
                          text=True, check=False).stdout
    found = [Option(match) for match in OPTION.finditer(said)]
    assert len(found) > 40
    sys.exit(check_options(found) | check_words(
        ROOT / "completion/check_smtp_auth"))
