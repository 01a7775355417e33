/*
 * probe_internal.h - the parts of one check, for app/probe*.c alone: probe.c
 * has its life and its stopwatch, probe_connect.c the way to a connected
 * socket, probe_session.c the dialogue over it.
 */

#ifndef APP_PROBE_INTERNAL_H
#define APP_PROBE_INTERNAL_H

#include <stdbool.h>
#include <stdint.h>

#include "app/probe.h"
#include "net/dialer.h"
#include "net/stream.h"
#include "smtp_client.h"

enum { PROBE_INPUT_SIZE = 16 * 1024 }; /* a TLS record */

struct probe {
	struct probe_setup setup;
	const struct options *o;
	struct facts facts;
	struct sasl_creds creds;
	struct resolver *resolver;
	struct lookup *lookup;
	struct dialer *dialer;
	struct tls_context *tls;
	struct stream *stream;
	struct smtp_client *client;
	struct loop_timer deadline, patience, leave, last;
	struct buf head; /* what goes out before SMTP: PROXY's header */
	char ehlo_name[256];
	const char *commands[OPTIONS_LIST_MAX];
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

/* Over because of facts.err, or because there is no memory. */
void probe_finish_error(struct probe *p);
void probe_finish_nomem(struct probe *p);

/*
 * Start to look the host up and to connect.  Returns 0, or -1 with facts.err
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
