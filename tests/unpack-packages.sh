#!/bin/sh
# unpack-packages.sh FOLDER NAME...: unpack Debian packages into FOLDER, those
# that cannot be installed beside others of their kind, and install the
# libraries that they need.
folder=$1
shift

mkdir -p "$folder" || exit 1
for name; do
	[ -e "$folder/.$name" ] && continue
	download=$(mktemp -d) || exit 1
	trap 'rm -rf "$download"' EXIT
	# The lists may be older than the archive.
	(cd "$download" && chmod 755 . && {
		apt-get download -q "$name" 2>/dev/null ||
		    { apt-get update -q && apt-get download -q "$name"; }
	}) || exit 1
	libraries=$(dpkg-deb -f "$download"/*.deb Depends | tr ',' '\n' |
	    sed -n 's/^ *\(lib[a-z0-9.+-]*\).*/\1/p')
	# shellcheck disable=SC2086 # names without blanks
	sh tests/install-packages.sh $libraries || exit 1
	dpkg-deb -x "$download"/*.deb "$folder" || exit 1
	rm -rf "$download"
	: >"$folder/.$name"
done
