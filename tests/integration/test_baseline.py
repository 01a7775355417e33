"""--baseline: what a service offers must stay as it was."""

import re
import ssl

import pytest

from conftest import HOST, USER, spoil


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "state"


def watch(folder, what=None):
    return ["--baseline" + ("=" + what if what else ""),
            "--state-dir=%s" % folder, "-t", "60"]


def kept(folder):
    return "".join(p.read_text() for p in folder.glob("*.baseline"))


def drop_mechanism(mail, ca):
    mail.offers[-1] = "AUTH PLAIN"
    return "mechanisms before LOGIN PLAIN, now PLAIN"


def add_mechanism(mail, ca):
    mail.offers[-1] = "AUTH PLAIN LOGIN XNEW"
    return "mechanisms before LOGIN PLAIN, now LOGIN PLAIN XNEW"


def drop_extension(mail, ca):
    del mail.offers[0]
    return ("extensions before AUTH ENHANCEDSTATUSCODES SIZE, "
            "now AUTH ENHANCEDSTATUSCODES")


def older_tls(mail, ca):
    mail.context = ca.context(newest=ssl.TLSVersion.TLSv1_2)
    return "TLS version before TLSv1.3, now TLSv1.2"


def other_key(mail, ca):
    mail.context = ca.context(ca.two_names)
    return "key before sha256//%s, now sha256//%s" % (
        ca.good.pin.split("//", 1)[1], ca.two_names.pin.split("//", 1)[1])


def other_issuer(mail, ca):
    mail.context = ca.context(ca.stranger)
    return "issuer before "


def other_host(mail, ca):
    mail.greeting = "220 mx2.example.org ESMTP ready"
    return "greeting's host before mail.example.org, now mx2.example.org"


CHANGES = [drop_mechanism, add_mechanism, drop_extension, older_tls,
           other_key, other_issuer, other_host]


@pytest.mark.parametrize("change", CHANGES)
def test_each_change(plugin, mail, ca, folder, change):
    server = mail()
    args = [*server.login, "--allow-unverified", *watch(folder)]
    for _ in range(2):
        assert plugin.run(*args).state == "OK"
    words = change(server.handler, ca)
    for _ in range(2):
        result = plugin.run(*args)
        assert result.state == "WARNING"
        start = "service changed for %s: " % server.who
        assert result.message.startswith(start + words), result
        if change is other_issuer:
            # A key with it, and nothing else.
            assert "; key before " in result.message
        else:
            assert result.message == start + words
        assert result.details[0] == ("if that was meant to be, run this check "
                                     "once with --accept-changes")
    result = plugin.run(*args, "--accept-changes")
    assert result.state == "OK"
    assert any(x.startswith("accepted: " + words) for x in result.details)
    assert plugin.run(*args).state == "OK"
    # Nothing more to be accepted.
    assert "accepted" not in plugin.run(*args, "--accept-changes").text


def test_back_again(plugin, mail, folder):
    server = mail()
    args = [*server.login, *watch(folder)]
    plugin.run(*args)
    server.handler.greeting = "220 mx2.example.org ready"
    assert plugin.run(*args).state == "WARNING"
    server.handler.greeting = "220 mail.example.org ready again"
    assert plugin.run(*args).state == "OK"


def test_a_renewal_is_no_change_of_issuer(plugin, mail, ca, folder):
    server = mail()
    args = [*server.login, *watch(folder, "mechanisms,tls,issuer")]
    plugin.run(*args)
    other_key(server.handler, ca)
    assert plugin.run(*args).state == "OK"


def test_what_is_left_out(plugin, mail, ca, folder):
    server = mail()
    args = [*server.login, *watch(folder, "mechanisms,tls")]
    plugin.run(*args)
    assert {line.split()[0] for line in kept(folder).splitlines()[1:]} == {
        "mechanisms", "tls"}
    for change in (drop_extension, other_key, other_host):
        change(server.handler, ca)
    assert plugin.run(*args).state == "OK"
    drop_mechanism(server.handler, ca)
    assert plugin.run(*args).state == "WARNING"


def test_order_and_capitals(plugin, mail, folder):
    server = mail()
    args = [*server.login, *watch(folder)]
    plugin.run(*args)
    server.handler.greeting = "220 MAIL.example.org hello"
    server.handler.offers = ["auth login plain", "EnhancedStatusCodes",
                             "SIZE 5"]
    assert plugin.run(*args).state == "OK"


def test_what_was_not_seen_does_not_differ(plugin, mail, folder):
    server = mail()
    args = [*server.login, *watch(folder)]
    plugin.run(*args)
    before = kept(folder)
    server.handler.replies["EHLO"] = "554 5.7.1 Not now"
    result = plugin.run(*args, "--accept-changes")
    assert (result.state, "changed" in result.text) == ("CRITICAL", False)
    assert kept(folder) == before


def test_beside_a_refusal(plugin, mail, folder):
    server = mail()
    args = [*server.login, *watch(folder), "--guard"]
    plugin.run(*args)
    server.handler.auth = "535 5.7.8 No"
    server.handler.greeting = "220 mx2.example.org ready"
    for _ in range(4):
        result = plugin.run(*args)
        assert result.state == "CRITICAL"
        assert any(x.startswith("also WARNING (changed): service changed")
                   for x in result.details)
    assert "not sent again" in result.message


def test_without_credentials(plugin, mail, folder):
    server = mail()
    args = [*server.args, "-S", *watch(folder)]
    plugin.run(*args)
    assert [p.name for p in folder.glob("*.baseline")] == [
        "%s,%d,.baseline" % (HOST, server.port)]
    drop_mechanism(server.handler, None)
    assert plugin.run(*args).state == "WARNING"


def test_refused_folder(plugin, mail, tmp_path):
    server = mail()
    (tmp_path / "link").symlink_to(tmp_path)
    result = plugin.run(*server.login, *watch(tmp_path / "link"))
    assert result.state == "UNKNOWN"
    assert "is a link" in result.message
    assert server.done() == []


def test_damaged(plugin, mail, folder):
    server = mail()
    args = [*server.login, *watch(folder)]
    plugin.run(*args)
    good = kept(folder)
    path, = folder.glob("*.baseline")
    path.write_text(good + "colour blue\n")
    result = plugin.run(*args)
    assert result.state == "OK"
    assert any("damaged; set aside" in x for x in result.details), result
    assert kept(folder) == good
    assert USER in path.name


@pytest.mark.parametrize("damage", ["link", "fifo", "writable", "foreign"])
def test_not_ours(plugin, mail, folder, tmp_path, damage):
    """Whoever could have put it there does not decide what is a change."""
    server = mail()
    args = [*server.login, *watch(folder)]
    plugin.run(*args)
    good = kept(folder)
    path, = folder.glob("*.baseline")
    spoil(path, damage, tmp_path / "elsewhere")
    result = plugin.run(*args)
    assert result.state == "OK"
    assert any("set aside as .damaged" in x for x in result.details), result
    assert path.is_file() and not path.is_symlink() and kept(folder) == good
    assert "set aside" not in plugin.run(*args).text


FULL_DISK = """mount -t tmpfs -o size=8k,nr_inodes=20,mode=700 none "$DISK" &&
head -c 8192 /dev/zero >$DISK/a
"$@" --baseline --state-dir="$DISK" || code=$?
exit ${code:-0}"""


def test_full_disk(plugin, mail, tmp_path, leave_to_mount):
    """It is told that nothing is watched over, and the login goes on."""
    server = mail()
    disk = tmp_path / "disk"
    disk.mkdir()
    result = plugin.run(
        *server.login, env={"DISK": str(disk)},
        wrapper=["unshare", "--mount", "sh", "-c", FULL_DISK, "sh"])
    assert result.state == "OK"
    assert any(re.match("warning: .*%s/.*: No space left on device" % disk, x)
               for x in result.details), result
