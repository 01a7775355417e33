#!/bin/sh
# compiler-knows.sh FILE WITHOUT CC...: print those hardening flags that the
# compiler and the linker know, but for WITHOUT, and keep them in FILE:
#   compile:FLAG... link:FLAG... fortify:FLAG... path:FLAG end
# Without a compiler that can make a program none is printed and nothing kept.
file=$1
without=$2
shift 2

# Kept for this compiler in this version, and for this list.
key="$* / $without / $(cksum <"$0") / $("$@" --version 2>/dev/null | sed 1q)"
if [ -e "$file" ]; then
	{ read -r first && read -r second; } <"$file"
	[ "$first" != "$key" ] || {
		echo "$second"
		exit
	}
fi

program=$(mktemp) || exit 1
trap 'rm -f "$program"' EXIT
trap 'exit 1' HUP INT TERM

# knows CC... FLAG...
knows() {
	echo 'int main(void) { return 0; }' | "$@" -O2 -fPIE -include stdlib.h \
	    -Werror -x c - -o "$program" 2>/dev/null
}

knows "$@" || {
	echo end
	exit
}

known=compile:-fPIE
for flag in -fstack-protector-strong -fstack-clash-protection -fcf-protection \
    -ftrivial-auto-var-init=zero; do
	[ "$flag" != "$without" ] && knows "$@" "$flag" && known="$known compile:$flag"
done
for flag in -pie -Wl,-z,relro -Wl,-z,now -Wl,--as-needed; do
	knows "$@" "$flag" && known="$known link:$flag"
done
knows "$@" -ffile-prefix-map=/a=. && known="$known path:-ffile-prefix-map"
level=2
knows "$@" -U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=3 && level=3
known="$known fortify:-U_FORTIFY_SOURCE fortify:-D_FORTIFY_SOURCE=$level end"

echo "$known"
mkdir -p "${file%/*}" && printf '%s\n' "$key" "$known" >"$file.$$" &&
    mv "$file.$$" "$file"
