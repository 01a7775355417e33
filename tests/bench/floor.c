/*
 * floor.c - what one check costs at least: a login over STARTTLS in straight
 * lines, chain and name verified, no deadline, no messages, no options.
 * What the plugin costs is told in units of this, so that a new OpenSSL does
 * not matter.
 *
 *   floor PORT CA-FILE NAME USER PASSWORD [COUNT]
 *
 * With COUNT so many logins, one after the other, with one context: what each
 * of a batch costs at least.
 */

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <openssl/evp.h>
#include <openssl/ssl.h>

static int fd;
static SSL *ssl;

static void
need(int ok, const char *what)
{
	if (ok)
		return;
	fprintf(stderr, "floor: %s\n", what);
	exit(2);
}

static void
say(const char *line)
{
	int len = (int)strlen(line);

	if (ssl != NULL)
		need(SSL_write(ssl, line, len) == len, "write");
	else
		need(write(fd, line, (size_t)len) == len, "write");
}

/* Up to the last line of the reply, which begins with code and a blank. */
static void
hear(const char *code)
{
	static char text[4096];
	int used = 0, n;
	char *last;

	do {
		n = (int)sizeof text - 1 - used;
		n = ssl != NULL ? SSL_read(ssl, text + used, n)
				: (int)read(fd, text + used, (size_t)n);
		need(n > 0, "read");
		used += n;
		text[used] = '\0';
		for (last = text + used - 1; last > text && last[-1] != '\n';)
			last--;
	} while (text[used - 1] != '\n' || last[3] != ' ');
	need(strncmp(last, code, 3) == 0, text);
}

static void
dial(const char *port)
{
	struct sockaddr_in sin = { .sin_family = AF_INET,
		.sin_port = htons((uint16_t)atoi(port)),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	const int on = 1;

	fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
	need(connect(fd, (struct sockaddr *)&sin, sizeof sin) == 0, "connect");
}

static void
shake(const char *ca_file, const char *name)
{
	static SSL_CTX *ctx;

	if (ctx == NULL) {
		ctx = SSL_CTX_new(TLS_client_method());
		need(ctx != NULL, "SSL_CTX_new");
		SSL_CTX_set_min_proto_version(ctx, TLS1_2_VERSION);
		need(SSL_CTX_load_verify_locations(ctx, ca_file, NULL) == 1,
		    ca_file);
		SSL_CTX_set_verify(ctx, SSL_VERIFY_PEER, NULL);
	}
	ssl = SSL_new(ctx);
	need(SSL_set_fd(ssl, fd) == 1 && SSL_set1_host(ssl, name) == 1 &&
		SSL_set_tlsext_host_name(ssl, name) == 1 &&
		SSL_connect(ssl) == 1,
	    "handshake");
}

static void
log_in(const char *user, const char *password)
{
	char plain[256], line[512] = "AUTH PLAIN ";
	int len =
	    snprintf(plain, sizeof plain, "%c%s%c%s", 0, user, 0, password);

	need(len < (int)sizeof plain, "credentials");
	len = EVP_EncodeBlock(
	    (unsigned char *)line + 11, (unsigned char *)plain, len);
	strcpy(line + 11 + len, "\r\n");
	say(line);
	hear("235");
}

static void
check(char **argv)
{
	dial(argv[1]);
	hear("220");
	say("EHLO probe.example.org\r\n");
	hear("250");
	say("STARTTLS\r\n");
	hear("220");
	shake(argv[2], argv[3]);
	say("EHLO probe.example.org\r\n");
	hear("250");
	log_in(argv[4], argv[5]);
	say("QUIT\r\n");
	hear("221");
	SSL_shutdown(ssl);
}

int
main(int argc, char **argv)
{
	int count = 1;

	need(argc == 6 || argc == 7, "PORT CA-FILE NAME USER PASSWORD [COUNT]");
	if (argc == 7)
		count = atoi(argv[6]);
	check(argv);
	while (--count > 0) {
		SSL_free(ssl);
		ssl = NULL;
		close(fd);
		check(argv);
	}
	puts("OK");
	fflush(stdout);
	_exit(0);
}
