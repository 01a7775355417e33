#!/bin/sh
# check-on.sh [SUITE [TARGET...]]: the README's first two commands, make demo
# and make check, or other targets, for what is committed, on a bare Debian of
# that release that has git and make only; without SUITE: of the one that this
# machine is not.  Needs root, and leave to mount.
#
# It runs in namespaces of its own: however it ends, its processes and mounts
# end with it.  The bare root is kept in build/roots, and what apt fetched; what
# is run in is a copy.
cd "$(dirname "$0")/.." || exit 1
suites='bookworm trixie'
VERSION_CODENAME=
. /etc/os-release
inside=
if [ "$1" = --inside ]; then
	inside=yes
	shift
fi
suite=$1
[ $# = 0 ] || shift
[ $# -gt 0 ] || set -- demo check
[ -n "$suite" ] || case $VERSION_CODENAME in
trixie) suite=bookworm ;;
*) suite=trixie ;;
esac

say() {
	printf 'check-on %s: %s\n' "$suite" "$1"
}

fail() {
	say "$1" >&2
	exit 1
}

case " $suites " in
*" $suite "*) ;;
*) fail "unknown; SUITE= is one of: $suites" ;;
esac
bare=$PWD/build/roots/$suite
root=$bare.run
archives=$bare.archives
packages=git,make
tree=/usr/src/check_smtp_auth
# Whom npm trusts besides, where a proxy shows a certificate of its own.
authorities=/etc/ssl/this-machine.pem

# What apt was told on this machine: where a release of it comes from.
site_of() {
	apt-get indextargets --format '$(SITE) $(RELEASE)' \
	    'Created-By: Packages' 2>/dev/null |
	    awk -v r="$1" '$2 == r { print $1; exit }'
}

# Without a mirror debootstrap knows one.
find_mirrors() {
	mirror=$(site_of "$VERSION_CODENAME")
	updates=$(site_of "$VERSION_CODENAME-updates")
	security=$(site_of "$VERSION_CODENAME-security")
}

in_root() {
	env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LANG=C.UTF-8 \
	    ${TERM:+"TERM=$TERM"} ${CI:+"CI=$CI"} \
	    ${http_proxy:+"http_proxy=$http_proxy"} \
	    ${https_proxy:+"https_proxy=$https_proxy"} \
	    ${no_proxy:+"no_proxy=$no_proxy"} \
	    ${NODE_EXTRA_CA_CERTS:+"NODE_EXTRA_CA_CERTS=$authorities"} chroot "$@"
}

# The system of a root: mount_system ROOT
mount_system() {
	mount -t proc proc "$1/proc" &&
	    mount -t tmpfs -o mode=755 dev "$1/dev" &&
	    mkdir "$1/dev/pts" "$1/dev/shm" &&
	    mount -t devpts -o newinstance,ptmxmode=666,mode=620,gid=5 devpts \
	        "$1/dev/pts" &&
	    mount -t tmpfs -o mode=1777 shm "$1/dev/shm" &&
	    mount --bind "$archives" "$1/var/cache/apt/archives" || return
	for device in null zero full random urandom tty fuse; do
		[ -e "/dev/$device" ] || continue # fuse: its test says so
		: >"$1/dev/$device"
		mount --bind "/dev/$device" "$1/dev/$device" || return
	done
	ln -s pts/ptmx "$1/dev/ptmx"
	ln -s /proc/self/fd "$1/dev/fd"
	for number in 0:stdin 1:stdout 2:stderr; do
		ln -s "fd/${number%:*}" "$1/dev/${number#*:}"
	done
	cp /etc/resolv.conf /etc/hosts "$1/etc/"
}

configure_apt() {
	echo "deb $mirror $suite main" >"$bare/etc/apt/sources.list"
	[ -z "$updates" ] || echo "deb $updates $suite-updates main" \
	    >>"$bare/etc/apt/sources.list"
	[ -z "$security" ] || echo "deb $security $suite-security main" \
	    >>"$bare/etc/apt/sources.list"
	apt-config dump | grep -E '^Acquire::((https?::)?Proxy|Check-(Valid|Date))' \
	    >"$bare/etc/apt/apt.conf.d/90this-machine"
}

make_bare() {
	say 'debootstrap'
	rm -rf --one-file-system "$bare" "$bare.made"
	mkdir -p "$bare" "$archives"
	# shellcheck disable=SC2086 # none, if there is no mirror
	debootstrap --variant=minbase --include="$packages" "$suite" "$bare" \
	    $mirror >"$bare.log" 2>&1 || {
		tail "$bare.log"
		fail 'debootstrap failed'
	}
	mirror=${mirror:-$(awk '/^deb / { print $2; exit }' \
	    "$bare/etc/apt/sources.list")}
	configure_apt
	# Nobody mourns a root that a power failure spoils.
	echo force-unsafe-io >"$bare/etc/dpkg/dpkg.cfg.d/unsafe-io"
	printf '#!/bin/sh\nexit 101\n' >"$bare/usr/sbin/policy-rc.d"
	chmod 755 "$bare/usr/sbin/policy-rc.d"
}

# As a machine of today: its lists, and what security brought.  What breaks off
# while packages change is made anew.
bring_up_to_date() {
	mount_system "$bare" || fail 'cannot mount in the root'
	{
		in_root "$bare" apt-get update -q && rm -f "$bare.made" &&
		    in_root "$bare" apt-get dist-upgrade -y -q &&
		    in_root "$bare" apt-get autoclean -q
	} >"$bare.log" 2>&1 || {
		tail "$bare.log"
		fail 'apt-get failed'
	}
	umount -R "$bare/var/cache/apt/archives" "$bare/dev" "$bare/proc" ||
	    fail 'something holds on to the root'
}

# In the namespaces; what dies with them need not be put back.
inside() {
	find_mirrors
	made="$(cksum <tests/check-on.sh) $mirror $updates $security"
	[ "$(cat "$bare.made" 2>/dev/null)" = "$made" ] || make_bare
	if [ ! -e "$bare.made" ] || [ -n "$(find "$bare.made" -mmin +720)" ]; then
		bring_up_to_date
		echo "$made" >"$bare.made"
	fi
	rm -rf --one-file-system "$root"
	cp -a "$bare" "$root" || exit 1
	# A root of its own, as a test expects that mounts there.
	mount --bind "$root" "$root" || fail 'cannot mount the root'
	mount_system "$root" || fail 'cannot mount in the root'
	[ -z "$NODE_EXTRA_CA_CERTS" ] || {
		mkdir -p "$root${authorities%/*}" &&
		    cp "$NODE_EXTRA_CA_CERTS" "$root$authorities"
	} || exit 1
	git clone -q --no-hardlinks . "$root$tree" || exit 1
	say "make $* at $(git -C "$root$tree" log -1 --format=%h)"
	# One after the other, as they would be typed.
	in_root "$root" sh -c 'cd "$0" || exit
	    for target; do make "$target" || exit; done' "$tree" "$@"
}

if [ -n "$inside" ]; then
	inside "$@"
	exit
fi
[ "$(id -u)" = 0 ] || fail 'needs root'
unshare --mount --ipc --pid --fork mount -t tmpfs check-on /mnt ||
    fail 'needs leave to mount, which this machine does not give'
mkdir -p build/roots
exec 9>"$bare.lock"
flock 9 || exit 1

child=
end() {
	[ -z "$child" ] || kill -KILL "$child" 2>/dev/null
	rm -rf --one-file-system "$root"
}
trap end EXIT
trap 'fail "broken off by a signal"' HUP INT TERM
# In the background, so that a signal is heard; that alone would have it and
# all below it ignore SIGINT.
setpriv --pdeathsig KILL env --default-signal=INT,QUIT \
    unshare --mount --ipc --pid --fork --kill-child \
    sh tests/check-on.sh --inside "$suite" "$@" 9>&- &
child=$!
wait "$child"
code=$?
child=
if [ "$code" = 0 ]; then say passed; else say "FAILED" >&2; fi
exit "$code"
