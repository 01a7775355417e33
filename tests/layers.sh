#!/bin/sh
# layers.sh [FOLDER]: who may include and call whom.  The table is the rule;
# README.md has a sentence for each room.  FOLDER (build) holds the objects of
# "make all", in which calls are looked for.  Beside it: no circles, internal.h
# is private to its room, no room holds more than a fifth of the code, only net
# names the headers of c-ares and OpenSSL in a header of its own, and no string
# of the lower rooms names an option or the program.
cd "$(dirname "$0")/.." || exit 1
build=${1:-build}
LC_ALL=C
export LC_ALL
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
trap 'exit 1' HUP INT TERM
bad=0

# ROOM: the rooms, or the headers of a room, that it may include.
cat >"$work/table" <<'TABLE'
base:
net: base
smtp: base
secret: base
plugin: base
cli: base
smtp_client: smtp base
check: net/tls_facts.h net/address.h net/proxy.h smtp secret plugin base
options: check cli net smtp secret plugin base
probe: check smtp_client net smtp secret base
verdict: check net/tls_facts.h net/tls_pin.h net/address.h smtp secret plugin/status.h plugin/range.h base
present: verdict check net/tls_facts.h net/tls_pin.h smtp plugin secret base
run: present verdict probe options cli check smtp_client plugin secret smtp net base
oauth2: cli secret base
signin: oauth2 cli secret base
completion: options/table.h check cli plugin smtp
check_smtp_auth: run base
smtp_oauth2: signin oauth2 cli base
TABLE

complain() { # complain WHAT: what stands in $work/hits, if anything
	[ -s "$work/hits" ] || return
	sed "s|\$|   <- $1|" "$work/hits"
	bad=1
}

files=$(find src completion -name '*.[ch]' | sort; echo ./*.[ch])

# "FILE:LINE HEADER" for each include in quotes.
# shellcheck disable=SC2086 # names without blanks
grep -nE '^[[:space:]]*#[[:space:]]*include[[:space:]]*"' $files |
    sed -E 's|^(\./)?([^:]*:[0-9]+):[^"]*"([^"]*)".*|\2 \3|' >"$work/includes"

# room(FILE), may(FROM, TO): by the table.
cat >"$work/rule.awk" <<'AWK'
function room(file) {
	sub(/^src\//, "", file)
	sub(/:.*/, "", file)
	if (file ~ /\//)
		sub(/\/.*/, "", file)
	else
		sub(/\.[cho]$/, "", file)
	return file
}
function may(from, to) {
	sub(/\.[co]$/, ".h", to)
	return from == room(to) || (from, room(to)) in allowed ||
	    (from, to) in allowed
}
FILENAME == table {
	from = $1
	sub(/:$/, "", from)
	known[from]
	for (i = 2; i <= NF; i++)
		allowed[from, $i]
	next
}
AWK
judge() { # judge PROGRAM FILE: awk with the table at hand
	printf '%s\n' "$1" | cat "$work/rule.awk" - >"$work/program.awk"
	awk -v table="$work/table" -f "$work/program.awk" "$work/table" "$2" \
	    >"$work/hits" || exit 1
}

judge '!(room($1) in known) || ($2 !~ /\// && room($2) == $2) {
		print; next
	}
	!may(room($1), $2)' "$work/includes"
complain 'the table forbids it'

awk '$2 ~ /internal\.h$/ {
	a = $1; b = $2
	sub(/^src\//, "", a); sub(/\/.*/, "", a); sub(/\/.*/, "", b)
	if (a != b && a != "completion") print
}' "$work/includes" >"$work/hits"
complain 'private to its room'

awk '$2 !~ /^[a-z0-9_]+(\/[a-z0-9_]+)?\.h$/' "$work/includes" >"$work/hits"
complain 'not a path from the root'
cut -d ' ' -f 2 "$work/includes" | sort -u | while read -r header; do
	[ -e "src/$header" ] || [ -e "$header" ] || echo "$header"
done >"$work/hits"
complain 'there is no such header'

# Calls, and constants used: what one object needs and another defines.
objects=
for source in $(find src -name '*.c' | sort; echo ./*.c); do
	object=${source#./}
	object=${object%.c}.o
	[ -e "$build/$object" ] || {
		echo "layers: $build/$object is not there; make all first"
		exit 1
	}
	objects="$objects $object"
done
# shellcheck disable=SC2086
(cd "$build" && nm -Ag $objects) | sed 's/:/ /' | awk '
	$2 == "U" || $3 == "w" { need[$1 " " $NF]; next }
	NF == 4 { home[$NF] = $1 }
	END {
		for (n in need) {
			split(n, a, " ")
			if (a[2] in home && home[a[2]] != a[1])
				print a[1], home[a[2]], a[2]
		}
	}' | sed 's|src/||g' | sort >"$work/calls"
judge '!may(room($1), $2)' "$work/calls"
complain 'a call that the table forbids'

# Circles: of calls between files, and of includes between headers.
cut -d ' ' -f 1,2 "$work/calls" | sort -u | tsort 2>"$work/loops" >/dev/null
grep -v 'input contains a loop' "$work/loops" | sed 's/^tsort: //' >"$work/hits"
complain 'takes part in a circle of calls'
sed 's|^src/||; s/:[0-9]*//' "$work/includes" | awk '$1 ~ /\.h$/' |
    tsort 2>"$work/loops" >/dev/null
grep -v 'input contains a loop' "$work/loops" | sed 's/^tsort: //' >"$work/hits"
complain 'takes part in a circle of headers'

# Sizes, in lines.
wc -l $files | awk '
	$2 == "total" { next }
	{
		all += $1
		room = $2
		if (sub(/^src\//, "", room)) { sub(/\/.*/, "", room); size[room] += $1 }
	}
	END { for (r in size) if (size[r] * 5 > all) print r ": " size[r] " of " all " lines" }
' >"$work/hits"
complain 'more than a fifth of the code'

find src completion -name '*.h' ! -path 'src/net/*' -exec \
    grep -nE '#[[:space:]]*include[[:space:]]*<(ares|openssl/)' {} + >"$work/hits"
complain 'belongs to net'

# Not metrics or environment variables, whose names begin the same.
find src/base src/net src/smtp src/plugin smtp_client.c -name '*.[ch]' -exec \
    grep -nE '"[^"]*((^|[^-a-z])--[a-z]|check_smtp_auth|SMTP_AUTH|smtp_auth)' {} + |
    grep -vE ':[0-9]+:#[[:space:]]*include' >"$work/hits"
complain 'names an option or the program'

[ "$bad" = 0 ] && echo "layers: $(wc -l <"$work/includes") includes and $(wc -l <"$work/calls") calls as they should be"
exit "$bad"
