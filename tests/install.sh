#!/bin/sh
# install.sh MAKE VERSION: what "make install" puts where.  The programs tell
# their commit and not where they were built; "install -s" strips them and
# leaves the rest alone; and nothing that was built is run, as it could not be
# where one system builds for another.
make=$1
version=$2
cd "$(dirname "$0")/.." || exit 1
root=$(mktemp -d) || exit 1
trap 'rm -rf "$root"' EXIT
trap 'exit 1' HUP INT TERM
LC_ALL=C
export LC_ALL
bad=0

fault() {
	echo "make $1" >&2
	bad=1
}

put() { # put HOW...: into a folder of that name
	# shellcheck disable=SC2086 # a command with its arguments
	$make -s "$@" DESTDIR="$root/$1${2:+-s}" PREFIX=/usr PLUGINDIR=/plugins || exit 1
}

put install
put install-strip
put install INSTALL='install -s'

expected=$(packaging/version "$version")
for program in check_smtp_auth smtp-oauth2; do
	plain=$root/install/plugins/$program
	[ "$("$plain" -V | sed 1q)" = "$program $expected" ] ||
	    fault "install: $program -V does not say $expected"
	! grep -qF "$PWD" "$plain" ||
	    fault "install: $PWD stands in $program"
	readelf -SW "$plain" | grep -q '\.debug_info' ||
	    fault "install: $program is stripped"
	for how in install-strip install-s; do
		! readelf -SW "$root/$how/plugins/$program" |
		    grep -Eq '\.(debug_info|symtab)' ||
		    fault "$how: $program is not stripped"
	done
done
for how in install-strip install-s; do
	diff -r "$root/install/usr" "$root/$how/usr" ||
	    fault "$how: not what \"make install\" puts there"
done
for file in bash-completion/completions zsh/site-functions; do
	[ -s "$(echo "$root/install/usr/share/$file"/*check_smtp_auth)" ] ||
	    fault "install: no $file"
done

# shellcheck disable=SC2086
$make -n -B all install DESTDIR="$root" >"$root/commands" || exit 1
grep -q "install.*completion/_check_smtp_auth" "$root/commands" ||
    fault 'install: completion is not installed'
! grep -E '(^|[;&|(])[[:space:]]*(build/|\./build/)' "$root/commands" ||
    fault 'install: runs what it built'

[ "$bad" != 0 ] || echo 'install: as it should be'
exit "$bad"
