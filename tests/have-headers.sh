#!/bin/sh
# have-headers.sh PACKAGES HEADERS COMMAND...: whether the compile command
# finds the headers; if not, which packages to install.
packages=$1
headers=$2
shift 2

command -v "$1" >/dev/null || {
	echo "no C compiler \"$1\"; on Debian: apt-get install gcc libc6-dev" >&2
	exit 1
}
for header in $headers; do
	echo "#include <$header>"
done | "$@" -w -E -x c - >/dev/null || {
	echo "headers are missing; on Debian: apt-get install $packages" >&2
	exit 1
}
