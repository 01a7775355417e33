#!/bin/sh
# unit.sh [--under COMMAND] PROGRAM...: run the unit tests one after the other.
# With CI=true a skipped test is a failure.
under=
if [ "$1" = --under ]; then
	under=$2
	shift 2
fi
[ $# -gt 0 ] || {
	echo 'there are no unit tests' >&2
	exit 1
}

output=$(mktemp) || exit 1
trap 'rm -f "$output"' EXIT
trap 'exit 1' HUP INT TERM

failed=
for program; do
	echo "$program"
	# shellcheck disable=SC2086 # a command with its arguments
	$under "$program" >"$output" 2>&1 || failed="$failed $program"
	cat "$output"
	if [ "$CI" = true ] && grep -q '^\[  SKIPPED \]' "$output"; then
		failed="$failed $program(skipped)"
	fi
done
[ -z "$failed" ] || {
	echo "failed:$failed" >&2
	exit 1
}
