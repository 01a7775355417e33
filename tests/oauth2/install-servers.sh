#!/bin/sh
# install-servers.sh FOLDER: what the tests of smtp-oauth2 ask for tokens and no
# Debian package has: oidc-provider, into FOLDER/node_modules, in the version
# that this Node runs.  Debian's Node and npm are installed if there are none.
cd "$(dirname "$0")/../.." || exit 1
folder=$1
[ -n "$folder" ] || { echo 'install-servers.sh: say where' >&2; exit 1; }

# Other packages of Node bring an npm of their own, which Debian's would expel.
missing=no
for program in node npm; do
	command -v "$program" >/dev/null || missing=yes
done
if [ $missing = yes ]; then
	sh tests/install-packages.sh nodejs npm || exit 1
fi

# 9 needs Node 20; Debian 12 has 18.
if [ "$(node -p 'process.versions.node.split(".")[0]')" -ge 20 ]; then
	version=9.13.3
else
	version=8.8.1
fi

mkdir -p "$folder" || exit 1
folder=$(cd "$folder" && pwd) || exit 1
exec 9>"$folder/lock" && flock 9 || exit 1
have=$(node -p "require('$folder/node_modules/oidc-provider/package.json').version" \
    2>/dev/null)
[ "$have" = "$version" ] && exit 0
rm -rf "$folder/node_modules"
npm install --prefix "$folder" --no-save --no-package-lock --no-audit --no-fund \
    --ignore-scripts --loglevel=error "oidc-provider@$version" 9>&- >&2
