#!/bin/sh
# check.sh VERSION: what "make deb" built is clean, goes into a fresh Debian,
# works there, and leaves nothing behind; the other packagings build as far as
# this system can build them.  Needs root.
set -e
version=$1
deb=$(echo "$PWD"/build/deb/check-smtp-auth_*_*.deb)
work=$(mktemp -d)
root=$work/root
server=

say() {
	printf '%s\n' "packages: $1"
}

fail() {
	say "FAILED: $1" >&2
	exit 1
}

clean() {
	if [ -n "$server" ]; then
		exec 8>&-
		wait "$server" || :
	fi
	umount "$root/proc" 2>/dev/null || :
	rm -rf --one-file-system "$work"
}
trap clean EXIT
trap 'exit 1' HUP INT TERM

in_root() {
	env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin LANG=C.UTF-8 \
	    DEBIAN_FRONTEND=noninteractive HOME=/root chroot "$root" "$@"
}

say 'lintian'
# It leaves files in its temporary folder.  The one of Debian 12 does not know
# the newest version of the standards.
TMPDIR=$work lintian --allow-root --pedantic --display-info \
    --suppress-tags newer-standards-version \
    --fail-on error,warning,info,pedantic build/deb/*.changes

say 'rpm'
rpm_tree=$work/rpm
mkdir -p "$rpm_tree/SOURCES"
cp "build/check_smtp_auth-$version.tar.gz" "$rpm_tree/SOURCES"
rpmbuild --quiet --nodeps --nocheck --define "_topdir $rpm_tree" \
    --define "version_ $version" --define 'optflags -O2' \
    -bb packaging/rpm/check_smtp_auth.spec >"$work/rpm.log" 2>&1 || {
	cat "$work/rpm.log"
	fail 'rpmbuild'
}
rpm -qlp "$rpm_tree"/RPMS/*/nagios-plugins-smtp-auth-[0-9]*.rpm >"$work/files"
for file in nagios/plugins/check_smtp_auth man1/check_smtp_auth.1 \
    completions/check_smtp_auth site-functions/_check_smtp_auth LICENSE \
    share/check_smtp_auth/icinga2/smtp_auth.conf; do
	grep -q "$file" "$work/files" || fail "the rpm lacks $file"
done

say 'APKBUILD'
(
	. packaging/alpine/APKBUILD
	[ "$pkgver" = "$version" ] || fail "APKBUILD has version $pkgver"
	for step in build check package; do
		[ "$(command -v $step)" = $step ] || fail "APKBUILD lacks $step()"
	done
)

say 'a fresh Debian'
. /etc/os-release
mirror=$(apt-get indextargets --format '$(SITE) $(RELEASE)' \
    'Created-By: Packages' | awk -v r="$VERSION_CODENAME" '$2 == r { print $1; exit }')
debootstrap --variant=minbase "$VERSION_CODENAME" "$root" "$mirror" \
    >"$work/debootstrap.log" 2>&1 || {
	tail "$work/debootstrap.log"
	fail 'debootstrap'
}
mount -t proc proc "$root/proc"
for file in resolv.conf hosts; do
	cp "/etc/$file" "$root/etc/$file"
done
printf '#!/bin/sh\nexit 101\n' >"$root/usr/sbin/policy-rc.d"
chmod +x "$root/usr/sbin/policy-rc.d"
# What updates brought that this system builds against.
if ls /etc/apt/sources.list.d/* >/dev/null 2>&1; then
	cp /etc/apt/sources.list.d/* "$root/etc/apt/sources.list.d/"
fi
[ ! -s /etc/apt/sources.list ] || cp /etc/apt/sources.list "$root/etc/apt/"
in_root apt-get update -q >"$work/apt.log" 2>&1 || {
	cat "$work/apt.log"
	fail 'apt-get update'
}
installed() {
	(cd "$root" && find usr -path usr/share/doc -prune -o -print | sort)
}
libraries=$(dpkg-deb -f "$deb" Depends | tr ',' '\n' | awk '{ print $1 }')
case $libraries in
*libssl*) ;;
*) fail "depends on: $libraries" ;;
esac
# shellcheck disable=SC2086 # names without blanks
in_root apt-get install -y -q --no-install-recommends $libraries \
    >>"$work/apt.log" 2>&1
installed >"$work/before"
cp "$deb" "$root/plugin.deb"
in_root apt-get install -y -q --no-install-recommends /plugin.deb \
    >>"$work/apt.log" 2>&1 || {
	tail "$work/apt.log"
	fail 'installing'
}

say 'a check there'
mkdir "$work/ca"
mkfifo "$work/input" "$work/output"
PYTHONDONTWRITEBYTECODE=1 /usr/bin/python3 tests/packages/server.py \
    "$work/ca" <"$work/input" >"$work/output" &
server=$!
exec 8>"$work/input"
read -r port <"$work/output"
cp "$work/ca/root.pem" "$root/root.pem"
run() {
	in_root /usr/lib/nagios/plugins/check_smtp_auth "$@"
}
answer=$(run -H mail.example.org -I 127.0.0.1 -p "$port" -U alice@example.org \
    --password-from=pass:geheim --ca-file /root.pem) || fail "exit $?: $answer"
case $answer in
"SMTP_AUTH OK: alice@example.org logged in with PLAIN over TLSv1.3 at mail.example.org:$port in "*) ;;
*) fail "it said: $answer" ;;
esac
say "$answer" | cut -d '|' -f 1
code=0
run -V >"$work/version" || code=$?
[ "$code" = 3 ] || fail "-V: exit $code"
grep -qx "check_smtp_auth $version" "$work/version" || fail '-V'
for file in share/man/man1/check_smtp_auth.1.gz \
    share/bash-completion/completions/check_smtp_auth \
    share/zsh/vendor-completions/_check_smtp_auth; do
	in_root dpkg -L check-smtp-auth | grep -qx "/usr/$file" || fail "no $file"
done
commands=/etc/nagios-plugins/config/smtp_auth.cfg
dpkg-deb --ctrl-tarfile "$deb" | tar -xO ./conffiles | grep -qx "$commands" ||
    fail "$commands is no conffile"
dpkg-deb --fsys-tarfile "$deb" | tar -tv >"$work/modes"
for file in ".$commands" \
    ./usr/share/doc/check-smtp-auth/examples/icinga2/smtp_auth.conf \
    ./usr/share/doc/check-smtp-auth/examples/icinga2/director-basket.json; do
	grep -q "^-rw-r--r-- root/root .* $file$" "$work/modes" || fail "no $file"
done
in_root apt-get purge -y -q check-smtp-auth >>"$work/apt.log" 2>&1
installed >"$work/after"
cmp "$work/before" "$work/after" || fail 'it left something behind'

say 'the steps of the Containerfile'
mkdir "$root/src"
git archive HEAD | tar -x -C "$root/src"
sed -n 's/^RUN //p' packaging/Containerfile >"$work/steps"
[ "$(wc -l <"$work/steps")" = 3 ] || fail 'three steps are known here'
while read -r step; do
	in_root sh -c "$step" >"$work/step.log" 2>&1 </dev/null || {
		tail "$work/step.log"
		fail "$step"
	}
done <"$work/steps"
code=0
in_root /installed/usr/bin/check_smtp_auth -V >"$work/version" || code=$?
[ "$code" = 3 ] || fail "the container's -V: exit $code"
say 'passed'
