#!/bin/sh
# hardening.sh CC MAKE FOLDER: install the plugin that is built in FOLDER into
# one of its own and look whether it is built as hard as the compiler can.
cc=$1
make=$2
folder=$3
cd "$(dirname "$0")/.." || exit 1
root=$(mktemp -d) || exit 1
trap 'rm -rf "$root"' EXIT
trap 'exit 1' HUP INT TERM

$make -s install DESTDIR="$root" PREFIX=/usr PLUGINDIR=/plugins || exit 1
binary=$root/plugins/check_smtp_auth
LC_ALL=C
export LC_ALL
readelf -hldnsW "$binary" >"$root/all" || exit 1
bad=0

fault() {
	echo "$folder/check_smtp_auth: $1" >&2
	bad=1
}

has() { # has PATTERN WHAT
	grep -Eq "$1" "$root/all" || fault "$2"
}

lacks() {
	! grep -Eq "$1" "$root/all" || fault "$2"
}

has 'Type: +DYN' 'not position independent'
has 'Flags:.* PIE' 'not position independent (DF_1_PIE)'
has 'GNU_RELRO' 'no RELRO'
has 'BIND_NOW' 'RELRO is not full: it binds lazily'
has 'GNU_STACK .* RW +0x' 'no mark that the stack is not executable'
lacks 'GNU_STACK .*RWE' 'executable stack'
lacks ' LOAD .* RWE ' 'a segment is writable and executable'
lacks '\((RPATH|RUNPATH)\)' 'RPATH or RUNPATH'
lacks 'TEXTREL' 'text relocations'
has '__stack_chk_fail' 'no stack protector'
has '__(mem|str|v?snprintf|read)[a-z]*_chk' 'no fortified function'

# Nothing is linked but these; with STATIC=1 the C library only.
expected='libc.so.6 libcares.so.2 libcrypto.so.3 libssl.so.3 '
[ "$folder" != build/static ] || expected='libc.so.6 '
libraries=$(sed -n 's/.*(NEEDED).*\[\(.*\)\]/\1/p' "$root/all" | sort |
    tr '\n' ' ')
[ "$libraries" = "$expected" ] || fault "needs other libraries: $libraries"

# Of all that the compiler and the linker know, nothing got lost on the way.
echo 'int main(void) { return 0; }' >"$root/t.c"
used() { # used LINE FLAG: line 1 of the commands compiles, line 2 links
	$cc -Werror "$2" -o "$root/t" "$root/t.c" 2>/dev/null || return
	sed -n "$1p" "$folder/flags" | grep -qF -e " $2 " ||
	    fault "line $1 of $folder/flags lacks $2, which $cc knows"
}
for flag in -fPIE -fstack-protector-strong -fstack-clash-protection \
    -fcf-protection -ftrivial-auto-var-init=zero; do
	used 1 "$flag"
done
for flag in -pie -Wl,-z,relro -Wl,-z,now -Wl,--as-needed; do
	used 2 "$flag"
done

# Flags that leave no trace in the file, but in what was recorded for debuggers.
flags=$(readelf --debug-dump=info "$binary" 2>/dev/null |
    grep -m 1 'DW_AT_producer.*check\|DW_AT_producer.*GNU C11')
for flag in -fstack-protector-strong -fstack-clash-protection \
    -fcf-protection -ftrivial-auto-var-init=zero; do
	$cc -Werror "$flag" -o "$root/t" "$root/t.c" 2>/dev/null || continue
	case $flags in
	*"$flag"*) ;;
	*) fault "built without $flag, which $cc knows" ;;
	esac
done

# Each of our objects is ready for IBT and the shadow stack; the linker keeps
# the mark only if the C library's start files carry it, too.
if $cc -fcf-protection -o "$root/t" "$root/t.c" 2>/dev/null &&
    readelf -n "$root/t" | grep -q 'IBT, SHSTK'; then
	has 'IBT, SHSTK' 'lost the mark for IBT and the shadow stack'
fi
if $cc -fcf-protection -c -o "$root/t.o" "$root/t.c" 2>/dev/null &&
    readelf -n "$root/t.o" 2>/dev/null | grep -q 'IBT, SHSTK'; then
	for object in *.c src/*/*.c; do
		object=$folder/${object%.c}.o
		readelf -n "$object" | grep -q 'IBT, SHSTK' ||
		    fault "$object is not marked for IBT and the shadow stack"
	done
fi
[ "$bad" = 0 ] && echo "hardening of $folder: as it should be"
exit "$bad"
