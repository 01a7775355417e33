#!/bin/sh
# unit.sh [--under COMMAND] PROGRAM...: run the unit tests, as many at a time as
# there are processors; what each says stays together.  With CI=true a skipped
# test is a failure.
UNDER=
if [ "$1" = --under ]; then
	UNDER=$2
	shift 2
fi
[ $# -gt 0 ] || {
	echo 'there are no unit tests' >&2
	exit 1
}

OUTPUTS=$(mktemp -d) || exit 1
trap 'rm -rf "$OUTPUTS"' EXIT
trap 'exit 1' HUP INT TERM
export UNDER OUTPUTS

# shellcheck disable=SC2016 # expanded there
printf '%s\n' "$@" | xargs -n 1 -P "$(nproc)" sh -c '
	output=$(mktemp -p "$OUTPUTS")
	echo "$1" >"$output"
	verdict=passed
	# shellcheck disable=SC2086 # a command with its arguments
	$UNDER "$1" >>"$output" 2>&1 || verdict=failed
	if [ "$CI" = true ] && grep -q "^\[  SKIPPED \]" "$output"; then
		verdict="failed (skipped)"
	fi
	cat "$output"
	echo "$1" >>"$OUTPUTS/$verdict"
' sh

failed=$(cat "$OUTPUTS"/failed* 2>/dev/null | tr '\n' ' ')
[ -z "$failed" ] || {
	echo "failed: $failed" >&2
	exit 1
}
# Nothing is lost on the way.
[ "$(wc -l <"$OUTPUTS/passed")" = $# ]
