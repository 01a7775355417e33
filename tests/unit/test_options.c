/* Command lines, what becomes of them, and how faults are told. */

#include "tests/unit/options_line.h"

#define PIN "sha256//AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="
#define CREDS "-U u --password-from=env:NO_SUCH_VARIABLE "

static const struct row rows[] = {
	/* Target */
	{ "no words", "", "!no host; give it as HOST or -H HOST" },
	{ "positional host", "m.example",
	    "host=m.example literal=0 port=25 tls=none login=0 sni=m.example "
	    "verify=m.example family=any" },
	{ "-H", "-H m.example", "host=m.example" },
	{ "long", "--hostname=m.example", "host=m.example" },
	{ "abbreviated", "--host m.example", "host=m.example" },
	{ "options after the host", "m.example -p 2525", "port=2525" },
	{ "after --", "-p 26 -- m.example", "port=26 host=m.example" },
	{ "last -H wins", "-H a.example -H b.example", "host=b.example" },
	{ "same host twice", "-H a.example A.example", "host=A.example" },
	/* A word without an option may be a password: it is not told. */
	{ "two hosts", "-H a.example b.example",
	    "!HOST: the host is a.example already; give one only, and give a "
	    "password with --password-from" },
	{ "two hosts, other order", "b.example -H a.example",
	    "!-H a.example: a word without an option was taken for the host; "
	    "give one only, and give a password with --password-from" },
	{ "two positional hosts", "a.example b.example",
	    "!HOST: a word without an option was taken for the host; give one "
	    "only, and give a password with --password-from" },
	/* What stands behind -P may be the rest of a password with blanks. */
	{ "rest of a password", "-H a.example -U u -P my secret",
	    "!HOST: the host is a.example already; give one only, and put a "
	    "secret with blanks in quotes" },
	{ "rest of a password, -H last", "-U u -P my secret -H a.example",
	    "!-H a.example: a word behind the secret was taken for the host; "
	    "put a secret with blanks in quotes" },
	{ "rest of a password, no -H", "-U u -P my secret word a.example",
	    "!HOST: a word behind the secret was taken for the host; put a "
	    "secret with blanks in quotes" },
	{ "rest of a password, no name", "-H a.example -U u -P my s!cret",
	    "!HOST: not a host name or address" },
	{ "host behind a password", "-U u -P secret a.example",
	    "host=a.example" },
	{ "two hosts before a password", "-H a.example b.example -U u -P x",
	    "!HOST: the host is a.example already; give one only, and give a "
	    "password with --password-from" },
	{ "empty host", "-H ''", "!-H : the name is empty" },
	{ "empty positional host", "''", "!HOST : the name is empty" },
	{ "dot alone", ".", "!HOST .: the name is empty" },
	{ "trailing dot", "m.example.",
	    "host=m.example sni=m.example verify=m.example" },
	{ "non-ASCII host", "b\xc3\xbc.example",
	    "!HOST b\xc3\xbc.example: not ASCII; write the name in its xn-- "
	    "form" },
	{ "blank in host", "a_b", "!HOST a b: not a host name or address" },
	{ "control in host", "a\tb", "!HOST a\tb: not a host name or address" },
	{ "macro not expanded", "$HOSTNAME$",
	    "!HOST $HOSTNAME$: the engine did not replace the macro; define it, or "
	    "write the value itself" },
	{ "macro for -H", "-H $HOSTADDRESS$",
	    "!-H $HOSTADDRESS$: the engine did not replace the macro; define it, or "
	    "write the value itself" },
	{ "macro for a port", "h -p $ARG3$",
	    "!-p: the engine did not replace the macro; define it, or "
	    "write the value itself" },
	{ "macro for a user", "h -U $SERVICEUSER$ -P p",
	    "!-U $SERVICEUSER$: the engine did not replace the macro; define it, or "
	    "write the value itself" },
	{ "macro with an object", "h -I $HOSTADDRESS:mx$",
	    "!-I $HOSTADDRESS:mx$: the engine did not replace the macro; define it, or "
	    "write the value itself" },
	{ "no macro", "h -U $u -P p", "user=$u" },
	{ "no macro either", "h -U $$ -P p", "user=$$" },
	{ "dollars around more", "h -U $a!b$ -P p", "user=$a!b$" },
	{ "host with port", "m.example:587",
	    "!HOST m.example:587: not a host name or address; a port is "
	    "given with -p" },
	{ "user and host", "u@m.example",
	    "!HOST u@m.example: not a host name or address; a user is given "
	    "with -U, a password with --password-from" },
	{ "user, password and host", "-H u:v@m.example",
	    "!-H: not a host name or address; a user is given with -U, a "
	    "password with --password-from" },
	{ "bracketed name", "[m.example]",
	    "!HOST [m.example]: not a host name or address" },
	{ "IPv4", "192.0.2.7",
	    "host=192.0.2.7 literal=1 sni=NULL verify=192.0.2.7" },
	{ "IPv4 with a dot", "192.0.2.7.",
	    "host=192.0.2.7 literal=1 sni=NULL verify=192.0.2.7" },
	{ "IPv6", "2001:db8::7",
	    "host=2001:db8::7 literal=1 sni=NULL verify=2001:db8::7" },
	{ "IPv6 in brackets", "-H [2001:db8::7]",
	    "host=2001:db8::7 literal=1" },
	{ "IPv6 with scope", "fe80::1%lo", "host=fe80::1%lo verify=fe80::1" },
	{ "port number", "h -p 1", "port=1" },
	{ "highest port", "h -p 65535", "port=65535" },
	{ "service name", "h -p submission", "port=587" },
	{ "port too high", "h -p 70000",
	    "!-p: not a port; use 1 to 65535 or a service name (a "
	    "password is given with --password-from)" },
	{ "port zero", "h --port=0",
	    "!--port: not a port; use 1 to 65535 or a service name (a "
	    "password is given with --password-from)" },
	{ "port with rest", "h -p 25x",
	    "!-p: not a port; use 1 to 65535 or a service name (a "
	    "password is given with --password-from)" },
	{ "no such service", "h -p no-such-service",
	    "!-p: not a port; use 1 to 65535 or a service name (a password is "
	    "given with --password-from)" },
	{ "port empty", "h -p ''",
	    "!-p: not a port; use 1 to 65535 or a service name (a "
	    "password is given with --password-from)" },
	{ "last port wins", "h -p 1 -p 2", "port=2" },
	{ "address", "h -I 192.0.2.1", "I=192.0.2.1 host=h" },
	{ "address in brackets", "h -I [::1]", "I=::1" },
	{ "address a name", "h -I a.example",
	    "!-I a.example: not an IP address; names are given with -H" },
	{ "IPv4 only", "h -4", "family=4" },
	{ "IPv6 only", "h --use-ipv6", "family=6" },
	{ "both families", "h -4 -6",
	    "!-4 with -6: give one, or neither for both" },
	{ "address of the wrong family", "h -4 -I ::1",
	    "!-I ::1: not an IPv4 address; leave out -4 or give another" },
	{ "address of the wrong family, 6", "h -6 --ip-address=192.0.2.1",
	    "!-I 192.0.2.1: not an IPv6 address; leave out -6 or give "
	    "another" },
	{ "host of the wrong family", "-6 192.0.2.1",
	    "!HOST 192.0.2.1: not an IPv6 address; leave out -6 or give "
	    "another" },
	{ "resolver", "h --resolver=192.0.2.1:53,[::1]:5353,::2",
	    "resolver=192.0.2.1:53,[::1]:5353,[::2]:53" },
	{ "resolver a name", "h --resolver=ns.example",
	    "!--resolver=ns.example: not a list of ADDR, ADDR:PORT or "
	    "[IPV6]:PORT" },
	{ "resolver with bad port", "h --resolver=192.0.2.1:0",
	    "!--resolver=192.0.2.1:0: not a list of ADDR, ADDR:PORT or "
	    "[IPV6]:PORT" },
	{ "resolver with empty item", "h --resolver=192.0.2.1,",
	    "!--resolver=192.0.2.1,: not a list of ADDR, ADDR:PORT or "
	    "[IPV6]:PORT" },
	{ "EHLO name", "h -F me.example", "F=me.example" },
	{ "EHLO name with CR LF", "h -F a\r\nb",
	    "!-F a\r\nb: not a name for EHLO; use a host name or [ADDRESS]" },
	{ "EHLO name empty", "h --fqdn=",
	    "!--fqdn=: not a name for EHLO; use a host name or [ADDRESS]" },
	{ "LMTP and PROXY", "h -Lr", "lmtp=1 proxy=1" },
	{ "PROXY without a version", "h --proxy", "proxy=1" },
	{ "PROXY v1", "h --proxy=v1", "proxy=1" },
	{ "PROXY v2", "h --proxy=v2", "proxy=2" },
	{ "PROXY v2 after -r", "h -r --proxy=v2", "proxy=2" },
	{ "-r takes no value", "-r v2", "host=v2 proxy=1" },
	{ "PROXY, its version apart", "h --proxy v2",
	    "!--proxy: its value stands behind a '='; write --proxy=v1|v2" },
	{ "PROXY, apart, then the host", "--proxy v1 -H h",
	    "!--proxy: its value stands behind a '='; write --proxy=v1|v2" },
	{ "PROXY, apart, letter", "-H h -r v2",
	    "!--proxy: its value stands behind a '='; write --proxy=v1|v2" },
	{ "guard, its value apart", "-H h -U a --guard 2/3600",
	    "!--guard: its value stands behind a '='; write "
	    "--guard=COUNT/SECONDS" },
	{ "guard, apart, then the host", "--guard 2/3600 -H h",
	    "!--guard: its value stands behind a '='; write "
	    "--guard=COUNT/SECONDS" },
	{ "PROXY, then the host", "--proxy m.example", "host=m.example" },
	{ "PROXY v3", "h --proxy=v3",
	    "!--proxy=v3: no such version of the PROXY protocol; use v1 or "
	    "v2" },
	{ "PROXY empty", "h --proxy=",
	    "!--proxy=: no such version of the PROXY protocol; use v1 or v2" },

	/* TLS */
	{ "port 465", "h -p 465", "tls=implicit port=465" },
	{ "-s", "h -s", "tls=implicit port=465" },
	{ "--ssl", "h --ssl", "tls=implicit" },
	{ "--tls is no abbreviation", "h --tls -p 1", "tls=implicit port=1" },
	{ "-S", "h -S", "tls=starttls port=25" },
	{ "-S on 465", "h -S -p 465", "tls=starttls port=465" },
	{ "no TLS on 465", "h --no-tls -p 465", "tls=none port=465" },
	{ "credentials", "h " CREDS, "tls=starttls port=587 login=1" },
	{ "credentials on 25", "h -p 25 " CREDS, "tls=starttls port=25" },
	{ "credentials with -s", "h -s " CREDS, "tls=implicit port=465" },
	{ "credentials without TLS", "h --no-tls " CREDS, "tls=none port=587" },
	{ "-D alone", "h -D 30", "tls=starttls port=25 days=1/30/-1" },
	{ "-D with two", "h -D 30,14 -s", "days=1/30/14" },
	{ "guard", "h -U u -P x --guard --state-dir=/s",
	    "guard=3/3600 state=/s" },
	{ "greatest guard", "h --guard=50/604800 --state-dir=/s/",
	    "guard=50/604800 state=/s/" },
	{ "no guard, no folder", "h", "guard=0/0 state=-" },
	{ "guard by a name", "h --guard=often",
	    "!--guard=often: not COUNT/SECONDS, such as 3/3600; COUNT is 1 to "
	    "50, SECONDS 1 to 604800" },
	{ "guard by a count", "h --guard=3",
	    "!--guard=3: not COUNT/SECONDS, such as 3/3600; COUNT is 1 to 50, "
	    "SECONDS 1 to 604800" },
	{ "guard of none", "h --guard=0/3600",
	    "!--guard=0/3600: not COUNT/SECONDS, such as 3/3600; COUNT is 1 to "
	    "50, SECONDS 1 to 604800" },
	{ "guard of many", "h --guard=51/3600",
	    "!--guard=51/3600: not COUNT/SECONDS, such as 3/3600; COUNT is 1 to "
	    "50, SECONDS 1 to 604800" },
	{ "guard of more than a week", "h --guard=3/604801",
	    "!--guard=3/604801: not COUNT/SECONDS, such as 3/3600; COUNT is 1 "
	    "to 50, SECONDS 1 to 604800" },
	{ "guard of no time", "h --guard=3/",
	    "!--guard=3/: not COUNT/SECONDS, such as 3/3600; COUNT is 1 to 50, "
	    "SECONDS 1 to 604800" },
	{ "baseline of what there is not", "h --baseline=tls,colour",
	    "!--baseline=colour: nothing that is compared; use mechanisms, tls, "
	    "issuer, key, greeting or extensions" },
	{ "baseline of nothing", "h --baseline=tls,,key",
	    "!--baseline=tls,,key: a name in the list is empty" },
	{ "nothing to accept", "h --accept-changes",
	    "!--accept-changes without --baseline: nothing is compared; add "
	    "--baseline" },
	{ "empty folder",
	    "h --guard --state-dir=", "!--state-dir=: the value is empty" },
	{ "-D 0", "h --certificate=0", "days=1/0/-1" },
	{ "-D the same twice", "h -D 14,14", "days=1/14/14" },
	{ "-D the wrong way round", "h -D 14,30",
	    "!-D 14,30: it would never be WARNING; WARN comes first: -D 30,14" },
	{ "-D bad", "h -D 30,",
	    "!-D 30,: not days; use WARN or WARN,CRIT, such as 30,14" },
	{ "credential days", "h -U u --token-from=oauth2:a --credential-days=9",
	    "renewal=1/9/-1" },
	{ "credential days bad",
	    "h -U u --token-from=oauth2:a --credential-days=x",
	    "!--credential-days=x: not days; use WARN or WARN,CRIT, such as "
	    "30,14" },
	{ "credential days the wrong way round",
	    "h -U u --token-from=oauth2:a --credential-days=3,14",
	    "!--credential-days=3,14: it would never be WARNING; WARN comes "
	    "first: --credential-days=14,3" },
	{ "credential days without oauth2:",
	    "h -U u --token-from=env:T --credential-days=30",
	    "!--credential-days needs a token that smtp-oauth2 keeps; add "
	    "--token-from=oauth2:NAME" },
	{ "a token for a password", "h -U u --password-from=oauth2:a",
	    "!--password-from=oauth2:a: that is an access token; give it by "
	    "--token-from" },
	{ "an account with a slash", "h -U u --token-from=oauth2:../a",
	    "!--token-from: oauth2: needs the name of an account: A-Z a-z 0-9 "
	    ". _ - @ +, neither . nor - first" },
	{ "-D negative", "h -D -1",
	    "!-D -1: not days; use WARN or WARN,CRIT, such as 30,14" },
	{ "-s with -S", "h -sS",
	    "!-s with -S: TLS begins once; give one of them" },
	{ "-s with --no-tls", "h -s --no-tls",
	    "!-s with --no-tls: give one of them" },
	{ "-S with --no-tls", "h --no-tls -S",
	    "!-S with --no-tls: give one of them" },
	{ "-D with --no-tls", "h --no-tls -D 1",
	    "!-D with --no-tls: there is no certificate; give one of them" },
	{ "--pin with --no-tls", "h --no-tls --pin=" PIN,
	    "!--pin with --no-tls: there is no certificate; give one of "
	    "them" },
	{ "--client-cert with --no-tls", "h --no-tls --client-cert=f",
	    "!--client-cert with --no-tls: nobody asks for it; give one of "
	    "them" },
	{ "--pin without TLS", "h --pin=" PIN,
	    "!--pin without TLS: add -S or -s" },
	{ "--client-key alone", "h -s --client-key=k",
	    "!--client-key without --client-cert; add the certificate" },
	{ "roots", "h -s --ca-file=f --ca-path=d", "ca-file=f ca-path=d" },
	{ "empty file name",
	    "h -s --ca-file=", "!--ca-file=: the value is empty" },
	{ "pins", "h -s --pin=" PIN " --pin=" PIN ";" PIN, "pins=3" },
	{ "bad pin", "h -s --pin=sha256//AAAA",
	    "!--pin=sha256//AAAA: not a pin; use sha256// and the base64 of "
	    "the SHA-256 digest of the public key" },
	{ "insecure", "h -s --insecure", "insecure=1 unverified=0" },
	{ "unverified", "h -s --allow-unverified", "insecure=1 unverified=1" },
	{ "--sni alone", "h -s --sni", "sni=h" },
	{ "--sni, its name apart", "-H h -s --sni x.example",
	    "!--sni: its value stands behind a '='; write --sni=NAME" },
	{ "--sni, apart, before the host", "-s --sni x.example -H h",
	    "!--sni: its value stands behind a '='; write --sni=NAME" },
	{ "--sni, then the host", "-s --sni m.example", "host=m.example" },
	{ "--sni=NAME", "h -s --sni=x.example", "sni=x.example verify=h" },
	{ "--sni with an address", "h -s --sni=::1",
	    "!--sni=::1: SNI takes no address; give a name" },
	{ "--sni empty", "h -s --sni=", "!--sni=: the name is empty" },
	{ "verify name", "192.0.2.1 -s --verify-name=x.example.",
	    "verify=x.example sni=x.example" },
	{ "verify name an address", "h -s --verify-name=192.0.2.1",
	    "verify=192.0.2.1 sni=h" },
	{ "oldest protocol", "h -s --tls-min=1.3", "min=1.3" },
	{ "oldest protocol too old", "h -s --tls-min=1.1",
	    "!--tls-min=1.1: not a version that can be set; use 1.2 or 1.3" },
	{ "client certificate", "h -s --client-cert=c --client-key=k",
	    "cert=c key=k" },
	{ "expiry ignored", "h -s --ignore-certificate-expiration",
	    "ignore=1" },

	/* Authentication */
	{ "password", "h -U u -P p",
	    "login=1 user=u proof=0 mechs=PLAIN,LOGIN,SCRAM-SHA-512,"
	    "SCRAM-SHA-256,SCRAM-SHA-1,CRAM-MD5 source=1/p" },
	{ "strongest", "h " CREDS "-A strongest",
	    "mechs=SCRAM-SHA-512-PLUS,SCRAM-SHA-256-PLUS,SCRAM-SHA-1-PLUS,"
	    "SCRAM-SHA-512,SCRAM-SHA-256,SCRAM-SHA-1,PLAIN,LOGIN,CRAM-MD5 "
	    "user=u" },
	{ "strongest behind another", "h " CREDS "-A CRAM-MD5,Strongest",
	    "mechs=CRAM-MD5,SCRAM-SHA-512-PLUS,SCRAM-SHA-256-PLUS,"
	    "SCRAM-SHA-1-PLUS,SCRAM-SHA-512,SCRAM-SHA-256,SCRAM-SHA-1,PLAIN,"
	    "LOGIN user=u" },
	{ "strongest with an authzid", "h " CREDS "-A strongest --authzid=z",
	    "mechs=SCRAM-SHA-512-PLUS,SCRAM-SHA-256-PLUS,SCRAM-SHA-1-PLUS,"
	    "SCRAM-SHA-512,SCRAM-SHA-256,SCRAM-SHA-1,PLAIN user=u" },
	{ "strongest with a token", "h -U u --token-from=stdin -A strongest",
	    "!-A strongest: does not fit a token; leave it out" },
	{ "strongest without credentials", "h -A strongest",
	    "!-A strongest: no credentials; add -U USER and "
	    "--password-from=SOURCE" },
	{ "a mechanism that is historic", "h " CREDS "-A DIGEST-MD5",
	    "!-A DIGEST-MD5: not built in: it is historic (RFC 6331); let the "
	    "server offer SCRAM-SHA-256, or PLAIN over TLS" },
	{ "a mechanism that is withdrawn", "h " CREDS "-A PLAIN,ntlm",
	    "!-A ntlm: not built in: its maker withdraws it; let the server "
	    "offer PLAIN or LOGIN over TLS, or XOAUTH2" },
	{ "a mechanism for tickets", "h " CREDS "-A GSSAPI",
	    "!-A GSSAPI: not built in: it takes a Kerberos ticket, and no "
	    "password or token; check an account with PLAIN over TLS" },
	{ "token", "h -U u --token-from=file:/t",
	    "login=1 proof=1 mechs=OAUTHBEARER,XOAUTH2 source=2//t" },
	{ "order of -A", "h " CREDS "-A login,plain", "mechs=LOGIN,PLAIN" },
	{ "-A twice adds up", "h " CREDS "-A LOGIN -A PLAIN,LOGIN",
	    "mechs=LOGIN,PLAIN" },
	{ "blanks in -A", "h " CREDS "-A LOGIN,_PLAIN", "mechs=LOGIN,PLAIN" },
	{ "unknown mechanism", "h " CREDS "-A PLAIN,CRAM-MD55",
	    "!-A CRAM-MD55: unknown mechanism; use some of OAUTHBEARER, XOAUTH2, "
	    "PLAIN, LOGIN, SCRAM-SHA-512, SCRAM-SHA-256, SCRAM-SHA-1, "
	    "CRAM-MD5, SCRAM-SHA-512-PLUS, SCRAM-SHA-256-PLUS, "
	    "SCRAM-SHA-1-PLUS, EXTERNAL, ANONYMOUS, or strongest" },
	{ "a secret for a mechanism", "h " CREDS "-A s3cret-words",
	    "!-A: unknown mechanism; use some of OAUTHBEARER, XOAUTH2, "
	    "PLAIN, LOGIN, SCRAM-SHA-512, SCRAM-SHA-256, SCRAM-SHA-1, "
	    "CRAM-MD5, SCRAM-SHA-512-PLUS, SCRAM-SHA-256-PLUS, "
	    "SCRAM-SHA-1-PLUS, EXTERNAL, ANONYMOUS, or strongest" },
	{ "a secret with a blank for a mechanism", "h " CREDS "-A s3cret_words",
	    "!-A: not a list of names with commas between them" },
	{ "blank behind the user", "h -U bob_ -P x",
	    "!-U bob : ends with a blank; no user name does: leave it out" },
	{ "blank before the user", "h -U _bob -P x",
	    "!-U  bob: begins with a blank; no user name does: leave it out" },
	{ "no-break space behind the user", "h -U bob\xc2\xa0 -P x",
	    "!-U bob\xc2\xa0: ends with a blank; no user name does: leave it "
	    "out" },
	{ "blank within the user", "h -U bob_b -P x",
	    "user=bob b login=1 proof=0 source=1/x" },
	{ "empty mechanism", "h " CREDS "-A PLAIN,,LOGIN",
	    "!-A PLAIN,,LOGIN: a name in the list is empty" },
	{ "-A without credentials", "h -A LOGIN",
	    "!-A LOGIN: no credentials; add -U USER and "
	    "--password-from=SOURCE" },
	{ "-A XOAUTH2 with a password", "h " CREDS "-A PLAIN,XOAUTH2",
	    "!-A XOAUTH2: does not fit a password; leave it out" },
	{ "-A PLAIN with a token", "h -U u --token-from=stdin -A PLAIN",
	    "!-A PLAIN: does not fit a token; leave it out" },
	{ "EXTERNAL with a password", "h " CREDS "-A EXTERNAL",
	    "!-A EXTERNAL: does not fit a password; leave it out or the "
	    "secret" },
	{ "EXTERNAL", "h -A EXTERNAL",
	    "login=1 proof=2 mechs=EXTERNAL port=587 tls=starttls" },
	{ "ANONYMOUS with user", "h -A ANONYMOUS -U me",
	    "login=1 mechs=ANONYMOUS user=me" },
	{ "EXTERNAL and PLAIN without secret", "h -A EXTERNAL,PLAIN -U u",
	    "!-A PLAIN: needs a secret; add --password-from=SOURCE, or leave "
	    "it out" },
	{ "user with a colon", "h -U u:v -P p", "user=u:v" },
	{ "user and password in one", "h -U u:v",
	    "!-U: a user without a secret; no password stands behind a ':', "
	    "add --password-from=SOURCE" },
	{ "user alone", "h -U u",
	    "!-U u: a user without a secret; add --password-from=SOURCE or "
	    "--token-from=SOURCE" },
	{ "secret alone", "h -P p", "!a secret without a user; add -U USER" },
	{ "user empty", "h -U '' -P ''", "!-U : the name is empty" },
	{ "user with CR LF", "h -U a\r\nb -P p",
	    "!-U a\r\nb: holds a control character; no user name has one" },
	{ "user in UTF-8", "h -U \xc3\xbc -P p", "user=\xc3\xbc" },
	{ "secret empty is not usage", "h -U u -P ''", "login=1 source=1/" },
	{ "password and token", "h -U u -P p --token-from=stdin",
	    "!--token-from: --authpass was given too; give one of them" },
	{ "password twice, two ways", "h -U u --password-from=stdin -P p",
	    "!-P: --password-from was given too; give one of them" },
	{ "last -P wins", "h -U u -P p -P q", "source=1/q" },
	{ "unknown source", "h -U u --password-from=hunter2",
	    "!--password-from: not a source; use file:PATH, env:NAME, fd:N, "
	    "stdin, ask, cmd:COMMAND, cred:NAME, oauth2:NAME or pass:TEXT" },
	{ "fd: without number", "h -U u --password-from=fd:x",
	    "!--password-from: fd: needs the number of a descriptor" },
	{ "cred: with a slash", "h -U u --password-from=cred:../x",
	    "!--password-from: cred: needs the name of a credential, without "
	    "a slash" },
	{ "authzid", "h " CREDS "--authzid=z",
	    "authzid=z "
	    "mechs=PLAIN,SCRAM-SHA-512,SCRAM-SHA-256,SCRAM-SHA-1 user=u" },
	{ "authzid filters -A", "h " CREDS "--authzid=z -A LOGIN,PLAIN",
	    "mechs=PLAIN" },
	{ "authzid with LOGIN alone", "h " CREDS "--authzid=z -A LOGIN",
	    "!--authzid: no mechanism allowed carries one; allow PLAIN, "
	    "SCRAM-SHA-256, "
	    "OAUTHBEARER or EXTERNAL, or leave it out" },
	{ "authzid with a token", "h -U u --token-from=fd:3 --authzid=z",
	    "mechs=OAUTHBEARER" },
	{ "authzid without credentials", "h --authzid=z",
	    "!--authzid: no credentials; add -U USER and "
	    "--password-from=SOURCE" },
	{ "cleartext", "h " CREDS "--allow-cleartext", "cleartext=1" },
	{ "expect rejection", "h " CREDS "--expect-rejected", "rejected=1" },
	{ "expect rejection of nobody", "h --expect-rejected",
	    "!--expect-rejected: no credentials; add -U USER and "
	    "--password-from=SOURCE" },

	/* Depth */
	{ "expect", "h -e ESMTP_x", "expect=ESMTP x" },
	{ "sender", "h -f a@b", "from=a@b" },
	{ "brackets stripped", "h -f <a@b> --rcpt=<c@d>", "from=a@b rcpt=c@d" },
	{ "parameters", "h -f <a@b>_RET=HDRS",
	    "!-f <a@b> RET=HDRS: more than an address; give that alone, "
	    "without parameters or a name" },
	{ "parameters of a recipient", "h -f a@b --rcpt=<c@d>_NOTIFY=NEVER",
	    "!--rcpt=<c@d> NOTIFY=NEVER: more than an address; give that alone, "
	    "without parameters or a name" },
	{ "parameters with brackets", "h -f <a@b>_X=<y>",
	    "!-f <a@b> X=<y>: more than an address; give that alone, "
	    "without parameters or a name" },
	{ "no closing bracket", "h -f <a@b",
	    "!-f <a@b: more than an address; give that alone, "
	    "without parameters or a name" },
	{ "no opening bracket", "h -f a@b>",
	    "!-f a@b>: more than an address; give that alone, "
	    "without parameters or a name" },
	{ "brackets twice", "h -f <<a@b>>",
	    "!-f <<a@b>>: more than an address; give that alone, "
	    "without parameters or a name" },
	{ "a name before it", "h -f Alice_<a@b>",
	    "!-f Alice <a@b>: more than an address; give that alone, "
	    "without parameters or a name" },
	{ "brackets in a quoted name", "h -f \"a<\\\"b>\"@c",
	    "from=\"a<\\\"b>\"@c" },
	{ "null sender", "h -f <>", "from=" },
	{ "recipient without sender", "h --rcpt=a@b",
	    "!--rcpt without -f: RCPT needs MAIL first; add -f ADDR" },
	{ "recipient empty", "h -f a@b --rcpt=<>",
	    "!--rcpt=<>: the address is empty" },
	{ "CR LF in sender", "h -f a@b\r\nX",
	    "!-f a@b\r\nX: holds a control character; no address has one" },
	{ "LF in recipient", "h -f a --rcpt a\nX",
	    "!--rcpt=a\nX: holds a control character; no address has one" },
	{ "pairs", "h -C NOOP -C VRFY_x -R ^250",
	    "C0=NOOP/^250 C1=VRFY x/NULL" },
	{ "pairs in turns", "h -C NOOP -R 1 -C HELP -R 2",
	    "C0=NOOP/1 C1=HELP/2" },
	{ "response alone", "h -R x",
	    "!-R without a -C that it belongs to; add -C CMD" },
	{ "response no regex", "h -C NOOP -R (",
	    "!-R (: not a regular expression: Unmatched ( or \\(" },
	{ "-C DATA", "h -C data",
	    "!-C: DATA cannot be sent with -C; use a command whose "
	    "reply ends it" },
	{ "-C BDAT", "h -C _BDAT_5",
	    "!-C: BDAT cannot be sent with -C; use a command whose "
	    "reply ends it" },
	{ "-C AUTH", "h -C Auth_PLAIN",
	    "!-C: AUTH cannot be sent with -C; use a command "
	    "whose reply ends it" },
	{ "-C STARTTLS", "h --command=STARTTLS",
	    "!--command: STARTTLS cannot be sent with -C; use a "
	    "command whose reply ends it" },
	{ "-C DATABASE", "h -C DATABASE", "C0=DATABASE/NULL" },
	{ "-C with LF", "h -C NOOP\nDATA", "!-C: not one SMTP command" },
	{ "lists",
	    "h --require-extension=SIZE,DSN --require-extension=PIPE "
	    "--require-mechanism=PLAIN --forbid-mechanism=LOGIN,NTLM",
	    "require-ext=SIZE,DSN,PIPE require-mech=PLAIN "
	    "forbid-mech=LOGIN,NTLM" },
	{ "forbid cleartext", "h --forbid-cleartext-auth", "forbid-clear=1" },

	/* Thresholds */
	{ "whole", "h -w 5 -c 10:20", "w-time=5 c-time=10:20" },
	{ "old spellings", "-wt 5 -ct 6 -to 7 h",
	    "w-time=5 c-time=6 timeout=7000000 host=h" },
	{ "old spelling as a value", "h -U u -P -wt", "source=1/-wt" },
	{ "phases", "h -w ehlo=1 -w dns=.5 -w ehlo=2", "w-ehlo=2 w-dns=.5" },
	{ "phase of a login", "h " CREDS "-w auth=1 -c auth=2 -c starttls=3",
	    "w-auth=1 c-auth=2 c-starttls=3" },
	{ "no login", "h -w auth=1",
	    "!-w auth=1: the phase is no part of the check: there is no login; "
	    "add -U USER and --password-from=SOURCE, or leave it out" },
	{ "no TLS", "h -c tls=@1:2",
	    "!-c tls=@1:2: the phase is no part of the check: there is no TLS; "
	    "add -S or -s, or leave it out" },
	{ "phase of TLS", "h -s -c tls=1", "c-tls=1" },
	{ "no STARTTLS", "h -c starttls=1",
	    "!-c starttls=1: the phase is no part of the check: there is no "
	    "STARTTLS; add -S, or leave it out" },
	{ "TLS from the first byte", "h -s -c starttls=1",
	    "!-c starttls=1: the phase is no part of the check: there is no "
	    "STARTTLS, TLS begins at once; use tls=, or leave it out" },
	{ "no envelope", "h " CREDS "-w envelope=1",
	    "!-w envelope=1: the phase is no part of the check: nothing is "
	    "sent after the login; add -f ADDR or -C CMD, or leave it out" },
	{ "phase of a sender", "h -f a@b -w envelope=1", "w-envelope=1" },
	{ "phase of a command", "h -C NOOP -w envelope=1", "w-envelope=1" },
	{ "check_smtp's thresholds", "h -w 5 -c 10", "w-time=5 c-time=10" },
	{ "the same limit", "h -w 5 -c 5.0", "w-time=5 c-time=5.0" },
	{ "the wrong way round", "h -w 1 -c 0.5",
	    "!-w 1 with -c 0.5: it would never be WARNING; exchange the two" },
	{ "the wrong way round, a phase", "h -w dns=2 -c dns=1",
	    "!-w dns=2 with -c dns=1: it would never be WARNING; exchange the "
	    "two" },
	{ "different phases", "h -w 2 -c dns=1", "w-time=2 c-dns=1" },
	{ "lower bounds", "h -w 2: -c 1:", "w-time=2: c-time=1:" },
	{ "not the same kind", "h -w 5 -c @0:1", "w-time=5 c-time=@0:1" },
	{ "time by name", "h -w time=3", "w-time=3" },
	{ "unknown phase", "h -w foo=1",
	    "!-w foo=1: no such phase; use one of time, dns, connect, tls, "
	    "greeting, ehlo, starttls, auth, envelope, quit or token" },
	{ "a token's time left",
	    "h -U u --token-from=stdin -w token=600: -c token=300:",
	    "w-token=600: c-token=300:" },
	{ "token without a token", "h -U u -P p -w token=600:",
	    "!-w token=600: needs a token; add --token-from=SOURCE" },
	{ "the same, critical", "h -c token=@0:60",
	    "!-c token=@0:60 needs a token; add --token-from=SOURCE" },
	{ "bad range of a token", "h -U u --token-from=stdin -w token=x",
	    "!-w token=x: not a range of seconds; use 10, 10:, ~:10, 10:20 "
	    "or @10:20" },
	{ "bad range", "h -c 5x",
	    "!-c 5x: not a range of seconds; use 10, 10:, ~:10, 10:20 or "
	    "@10:20" },
	{ "default timeout", "h", "timeout=10000000 on-timeout=2" },
	{ "timeout", "h -t 2.5", "timeout=2500000 on-timeout=2" },
	{ "timeout with state", "h -t 5:unknown",
	    "timeout=5000000 on-timeout=3" },
	{ "timeout, --on last", "h -t 5:unknown --on=timeout=ok",
	    "on-timeout=0" },
	{ "timeout, -t last", "h --on=timeout=ok -t 5:1", "on-timeout=1" },
	{ "timeout without state keeps it", "h --on=timeout=ok -t 5",
	    "on-timeout=0" },
	{ "timeout 0", "h -t 0",
	    "!-t 0: not a timeout; use seconds above 0 and up to 3600" },
	{ "timeout too long", "h -t 3601",
	    "!-t 3601: not a timeout; use seconds above 0 and up to 3600" },
	{ "a secret for a timeout", "h -t s3cret-words",
	    "!-t: not a timeout; use seconds above 0 and up to 3600" },
	{ "a secret with a number before it for a timeout", "h -t 10:hunter2",
	    "!-t: not a state after the colon; use ok, warning, critical, "
	    "unknown or 0 to 3" },
	{ "a unit in a timeout", "h -t 10s",
	    "!-t 10s: not a timeout; use seconds above 0 and up to 3600" },
	{ "a secret for a threshold", "h -w s3cret-words",
	    "!-w: not a range of seconds; use 10, 10:, ~:10, 10:20 or @10:20" },
	{ "a secret with '=' for a threshold", "h -c s3cret=words",
	    "!-c: no such phase; use one of time, dns, connect, tls, greeting, "
	    "ehlo, starttls, auth, envelope, quit or token" },
	{ "a secret for days", "h -D s3cret-words",
	    "!-D: not days; use WARN or WARN,CRIT, such as 30,14" },
	{ "a secret for an address", "h -I s3cret-words",
	    "!-I: not an IP address; names are given with -H" },
	{ "a secret for a pin", "h -S --pin=s3cret-words",
	    "!--pin: not a pin; use sha256// and the base64 of the SHA-256 "
	    "digest of the public key" },
	{ "timeout longest", "h -t 3600", "timeout=3600000000" },
	{ "timeout with bad state", "h -t 5:bad",
	    "!-t 5:bad: not a state after the colon; use ok, warning, "
	    "critical, unknown or 0 to 3" },
	{ "--on", "h --on=dns=unknown --on=slow=2", "on-dns=3 on-slow=2" },
	{ "--on with a list", "h --on=dns=unknown,slow=2,_connect=ok",
	    "on-dns=3 on-slow=2 on-connect=0" },
	{ "--on with a fault in the list", "h --on=dns=unknown,slow",
	    "!--on=slow: not CONDITION=STATE, such as dns=unknown" },
	{ "--on with an empty item", "h --on=dns=unknown,",
	    "!--on=dns=unknown,: a name in the list is empty" },
	{ "--on usage", "h --on=usage=ok",
	    "!--on=usage=ok: usage is always UNKNOWN" },
	{ "--on without state", "h --on=dns",
	    "!--on=dns: not CONDITION=STATE, such as dns=unknown" },
	{ "--on with bad state", "h --on=dns=4",
	    "!--on=dns=4: not a state; use ok, warning, critical, unknown or "
	    "0 to 3" },
	{ "starttls-missing without login", "h -S", "on-starttls-missing=1" },
	{ "starttls-missing with login", "h " CREDS, "on-starttls-missing=2" },
	{ "starttls-missing remapped", "h --on=starttls-missing=critical",
	    "on-starttls-missing=2" },

	/* Output */
	{ "verbosity", "h -v -vv --verbose", "v=4" },
	{ "json", "h --output-format=json", "json=1" },
	{ "text", "h --output-format=json --output-format=text", "json=0" },
	{ "multi-line", "h --output-format=multi-line", "json=0" },
	{ "mp-test-json", "h --output-format=mp-test-json",
	    "!--output-format=mp-test-json: check_smtp's own format is not "
	    "available here; use text, json, "
	    "openmetrics, nagios, icinga2, zabbix or html" },
	{ "unknown format", "h --output-format=xml",
	    "!--output-format=xml: no such format; use text, json, "
	    "openmetrics, nagios, icinga2, zabbix or html" },
	{ "file", "h --output-file=/a/x.prom", "file=/a/x.prom temporary=1" },
	{ "no file", "h", "file=NULL temporary=0" },
	{ "empty file",
	    "h --output-file=", "!--output-file=: the value is empty" },
	{ "perfdata", "h --perfdata=known", "known=1" },
	{ "perfdata bad", "h --perfdata=some",
	    "!--perfdata=some: use all or known" },
	{ "quiet and -q", "h --quiet -q", "quiet=1" },
	{ "-q with a boolean", "-q true -p 1 h", "host=h port=1" },
	{ "-q with another", "-H h -q False -p 1", "host=h port=1" },
	{ "-q with a number", "-q 1 -q 0 h", "host=h" },
	{ "-q with words", "-q yes -q no -q on -q off h", "host=h" },
	{ "-q with an empty word", "-q '' h", "host=h" },
	{ "-q, long, with a boolean", "--ignore-quit-failure true h",
	    "host=h" },
	{ "-q last of a bundle, with a boolean", "-Lq true h",
	    "host=h lmtp=1" },
	{ "-q not last of a bundle", "-qL true", "host=true lmtp=1" },
	{ "-q and the host", "-q truest", "host=truest" },
	{ "-q, end of options, host", "-q -- true", "host=true" },
	{ "-q at the end", "h -q", "host=h" },
	{ "one boolean only", "-q true true", "host=true" },
	/* Many checks */
	{ "batch needs no host", "--batch=b.ini", "batch=b.ini host=NULL" },
	{ "nor a user", "--batch=b.ini -P x --rcpt=a@b", "batch=b.ini" },
	{ "but its words count", "--batch=b.ini -p x",
	    "!-p: not a port; use 1 to 65535 or a service name (a password is "
	    "given with --password-from)" },
	{ "patterns", "--batch=b --only=a,b* --only=c", "only=a,b*,c" },
	{ "empty pattern",
	    "--batch=b --only=", "!--only=: the value is empty" },
	{ "no such list", "--batch=b --list=json",
	    "!--list=json: no such list; use --list or --list=zabbix" },
	{ "none at a time", "--batch=b --parallel=0",
	    "!--parallel=0: not a number of connections; use 1 to 1000" },
	{ "too many at a time", "--batch=b --per-host=1001",
	    "!--per-host=1001: not a number of connections; use 1 to 1000" },
	{ "no time", "--batch=b --run-timeout=0",
	    "!--run-timeout=0: not a timeout; use seconds above 0 and up to "
	    "86400" },
	{ "list of one check", "h --list",
	    "!--list without --batch: it is about many checks; add "
	    "--batch=FILE" },
	{ "one check at a time", "h --parallel=3",
	    "!--parallel without --batch: it is about many checks; add "
	    "--batch=FILE" },
	{ "format of many", "h --output-format=html",
	    "!--output-format=html without --batch: it needs a name for the "
	    "check; add --batch=FILE" },
	{ "help", "--help --bogus -p x", "action=1" },
	{ "version", "-V -h", "action=2" },

	/* Words that are none */
	{ "unknown option", "h --bogus",
	    "!--bogus: no such option; see --help" },
	{ "unknown option with value", "h --bogus=secret",
	    "!--bogus: no such option; see --help" },
	{ "curl's -k", "h -k",
	    "!-k: no such option; did you mean --insecure?" },
	{ "curl's --cacert", "h --cacert=/ca.pem",
	    "!--cacert: no such option; did you mean --ca-file=FILE?" },
	{ "curl's --user", "h --user u:secret",
	    "!--user: no such option; did you mean -U USER and "
	    "--password-from=SOURCE?" },
	{ "curl's -u", "h -u u:secret",
	    "!-u: no such option; did you mean -U USER and "
	    "--password-from=SOURCE?" },
	{ "swaks' --server", "--server m.example",
	    "!--server: no such option; did you mean -H HOST?" },
	{ "swaks' -a", "h -a PLAIN",
	    "!-a: no such option; did you mean -U USER and "
	    "--password-from=SOURCE?" },
	{ "--passwd", "h -U u --passwd=secret",
	    "!--passwd: no such option; did you mean --password-from=SOURCE?" },
	{ "no other program's", "h --userX=1",
	    "!--userX: no such option; see --help" },
	{ "unknown letter", "h -vX", "!-X: no such option; see --help" },
	{ "ambiguous", "h --auth=x",
	    "!--auth: may be short for --authtype, --authuser, --authpass, "
	    "--authzid" },
	{ "value missing", "h -p", "!-p: its PORT is missing" },
	{ "long value missing", "h --port",
	    "!--port: its value is missing; write --port=PORT" },
	{ "value too many", "h --lmtp=x", "!--lmtp: takes no value" },
	{ "no value of a secret", "h -P", "!-P: its SECRET is missing" },
	{ "an option for a secret", "-U bob -P -H h",
	    "!-P: its SECRET is missing before -H" },
	{ "an option for a user", "h -U -P x",
	    "!-U: its USER is missing before -P" },
	{ "a long option for a value", "h -p --ca-file=/x",
	    "!-p: its PORT is missing before --ca-file" },
	{ "an option behind a long one", "h --authpass -4",
	    "!--authpass: its value is missing before -4; "
	    "write --authpass=SECRET" },
	{ "a second name for a value", "h -U --authuser x",
	    "!-U: its USER is missing before --authuser" },
};

static void
test_lines(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < sizeof rows / sizeof rows[0]; i++)
		run_row(&rows[i]);
}

static void
test_long_host(void **state)
{
	char line[300];
	struct row r = { "253 octets", line, "port=25" };

	(void)state;
	memset(line, 'a', sizeof line);
	line[253] = '\0';
	run_row(&r);
	memset(line, 'a', sizeof line);
	line[254] = '\0';
	struct options o;
	struct line l;
	struct err e;

	split(&l, line);
	assert_int_equal(options_parse(&o, l.argc, l.argv, NULL, &e), -1);
	assert_non_null(strstr(e.text, "longer than 253 octets"));
	options_free(&o);
	free_line(&l);
}

/* What is known after an error still serves the first line. */
static void
test_goes_on_after_an_error(void **state)
{
	struct options o;
	struct line l;
	struct err e;

	(void)state;
	split(&l,
	    "--bogus -H h -U u -p 99 -P p --on=dns=ok "
	    "--output-format=json -t x");
	assert_int_equal(options_parse(&o, l.argc, l.argv, NULL, &e), -1);
	assert_string_equal(e.text, "--bogus: no such option; see --help");
	assert_string_equal(o.check.host, "h");
	assert_string_equal(o.check.user, "u");
	assert_int_equal(o.check.port, 99);
	assert_int_equal(o.check.state_of[CONDITION_DNS], STATUS_OK);
	assert_ptr_equal(o.format, &report_json);
	options_free(&o);
	free_line(&l);
}

static void
test_help(void **state)
{
	struct buf b = BUF_INIT(65536);
	const struct option_row *row;
	const char *s;
	char word[64];

	(void)state;
	options_help(&b);
	assert_false(b.failed);
	for (row = options_table.rows; row->name != NULL; row++) {
		snprintf(word, sizeof word, "--%s", row->name);
		assert_non_null(strstr(buf_str(&b), word));
		assert_non_null(row->set);
	}
	for (s = buf_str(&b); *s != '\0'; s += strcspn(s, "\n") + 1)
		if (strcspn(s, "\n") > 80)
			fail_msg("too wide: %.100s", s);
	buf_free(&b);
	options_version(&b, "1.2.3");
	assert_false(b.failed);
	assert_memory_equal(buf_str(&b), "check_smtp_auth 1.2.3\n", 22);
	buf_free(&b);
}

/* check_smtp's options, in both of its spellings. */
static void
test_check_smtp_options(void **state)
{
	static const char *const names[] = { "Hhostname", "eexpect",
		"ccritical", "wwarning", "ttimeout", "pport", "ffrom", "Ffqdn",
		"Aauthtype", "Uauthuser", "Pauthpass", "Ccommand", "Rresponse",
		"vverbose", "Vversion", "4use-ipv4", "6use-ipv6", "hhelp",
		"Llmtp", "sssl", "stls", "Sstarttls", "Dcertificate",
		"qignore-quit-failure", "rproxy" };
	size_t i;

	(void)state;
	for (i = 0; i < sizeof names / sizeof names[0]; i++) {
		assert_non_null(table_find_letter(&options_table, names[i][0]));
		assert_ptr_equal(table_find_letter(&options_table, names[i][0]),
		    table_find_name(&options_table, names[i] + 1));
	}
	assert_non_null(table_find_name(&options_table, "sni"));
	assert_non_null(table_find_name(&options_table, "extra-opts"));
	assert_non_null(table_find_name(&options_table, "output-format"));
	assert_non_null(
	    table_find_name(&options_table, "ignore-certificate-expiration"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_lines),
		cmocka_unit_test(test_long_host),
		cmocka_unit_test(test_goes_on_after_an_error),
		cmocka_unit_test(test_help),
		cmocka_unit_test(test_check_smtp_options),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
