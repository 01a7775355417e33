#!/bin/sh
# Each folder includes only what is below it:
# base <- smtp, net, secret, plugin <- app <- check_smtp_auth.c; the four in the
# middle never include each other.  Only base/ is left to smtp_client.[ch]
# beside smtp/.
cd "$(dirname "$0")/.." || exit 1
include='^[[:space:]]*#[[:space:]]*include[[:space:]]*'
bad=0

# must_not PATTERN FILE...: the paths that the files may not include
must_not() {
	pattern=$1
	shift
	hits=$(grep -nE "$include\"($pattern)" "$@")
	case $? in
	0) echo "$hits" | sed 's/$/   <- reaches up or sideways/' ;;
	1) return ;;
	esac
	bad=1
}

must_not 'smtp/|net/|secret/|plugin/|app/|smtp_client' src/base/*.[ch]
must_not 'net/|secret/|plugin/|app/|smtp_client' src/smtp/*.[ch]
must_not 'smtp/|secret/|plugin/|app/|smtp_client' src/net/*.[ch]
must_not 'smtp/|net/|plugin/|app/|smtp_client' src/secret/*.[ch]
must_not 'smtp/|net/|secret/|app/|smtp_client' src/plugin/*.[ch]
must_not 'net/|secret/|plugin/|app/' smtp_client.[ch]

# Every include in quotes starts at the root, so that none gets past the above.
strays=$(grep -nE "$include\"" \
    ./*.[ch] src/*/*.[ch] |
    grep -vE '"((base|smtp|net|secret|plugin|app)/[a-z0-9_]+|smtp_client)\.h"')
if [ -n "$strays" ]; then
	echo "$strays" | sed 's/$/   <- not a path from the root/'
	bad=1
fi

exit $bad
