#!/bin/sh
# narrow.sh CC: dates on a machine whose time_t has 32 bits, which amd64 can
# stand in for, by itself or, if its kernel runs no such programs, by qemu.
# Elsewhere it says so and is content.
cd "$(dirname "$0")/.." || exit 1
case $(uname -m) in
x86_64) ;;
*)
	echo 'narrow: only amd64 runs programs of 32 bits; not looked at'
	exit 0
	;;
esac
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
trap 'exit 1' HUP INT TERM
# shellcheck disable=SC2086 # a command with its arguments
$1 -m32 -static -std=c11 -D_GNU_SOURCE -I. -Isrc -Wall -Wextra -Wconversion -Werror \
    -O2 -o "$work/dates" tests/narrow/dates.c src/base/date.c src/base/text.c \
    src/check/trust.c || {
	echo 'narrow: cannot build for 32 bits; apt-get install gcc-multilib' >&2
	exit 1
}
run=
"$work/dates" >/dev/null 2>&1
if [ $? = 126 ]; then
	sh tests/install-packages.sh qemu-user || exit 1
	run=qemu-i386
fi
$run "$work/dates" && echo 'narrow: dates beyond 2038 are right in 32 bits'
