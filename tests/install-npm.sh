#!/bin/sh
# install-npm.sh FOLDER NAME@VERSION...: what the tests need and no Debian
# package has, from npm, into FOLDER/node_modules.  Debian's Node and npm are
# installed if there are none.
folder=$1
shift

# Other packages of Node bring an npm of their own, which Debian's would expel.
{ command -v node && command -v npm; } >/dev/null ||
    sh tests/install-packages.sh nodejs npm || exit 1

mkdir -p "$folder" || exit 1
folder=$(cd "$folder" && pwd) || exit 1
exec 9>"$folder/lock" && flock 9 || exit 1
complete=yes
for wanted; do
	have=$(node -p "require('$folder/node_modules/${wanted%@*}/package.json').version" \
	    2>/dev/null)
	[ "$have" = "${wanted##*@}" ] || complete=no
done
[ $complete = no ] || exit 0
rm -rf "$folder/node_modules"
npm install --prefix "$folder" --no-save --no-package-lock --no-audit --no-fund \
    --ignore-scripts --omit=optional --loglevel=error "$@" 9>&- >&2
