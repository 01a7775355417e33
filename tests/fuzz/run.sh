#!/bin/sh
# run.sh SECONDS PROGRAM...: run each fuzz target for so long, two at a time.
# It begins with tests/fuzz/corpus/TARGET.tar and the seeds, and leaves what is
# new in build/fuzz/corpus.  An input that fails is left in build/fuzz/found.
seconds=$1
shift
mkdir -p build/fuzz/found
printf '%s\n' "$@" | xargs -n 1 -P 2 sh -c '
	name=$(basename "$2" | sed s/^fuzz_//)
	log=build/fuzz/$name.log
	set -- "$1" "$2" "build/fuzz/corpus/$name"
	kept=build/fuzz/kept/$name archive=tests/fuzz/corpus/$name.tar
	rm -rf "$kept" && mkdir -p "$3" "$kept" || exit 1
	[ ! -e "$archive" ] || tar -xf "$archive" -C "$kept" || exit 1
	for folder in "$kept" "build/fuzz/seeds/$name"; do
		[ ! -d "$folder" ] || set -- "$@" "$folder"
	done
	program=$2 seconds=$1
	shift 2
	if "$program" -max_total_time="$seconds" -timeout=20 -max_len=8192 \
	    -rss_limit_mb=2048 -print_final_stats=1 -verbosity=1 \
	    -artifact_prefix="build/fuzz/found/$name-" "$@" >"$log" 2>&1
	then
		echo "$program: $(sed -n "s/^stat::number_of_executed_units: *//p" \
		    "$log") inputs tried"
	else
		tail -n 60 "$log" >&2
		echo "$program: failed; see $log and build/fuzz/found" >&2
		exit 1
	fi' sh "$seconds" || {
	echo 'fuzz: a target failed' >&2
	exit 1
}
