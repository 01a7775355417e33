#!/bin/sh
# static-packages.sh [--complain] CC PKG_CONFIG LIBRARY...: print the Debian
# packages that are missing for those libraries to be built in: pkg-config
# --static knows what each needs in turn, the compiler whether it is there.
# With --complain: say it, and fail, if any is missing.
complain=
if [ "$1" = --complain ]; then
	complain=yes
	shift
fi
cc=$1
pkg_config=$2
shift 2

# shellcheck disable=SC2086 # commands with their arguments
packages=$(for name in $($pkg_config --static --libs-only-l "$@" |
    tr ' ' '\n' | sed -n 's/^-l//p' | sort -u); do
	archive=lib$name.a
	[ "$($cc -print-file-name="$archive")" = "$archive" ] || continue
	case $name in
	dl | m | pthread | rt) ;; # the C library's, which stays shared
	crypto | ssl) echo libssl-dev ;;
	cares) echo libc-ares-dev ;;
	z) echo zlib1g-dev ;;
	brotlicommon | brotlidec | brotlienc) echo libbrotli-dev ;;
	*) echo "lib$name-dev" ;;
	esac
done | sort -u | tr '\n' ' ')
packages=${packages% }

if [ -z "$complain" ]; then
	echo "$packages"
elif [ -n "$packages" ]; then
	echo 'libraries to be built in are missing; on Debian: apt-get install' \
	    "$packages" >&2
	exit 1
fi
