#!/bin/sh
# keep.sh TARGET FILE...: add inputs to those that are kept for a fuzz target,
# under the names that they have.  What the same inputs make is the same
# archive, to the byte.  Needs GNU tar.
[ $# -ge 2 ] || {
	echo 'usage: sh tests/fuzz/keep.sh TARGET FILE...' >&2
	exit 2
}
target=$1
shift
here=$(dirname "$0")
archive=$here/corpus/$target.tar
[ -e "$here/fuzz_$target.c" ] || {
	echo "keep: there is no target $target" >&2
	exit 1
}
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
trap 'exit 1' HUP INT TERM
mkdir "$work/kept" || exit 1
[ ! -e "$archive" ] || tar -xf "$archive" -C "$work/kept" || exit 1
for file; do
	name=$(basename "$file")
	case $name in
	.* | *[!A-Za-z0-9._-]*)
		echo "keep: $file: give it a name of letters, digits, . _ -" >&2
		exit 1
		;;
	esac
	[ ! -e "$work/kept/$name" ] || cmp -s "$file" "$work/kept/$name" || {
		echo "keep: $target has another input named $name" >&2
		exit 1
	}
	cp "$file" "$work/kept/$name" || exit 1
done
ls "$work/kept" >"$work/names"
tar -cf "$work/archive" --format=ustar --sort=name --mtime=@0 --mode=0644 \
    --owner=0 --group=0 --numeric-owner -C "$work/kept" -T "$work/names" &&
    mkdir -p "$here/corpus" && cp "$work/archive" "$archive" || exit 1
echo "$archive: $(wc -l <"$work/names") inputs"
