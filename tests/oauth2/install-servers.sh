#!/bin/sh
# install-servers.sh FOLDER: what the tests of smtp-oauth2 ask for tokens and no
# Debian package has: oidc-provider, into FOLDER/node_modules, in the version
# that this Node runs.
cd "$(dirname "$0")/../.." || exit 1
folder=$1
[ -n "$folder" ] || { echo 'install-servers.sh: say where' >&2; exit 1; }

command -v node >/dev/null || sh tests/install-packages.sh nodejs npm || exit 1

# 9 needs Node 20; Debian 12 has 18.
if [ "$(node -p 'process.versions.node.split(".")[0]')" -ge 20 ]; then
	version=9.13.3
else
	version=8.8.1
fi
sh tests/install-npm.sh "$folder" "oidc-provider@$version"
