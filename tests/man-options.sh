#!/bin/sh
# man-options.sh BINARY MANPAGE: whether --help and the man page have the same
# groups with the same options, with an argument or without, in the same
# order, and --help fits 80 columns.
folder=$(mktemp -d) || exit 1
trap 'rm -rf "$folder"' EXIT
trap 'exit 1' HUP INT TERM

"$1" --help >"$folder/text"

# "Target:", and under it "  -H, --hostname=HOST          server name".
awk '/^[A-Z][A-Za-z ]*:$/ { sub(/:$/, ""); print "# " $0 }
/^(  |      )-/ {
	sub(/^ +/, "")
	sub(/   *.*/, "")
	count = split($0, names, ", ")
	for (i = 1; i <= count; i++) {
		sub(/\[?=.*/, "=", names[i])
		printf "%s%s", names[i], i < count ? " " : "\n"
	}
}' "$folder/text" >"$folder/help"

# ".Ss Target", and under it ".It Fl H Ar HOST , Fl -hostname Ns = Ns Ar HOST".
awk '/^\.Sh / { described = $2 == "DESCRIPTION" }
described && /^\.Ss / { sub(/^\.Ss /, ""); print "# " $0 }
described && /^\.It Fl / {
	line = ""
	count = split(substr($0, 5), parts, " , ")
	for (i = 1; i <= count; i++)
		if (split(parts[i], words, " ") && words[1] == "Fl")
			line = line " -" words[2] \
			    (parts[i] ~ /^Fl [^ ]+ Ns (= Ns|Op =)/ ? "=" : "")
	print substr(line, 2)
}' "$2" >"$folder/man"

for list in help man; do
	[ "$(grep -c '^-' "$folder/$list")" -gt 40 ] &&
	    [ "$(grep -c '^#' "$folder/$list")" -gt 4 ] || {
		echo "found hardly an option or a group in the $list" >&2
		exit 1
	}
done
diff -u "$folder/help" "$folder/man" || {
	echo "the options of --help (-) and of $2 (+) differ" >&2
	exit 1
}
awk 'length > 80 { print "wider than 80 columns: " $0; bad = 1 }
END { exit bad }' "$folder/text" >&2
