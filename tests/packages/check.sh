#!/bin/sh
# check.sh VERSION ARCHIVED: from the archive of "make dist", which is of the
# version ARCHIVED, and without git "make dist" makes the same archive and "make
# deb" a package that is clean, goes into a fresh Debian, works there, and leaves
# nothing behind; the other packagings build as far as this system can build
# them.  Needs root.
set -e
version=$1
archived=$2
archive=$PWD/build/check_smtp_auth-$archived.tar.gz
work=$(mktemp -d)
root=$work/root
server=
chroot=$(PATH=$PATH:/usr/sbin:/sbin command -v chroot)
# Those of the make that runs this are not for the makes in here.
unset MAKEFLAGS MFLAGS MAKELEVEL

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
	for folder in proc dev/pts dev/shm; do
		umount "$root/$folder" 2>/dev/null || :
	done
	rm -rf --one-file-system "$work"
}
trap clean EXIT
trap 'exit 1' HUP INT TERM

in_root() {
	env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin LANG=C.UTF-8 \
	    DEBIAN_FRONTEND=noninteractive HOME=/root chroot "$root" "$@"
}

in_root_step() { # in_root_step COMMAND, and what it said if it fails
	in_root sh -c "$1" >"$work/step.log" 2>&1 </dev/null || {
		tail "$work/step.log"
		fail "$1"
	}
}

# steps_of CONTAINERFILE NUMBER: run its steps in the fresh Debian.
steps_of() {
	rm -rf "$root/src"
	mkdir "$root/src"
	tar -xzf "$archive" -C "$root/src" --strip-components=1
	sed -n 's/^RUN //p' "$1" >"$work/steps"
	[ "$(wc -l <"$work/steps")" = "$2" ] || fail "$1 has not $2 steps"
	while read -r step; do
		in_root_step "$step"
	done <"$work/steps"
}

# a_login ROOT PROGRAM ARGUMENT...: it logs in there, at our server.
a_login() {
	where=$1
	shift
	answer=$(env -i "$chroot" "$where" "$@" -H mail.example.org -I 127.0.0.1 \
	    -p "$port" -U alice@example.org --password-from=pass:geheim \
	    --ca-file /root.pem) || fail "exit $?: $answer"
	case $answer in
	"SMTP_AUTH OK: alice@example.org logged in with PLAIN over TLSv1.3 at mail.example.org:$port in "*) ;;
	*) fail "it said: $answer" ;;
	esac
	say "$answer" | cut -d '|' -f 1
}

# no_roots ROOT PROGRAM: where there are none, it says so, and what to install.
no_roots() {
	code=0
	answer=$(env -i "$chroot" "$1" "$2" -H mail.example.org -I 127.0.0.1 \
	    -p "$port" -U alice@example.org --password-from=pass:geheim) || code=$?
	[ "$code" = 2 ] || fail "without roots: exit $code: $answer"
	case $answer in
	*'; this machine has no roots in '*"install this machine's roots (the package ca-certificates;"*) ;;
	*) fail "without roots it said: $answer" ;;
	esac
}

# version_of ROOT PROGRAM: it names the commit.
version_of() {
	code=0
	env -i "$chroot" "$1" "$2" -V >"$work/version" || code=$?
	[ "$code" = 3 ] || fail "-V: exit $code"
	grep -qx "check_smtp_auth $archived" "$work/version" ||
	    fail "-V: $(sed 1q "$work/version")"
}

case $archived in
"$version" | "$version"~git*) ;;
*) fail "a snapshot of $version is called $archived" ;;
esac

say 'make dist and make deb without git'
tree=$work/check_smtp_auth-$archived
tar -xzf "$archive" -C "$work"
mkdir "$work/bin"
printf '#!/bin/sh\necho "git: there is none" >&2\nexit 127\n' >"$work/bin/git"
chmod +x "$work/bin/git"
(
	PATH=$work/bin:$PATH
	make -s -C "$tree" dist >"$work/dist.log" || exit
	make -C "$tree" deb >"$work/deb.log" 2>&1 || {
		tail -n 40 "$work/deb.log"
		exit 1
	}
) || fail 'make deb'
mkdir "$work/again"
tar -xzf "$tree/build/check_smtp_auth-$archived.tar.gz" -C "$work/again" \
    --strip-components=1
contents() { # contents FOLDER: names, modes and sums
	(cd "$1" && find . -path ./build -prune -o -type f -printf '%p %m\n' |
	    sort && find . -path ./build -prune -o -type f -print0 | sort -z |
	    xargs -0 sha256sum)
}
contents "$tree" >"$work/contents"
contents "$work/again" | diff "$work/contents" - ||
    fail 'make dist packs something else'
deb=$(echo "$tree"/build/deb/check-smtp-auth_*_*.deb)
[ "$(dpkg-deb -f "$deb" Version)" = "$archived-1" ] ||
    fail "the version of $deb"
dpkg --compare-versions "$archived" le "$version" ||
    fail "$archived sorts behind $version"
dpkg-deb --fsys-tarfile "$deb" | tar -x -C "$work" ./usr/lib/nagios
for program in check_smtp_auth smtp-oauth2; do
	! strings -a "$work/usr/lib/nagios/plugins/$program" | grep -F "$tree" ||
	    fail "$program tells where it was built"
done

say 'make release'
sh tests/packages/release.sh "$version" "$work"

say 'lintian'
# It leaves files in its temporary folder.  The one of Debian 12 does not know
# the newest version of the standards.
TMPDIR=$work lintian --allow-root --pedantic --display-info \
    --suppress-tags newer-standards-version \
    --fail-on error,warning,info,pedantic "$tree"/build/deb/*.changes

say 'rpm'
rpm_tree=$work/rpm
mkdir -p "$rpm_tree/SOURCES"
cp "$archive" "$rpm_tree/SOURCES"
spec=packaging/rpm/check_smtp_auth.spec
# Flags that no other system has, as a distribution has its own.
rpmbuild --nodeps --nocheck --define "_topdir $rpm_tree" \
    --define "version_ $archived" --define 'build_cflags -O2 -DOF_THE_DISTRIBUTION' \
    --define 'build_ldflags -Wl,-O1' -bb "$spec" >"$work/rpm.log" 2>&1 || {
	cat "$work/rpm.log"
	fail 'rpmbuild'
}
# Each file once: what installs has the flags of what builds.
[ "$(grep -c -- '-DOF_THE_DISTRIBUTION.* -c .*check_smtp_auth\.c' "$work/rpm.log")" = 1 ] ||
    fail 'the rpm compiles check_smtp_auth.c more than once, or without the flags'
[ "$(rpmspec -P --define 'build_cflags -DOF_THE_DISTRIBUTION' \
    --define 'build_ldflags -Wl,-O1' "$spec" | tr -d '\\\n' |
    grep -o 'CFLAGS="-DOF_THE_DISTRIBUTION" *LDFLAGS="-Wl,-O1"' | wc -l)" = 3 ] ||
    fail 'a section of the rpm lacks the flags'
rpm_file=$(echo "$rpm_tree"/RPMS/*/nagios-plugins-smtp-auth-[0-9]*.rpm)
rpm -qlp "$rpm_file" >"$work/files"
for file in nagios/plugins nagios/plugins/check_smtp_auth man1/check_smtp_auth.1 \
    nagios/plugins/smtp-oauth2 completions/check_smtp_auth \
    site-functions site-functions/_check_smtp_auth LICENSE \
    check_smtp_auth/icinga2/smtp_auth.conf; do
	grep -q "/$file\(\.gz\)\?\$" "$work/files" || fail "the rpm lacks $file"
done
rpm -qp --requires "$rpm_file" | grep -qx ca-certificates ||
    fail 'the rpm does not require ca-certificates'
[ "$(rpm -qp --qf '%{VERSION} %{URL}' "$rpm_file")" = \
    "$archived https://check-smtp-auth.example" ] ||
    fail 'the version or the URL of the rpm'
rpm -qp --changelog "$rpm_file" | grep -q -- "- $version-1\$" ||
    fail "the changelog of the rpm lacks $version"

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
a_login "$root" /usr/lib/nagios/plugins/check_smtp_auth
[ ! -e "$root/etc/ssl/certs/ca-certificates.crt" ] || fail 'roots are there'
no_roots "$root" /usr/lib/nagios/plugins/check_smtp_auth
version_of "$root" /usr/lib/nagios/plugins/check_smtp_auth
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
steps_of packaging/Containerfile 3
version_of "$root" /installed/usr/bin/check_smtp_auth

say 'the steps of Containerfile.static'
steps_of packaging/Containerfile.static 2
scratch=$work/scratch
mkdir "$scratch"
cp "$root/src/build/static/check_smtp_auth" "$scratch/check_smtp_auth"
size=$(wc -c <"$scratch/check_smtp_auth")
[ "$size" -lt 10000000 ] || fail "the static plugin has $size bytes"
version_of "$scratch" /check_smtp_auth
no_roots "$scratch" /check_smtp_auth
cp "$root/root.pem" "$scratch/root.pem"
a_login "$scratch" /check_smtp_auth
# The file that the image has for roots is where it looks for them.
mkdir -p "$scratch/usr/lib/ssl"
mv "$scratch/root.pem" "$scratch/usr/lib/ssl/cert.pem"
grep -q ' /usr/lib/ssl/cert.pem$' packaging/Containerfile.static ||
    fail 'Containerfile.static puts the roots elsewhere'
env -i "$chroot" --userspec=65534:65534 "$scratch" /check_smtp_auth \
    -H mail.example.org -I 127.0.0.1 -p "$port" -U alice@example.org \
    --password-from=pass:geheim >"$work/answer" ||
    fail "the static plugin said: $(cat "$work/answer")"

# Last: what it installs there would hide what another step lacks.
say 'autopkgtest'
# The folder that it makes in the root has this name, too.
TMPDIR=/tmp autopkgtest --no-built-binaries "$deb" "$tree"/build/deb/*.dsc \
    -- chroot "$root" >"$work/autopkgtest.log" 2>&1 || {
	tail -n 40 "$work/autopkgtest.log"
	fail 'autopkgtest'
}
grep -Eq '^login +PASS' "$work/autopkgtest.log" || fail 'no test of the package ran'
say 'passed'
