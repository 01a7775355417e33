/*
 * internal.h - the parts of one check: probe.c has its life, connect.c the way
 * to a connected socket, session.c the dialogue over it, ending.c the stopwatch
 * and the end.
 */

#ifndef PROBE_INTERNAL_H
#define PROBE_INTERNAL_H

#include <stdbool.h>
#include <stdint.h>

#include "net/dialer.h"
#include "net/stream.h"
#include "probe/probe.h"
#include "smtp_client.h"

enum { PROBE_INPUT_SIZE = 16 * 1024 }; /* a TLS record */

struct probe {
	struct probe_setup setup;
	const struct settings *asked;
	struct facts *facts;
	struct sasl_creds creds;
	struct lookup *lookup;
	struct dialer *dialer;
	struct tls_context *tls;
	struct stream *stream;
	struct smtp_client *client;
	struct loop_timer deadline, patience, leave, last;
	struct loop_work work;
	struct buf head; /* what goes out before SMTP: PROXY's header */
	char ehlo_name[256];
	const char *commands[SETTINGS_LIST_MAX];
	bool dialing;     /* the first attempt was asked for */
	bool tls_started; /* the handshake is under way */
	bool over;
	enum phase phase;
	int64_t phase_since_us, since_us;
	/* Not on the stack: compilers would fill it with zeros at each read. */
	char input[PROBE_INPUT_SIZE];
};

/* The stopwatch: the phase in progress is done, and next begins. */
void probe_enter(struct probe *p, enum phase next);

/* The check is over: complete the facts; the loop then calls done(). */
void probe_finish(struct probe *p, enum facts_end end);

/* No longer wait for anything; harmless if nothing is waited for. */
void probe_stop_watching(struct probe *p);

/* Over because of facts->err, or because there is no memory. */
void probe_finish_error(struct probe *p);
void probe_finish_nomem(struct probe *p);

/*
 * Start to look the host up and to connect.  Returns 0, or -1 with facts->err
 * set.
 */
int probe_connect(struct probe *p);

/* Start the dialogue over the connected fd, which is taken over. */
void probe_talk(struct probe *p, int fd);

/* Whether all that matters is known: see smtp_client_is_leaving(). */
bool probe_is_leaving(const struct probe *p);

/* Once it is leaving, bound how long that may take. */
void probe_bound_leave(struct probe *p);

#endif
