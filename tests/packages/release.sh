#!/bin/sh
# release.sh VERSION FOLDER: "make release" in a clone, in FOLDER, with a key of
# the moment: refused while anything is amiss, and then signed and summed.
version=$1
work=$2
clone=$work/clone
name=check_smtp_auth-$version
GNUPGHOME=$work/gpg
export GNUPGHOME
GIT_CONFIG_GLOBAL=/dev/null
export GIT_CONFIG_GLOBAL

fail() {
	echo "packages: FAILED: make release: $1" >&2
	exit 1
}

in_clone() {
	git -C "$clone" -c user.name=Nobody -c user.email=nobody@test.invalid \
	    -c commit.gpgsign=false "$@" >>"$work/git.log" 2>&1 || {
		cat "$work/git.log"
		fail "git $*"
	}
}

release() {
	make --no-print-directory -C "$clone" release RELEASE_KEY=nobody@test.invalid \
	    >"$work/said" 2>&1
}

trap 'gpgconf --kill gpg-agent' EXIT
mkdir -m 0700 "$GNUPGHOME" || exit 1
gpg --batch --quiet --passphrase '' --quick-gen-key nobody@test.invalid \
    2>"$work/gpg.log" || fail "$(cat "$work/gpg.log")"
git clone -q . "$clone" || fail 'git clone'

! release || fail 'of what is no release'
for words in 'git tag -s v' 'placeholders (check-smtp-auth.example) in: ' \
    'packaging/debian/control' 'CHANGELOG.md calls'; do
	grep -qF "$words" "$work/said" || {
		cat "$work/said"
		fail "does not say \"$words\""
	}
done
[ ! -e "$clone/build/release" ] || fail 'leaves something when it refuses'

(
	cd "$clone" || exit
	sed -i "s/^\(## $version\) (unreleased)/\1 (2026-12-01)/" CHANGELOG.md
	grep -rlF check-smtp-auth.example . --exclude-dir=.git --exclude-dir=tests |
	    grep -v packaging/make-release |
	    xargs sed -i 's/check-smtp-auth\.example/smtp-auth.test/g'
)
in_clone commit -q -a -m 'a release'
in_clone tag -a -m 'a release' "v$version"
# What has no word of it yet.
for change in "s/^pkgver=.*/pkgver=9/ packaging/alpine/APKBUILD" \
    "s/- $version-1\$/- 9-1/ packaging/rpm/check_smtp_auth.spec"; do
	sed -i "${change% *}" "$clone/${change##* }"
	! release || fail "with a wrong ${change##* }"
	grep -q "^make release: .*${change##* }" "$work/said" ||
	    fail "does not name ${change##* }"
	in_clone checkout -q "${change##* }"
done

release || {
	cat "$work/said"
	fail 'refused'
}
cd "$clone/build/release" || exit
sha256sum --quiet -c "$name.sha256" || fail 'a wrong sum'
for file in "$name.tar.gz" "$name.sha256"; do
	gpg --batch --quiet --verify "$file.asc" "$file" 2>"$work/gpg.log" || {
		cat "$work/gpg.log"
		fail "a wrong signature of $file"
	}
done
tar -xzf "$name.tar.gz" || exit
[ "$("$name/packaging/version" "$version")" = "$version" ] ||
    fail "the archive calls itself $("$name/packaging/version" "$version")"
