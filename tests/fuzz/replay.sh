#!/bin/sh
# replay.sh PROGRAM...: feed each fuzz target the inputs kept for it in
# tests/fuzz/corpus/TARGET.tar, every one of them.
failed=
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
trap 'exit 1' HUP INT TERM

replay() { # replay PROGRAM NAME: what it says is in $work/output
	archive=tests/fuzz/corpus/$2.tar
	mkdir "$work/$2" && tar -xf "$archive" -C "$work/$2" &&
	    count=$(tar -tf "$archive" | wc -l) &&
	    "$1" "$work/$2" || return 1
	tail -n 1 "$work/output" | grep -q ": $count inputs\$" || {
		echo "$archive holds $count"
		return 1
	}
}

for program; do
	name=$(basename "$program" | sed s/^fuzz_//)
	replay "$program" "$name" >"$work/output" 2>&1 || {
		cat "$work/output" >&2
		failed="$failed $program"
		continue
	}
	tail -n 1 "$work/output"
done
[ -z "$failed" ] || {
	echo "failed:$failed" >&2
	exit 1
}
