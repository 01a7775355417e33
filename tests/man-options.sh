#!/bin/sh
# man-options.sh BINARY MANPAGE: whether every option of --help is in the man
# page, with an argument or without, and the other way round.
folder=$(mktemp -d) || exit 1
trap 'rm -rf "$folder"' EXIT
trap 'exit 1' HUP INT TERM

# The words of --help that begin an option's line: "-H, --hostname=HOST".
"$1" --help | sed -nE 's/^ *(-.*)$/\1/p' | sed -E 's/  +.*//' |
    grep -oE '(^|[ ,|])--?[A-Za-z0-9][a-z0-9-]*(\[?=)?' |
    sed -E 's/^[ ,|]//; s/\[?=$/=/' | sort -u >"$folder/help"

# The .It lines of the man page: ".It Fl H , Fl -hostname Ns = Ns Ar HOST".
sed -nE 's/^\.It (Fl .*)$/\1/p' "$2" |
    grep -oE 'Fl -?[A-Za-z0-9][A-Za-z0-9-]*( Ns (= Ns|Op =))?' |
    sed -E 's/^Fl /-/; s/ Ns .*/=/' | sort -u >"$folder/man"

for list in help man; do
	[ "$(wc -l <"$folder/$list")" -gt 20 ] || {
		echo "found hardly an option in the $list" >&2
		exit 1
	}
done
diff -u "$folder/help" "$folder/man" || {
	echo "the options of --help (-) and of $2 (+) differ" >&2
	exit 1
}
