#!/bin/sh
# install-packages.sh NAME...: install those of the Debian packages that are
# missing, and keep their daemons from starting.  Elsewhere: say what is
# needed, and fail unless it is there.
policy=/usr/sbin/policy-rc.d
saved=$policy.saved-by-check_smtp_auth
marker='# check_smtp_auth: for the time of an installation'

# Debian's name for it: what shows that it is there, on any system.
is_there() {
	case $1 in
	gcc) command -v cc || command -v gcc ;;
	libc6-dev) has_header stdio.h ;;
	gcc-multilib) echo "int x;" | cc -m32 -c -x c -o /dev/null - ;;
	qemu-user) command -v qemu-i386 ;;
	libssl-dev) has_header openssl/ssl.h ;;
	libc-ares-dev) has_header ares.h ;;
	libcurl4-openssl-dev) has_header curl/curl.h ;;
	libjansson-dev) has_header jansson.h ;;
	zlib1g-dev) has_header zlib.h ;;
	libzstd-dev) has_header zstd.h ;;
	libcmocka-dev) has_header 'stdarg.h stddef.h setjmp.h stdint.h cmocka.h' ;;
	pkgconf) command -v pkg-config || command -v pkgconf ;;
	python3) [ -x /usr/bin/python3 ] ;;
	python3-authlib) has_module authlib ;;
	python3-flask) has_module flask ;;
	python3-pytest) has_module pytest ;;
	python3-pytest-xdist) has_module xdist ;;
	python3-cryptography) has_module cryptography ;;
	python3-dnspython) has_module dns ;;
	python3-jwt) has_module jwt ;;
	python3-jsonschema) has_module jsonschema ;;
	python3-prometheus-client) has_module prometheus_client ;;
	prometheus) command -v promtool ;;
	prometheus-node-exporter)
		command -v prometheus-node-exporter || command -v node_exporter ;;
	python3-matplotlib) has_module matplotlib ;;
	libnet-ssleay-perl) perl -MNet::SSLeay -e 1 ;;
	monitoring-plugins-basic) [ -x /usr/lib/nagios/plugins/check_smtp ] ;;
	ca-certificates) [ -d /etc/ssl/certs ] ;;
	dovecot-core) PATH=$PATH:/usr/sbin:/sbin command -v dovecot ;;
	dovecot-lmtpd) [ -x /usr/lib/dovecot/lmtp ] || [ -x /usr/libexec/dovecot/lmtp ] ;;
	libgsasl18) has_library libgsasl.so.18 ;;
	sasl2-bin) PATH=$PATH:/usr/sbin:/sbin command -v saslpasswd2 ;;
	libsasl2-modules) ls /usr/lib/*/sasl2/libscram.so /usr/lib*/sasl2/libscram.so ;;
	influxdb) PATH=$PATH:/usr/sbin:/sbin command -v influxd ;;
	icinga2-bin) PATH=$PATH:/usr/sbin:/sbin command -v icinga2 ;;
	icingaweb2-module-director)
		[ -d /usr/share/icingaweb2/modules/director ] ;;
	nagios4-common) id nagios ;; # the user that the tests' files belong to
	nagios4-core) PATH=$PATH:/usr/sbin:/sbin command -v nagios4 ;;
	nagios-nrpe-server) PATH=$PATH:/usr/sbin:/sbin command -v nrpe ;;
	nagios-nrpe-plugin) [ -x /usr/lib/nagios/plugins/check_nrpe ] ;;
	php-cli) command -v php ;;
	php-cgi | util-linux) : ;; # for Debian's sake
	php-pgsql) php -r 'exit(extension_loaded("pgsql") ? 0 : 1);' ;;
	postgresql) ls /usr/lib/postgresql/*/bin/postgres ;;
	python3-yaml) has_module yaml ;;
	systemd) command -v systemd-analyze ;;
	zabbix-agent) PATH=$PATH:/usr/sbin:/sbin command -v zabbix_agentd ;;
	zabbix-agent2) PATH=$PATH:/usr/sbin:/sbin command -v zabbix_agent2 ;;
	zabbix-frontend-php) [ -e /usr/share/zabbix/api_jsonrpc.php ] ;;
	zabbix-sender) command -v zabbix_sender ;;
	zabbix-server-pgsql) PATH=$PATH:/usr/sbin:/sbin command -v zabbix_server ;;
	elfutils) command -v eu-strip ;; # for rpmbuild
	postfix) PATH=$PATH:/usr/sbin:/sbin command -v postfix ;;
	*) command -v "$1" ;;
	esac >/dev/null 2>&1
}

has_header() {
	for header in $1; do
		echo "#include <$header>"
	done | cc -fsyntax-only -x c -
}

has_module() {
	/usr/bin/python3 -c "import $1"
}

has_library() {
	PATH=$PATH:/usr/sbin:/sbin ldconfig -p | grep -qF "$1 "
}

is_installed() {
	[ "$(dpkg-query -W -f '${db:Status-Status}' "$1" 2>/dev/null)" = installed ]
}

# Put the administrator's policy back, be it a file, a link, or none.
restore_policy() {
	if [ -e "$saved" ] || [ -L "$saved" ]; then
		mv -f "$saved" "$policy"
	elif grep -qsxF "$marker" "$policy"; then
		rm -f "$policy"
	fi
}

# Also mends what a run left behind that was killed outright.
forbid_daemons() {
	restore_policy
	trap restore_policy EXIT
	trap 'exit 1' HUP INT TERM
	if [ -e "$policy" ] || [ -L "$policy" ]; then
		mv "$policy" "$saved" || exit 1
	fi
	printf '#!/bin/sh\n%s\nexit 101\n' "$marker" >"$policy" &&
	    chmod 755 "$policy" || exit 1
}

install_packages() {
	apt-get install -y -q --no-install-recommends \
	    -o DPkg::Lock::Timeout=300 "$@" 9>&-
}

# The daemons that systemd starts with the machine.
enabled() {
	find /etc/systemd/system/multi-user.target.wants -name '*.service' \
	    2>/dev/null | sort
}

has_lists() {
	for list in /var/lib/apt/lists/*_Packages*; do
		[ -e "$list" ] && return
	done
	return 1
}

missing=
if command -v dpkg-query >/dev/null && command -v apt-get >/dev/null; then
	for name; do
		is_installed "$name" || missing="$missing $name"
	done
	[ -n "$missing" ] || exit 0
else
	for name; do
		is_there "$name" || missing="$missing $name"
	done
	[ -n "$missing" ] || exit 0
	echo "needed, by Debian's names:$missing" >&2
	echo 'Install them with the package manager of this system.' >&2
	exit 1
fi

[ "$(id -u)" = 0 ] || {
	echo 'packages are missing, and to install them needs root:' >&2
	echo "  apt-get install$missing" >&2
	exit 1
}

# One at a time, or two runs would save each other's policy.
exec 9</usr/sbin || exit 1
flock 9 || exit 1
forbid_daemons

export DEBIAN_FRONTEND=noninteractive
case "$missing " in
*' postfix '*)
	echo 'postfix postfix/main_mailer_type select No configuration' |
	    debconf-set-selections || exit 1
	;;
esac

echo "installing$missing"
before=$(enabled)
has_lists || apt-get update -q 9>&-
# shellcheck disable=SC2086 # names without blanks
install_packages $missing || {
	apt-get update -q 9>&- && install_packages $missing
} || {
	echo "could not install$missing" >&2
	exit 1
}
added=$(enabled | grep -vxF "$before" | sed 's|.*/||; s|\.service$||')
# shellcheck disable=SC2086 # names without blanks
[ -z "$added" ] || echo 'These start at the next boot; if they should not:' \
    systemctl disable $added
