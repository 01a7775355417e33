#!/bin/sh
# replay.sh PROGRAM...: feed each fuzz target the inputs kept for it in
# tests/fuzz/corpus.
failed=
output=$(mktemp) || exit 1
trap 'rm -f "$output"' EXIT
trap 'exit 1' HUP INT TERM
for program; do
	name=$(basename "$program" | sed s/^fuzz_//)
	"$program" "tests/fuzz/corpus/$name" >"$output" 2>&1 || {
		cat "$output" >&2
		failed="$failed $program"
		continue
	}
	tail -n 1 "$output"
done
[ -z "$failed" ] || {
	echo "failed:$failed" >&2
	exit 1
}
