/* The dialogue over a connected socket, TLS included. */

#include "probe/internal.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "check/trust.h"
#include "net/proxy.h"

/*
 * The dialogue, and where in it an exchange begins.  STARTTLS's outlasts the
 * handshake, AUTH's goes on with the responses.
 */
static void
take_trace(void *arg, char direction, const char *text, size_t len)
{
	struct probe *p = arg;
	struct trace *t = &p->facts->trace;
	enum smtp_phase phase;

	if (direction != '=') {
		trace_add(t, direction, text, len);
		return;
	}
	phase = smtp_client_phase(p->client);
	if (smtp_client_is_leaving(p->client))
		trace_end(t);
	else if (phase != SMTP_PHASE_TLS &&
	    (phase != SMTP_PHASE_AUTH || p->phase != PHASE_AUTH))
		trace_begin(t);
}

/* After each step: the stopwatch, and the bound on taking leave. */
static void
follow(struct probe *p)
{
	if (smtp_client_want(p->client) != SMTP_END)
		probe_enter(p, phase_of_smtp(smtp_client_phase(p->client)));
	probe_bound_leave(p);
}

static void
keep_stream_error(struct probe *p)
{
	struct facts *f = p->facts;

	snprintf(f->stream_error, sizeof f->stream_error, "%s",
	    stream_error(p->stream));
	snprintf(f->plaintext, sizeof f->plaintext, "%s",
	    stream_plaintext(p->stream));
}

/* The stream failed in a step that is no handshake. */
static void
take_failure(struct probe *p, enum stream_status status)
{
	if (status == STREAM_NO_MEMORY) {
		probe_finish_nomem(p);
		return;
	}
	if (probe_is_leaving(p)) {
		probe_finish(p, END_COMPLETE);
		return;
	}
	keep_stream_error(p);
	p->facts->reached = p->phase;
	if (status == STREAM_CLOSED) {
		smtp_client_input(p->client, "", 0);
		probe_finish(p, END_COMPLETE);
	} else {
		probe_finish(p, END_TLS);
	}
}

static enum stream_status
step_head(struct probe *p)
{
	enum stream_status status;
	size_t put;

	status = stream_write(p->stream, p->head.data, p->head.len, &put);
	if (status == STREAM_DONE)
		buf_drop(&p->head, put);
	return status;
}

static enum stream_status
step_write(struct probe *p)
{
	enum stream_status status;
	const char *data;
	size_t len, put;

	data = smtp_client_output(p->client, &len);
	status = stream_write(p->stream, data, len, &put);
	if (status == STREAM_DONE)
		smtp_client_sent(p->client, put);
	return status;
}

static enum stream_status
step_read(struct probe *p)
{
	enum stream_status status;
	size_t got;

	status = stream_read(p->stream, p->input, sizeof p->input, &got);
	if (status == STREAM_DONE)
		smtp_client_input(p->client, p->input, got);
	return status;
}

/* Only where a mechanism that binds may be chosen: it costs something. */
static struct sasl_channel
bind_channel(struct probe *p)
{
	struct sasl_channel channel = { .type = NULL };
	struct tls_binding b;
	size_t i = 0;

	while (i < p->asked->mech_count && !p->asked->mechs[i]->binds_channel)
		i++;
	if (i == p->asked->mech_count)
		return channel;
	b = stream_binding(p->stream);
	channel.type = b.type;
	channel.len = b.len;
	memcpy(channel.data, b.data, b.len);
	return channel;
}

static void
judge_server(struct probe *p)
{
	struct trust trust = trust_judge(stream_tls_facts(p->stream), p->asked);
	struct sasl_channel channel;

	p->facts->verified = trust.verified;
	if (trust.may_go_on) {
		channel = bind_channel(p);
		smtp_client_tls_done(p->client, trust.verified, &channel);
	} else {
		smtp_client_leave(p->client);
	}
}

static bool
accepts_server(void *arg, const struct tls_facts *f)
{
	const struct probe *p = arg;

	return trust_judge(f, p->asked).may_go_on;
}

static int
start_tls(struct probe *p)
{
	const struct stream_identity id = { .sni = p->asked->sni,
		.verify_name = p->asked->verify_name,
		.pins = { p->asked->pins, p->asked->pin_count },
		.accepts = accepts_server,
		.arg = p };

	if (p->asked->tls_mode == SMTP_TLS_STARTTLS &&
	    stream_has_unread(p->stream)) {
		smtp_client_injected(p->client);
		return 0;
	}
	if (stream_start_tls(p->stream, p->tls, &id, &p->facts->err) == -1) {
		if (p->facts->err.kind == ERR_USAGE)
			err_prefix(&p->facts->err, "--sni ");
		return -1;
	}
	p->tls_started = true;
	return 0;
}

static enum stream_status
step_tls(struct probe *p)
{
	enum stream_status status;

	if (!p->tls_started && start_tls(p) == -1) {
		probe_finish_error(p);
		return STREAM_DONE;
	}
	if (!p->tls_started)
		return STREAM_DONE; /* the dialogue ended: injected */
	status = stream_handshake(p->stream);
	if (status == STREAM_DONE) {
		judge_server(p);
		return STREAM_DONE;
	}
	if (status == STREAM_WANT_READ || status == STREAM_WANT_WRITE)
		return status;
	if (status == STREAM_NO_MEMORY) {
		probe_finish_nomem(p);
		return STREAM_DONE;
	}
	keep_stream_error(p);
	if (status == STREAM_PLAINTEXT &&
	    p->asked->tls_mode == SMTP_TLS_STARTTLS)
		smtp_client_injected(p->client);
	else
		probe_finish(p, END_TLS);
	return STREAM_DONE;
}

static enum stream_status
step(struct probe *p)
{
	if (p->head.len > 0)
		return step_head(p);
	switch (smtp_client_want(p->client)) {
	case SMTP_WANT_WRITE:
		return step_write(p);
	case SMTP_WANT_READ:
		return step_read(p);
	case SMTP_WANT_TLS:
		return step_tls(p);
	case SMTP_WANT_WORK:
		smtp_client_work(p->client);
		return STREAM_DONE;
	case SMTP_END:
	default:
		probe_finish(p, END_COMPLETE);
		return STREAM_DONE;
	}
}

static void advance(struct probe *p);

static void
on_ready(void *arg, int fd, short revents)
{
	(void)fd;
	(void)revents;
	advance(arg);
}

static void
on_turn(void *arg)
{
	advance(arg);
}

/*
 * Work goes on in another turn, so that the deadline, and other checks, get
 * theirs.  What the peer says meanwhile can wait.
 */
static void
take_turns(struct probe *p)
{
	loop_unwatch(p->setup.loop, stream_fd(p->stream));
	loop_work_set(p->setup.loop, &p->work, on_turn, p);
}

/* Go on until the peer or the kernel has to be waited for. */
static void
advance(struct probe *p)
{
	enum stream_status status;
	short events;

	while (!p->over) {
		status = step(p);
		if (p->over)
			return;
		if (status == STREAM_DONE) {
			follow(p);
			if (smtp_client_want(p->client) != SMTP_WANT_WORK)
				continue;
			take_turns(p);
			return;
		}
		if (status == STREAM_WANT_READ || status == STREAM_WANT_WRITE) {
			events = status == STREAM_WANT_READ ? POLLIN : POLLOUT;
			if (loop_watch(p->setup.loop, stream_fd(p->stream),
				events, on_ready, p) == -1)
				probe_finish_nomem(p);
			return;
		}
		take_failure(p, status);
	}
}

/*
 * Our name in EHLO: a host name without a dot would be refused by many
 * servers, so the socket's address literal stands in (RFC 5321, 4.1.4).
 */
static const char *
choose_ehlo_name(struct probe *p, int fd)
{
	char *name = p->ehlo_name;
	size_t n;

	if (p->asked->ehlo_name != NULL)
		return p->asked->ehlo_name;
	if (gethostname(name, sizeof p->ehlo_name) == 0) {
		name[sizeof p->ehlo_name - 1] = '\0';
		n = strlen(name);
		if (strchr(name, '.') != NULL && name[0] != '.' &&
		    name[n - 1] != '.' &&
		    strspn(name,
			"abcdefghijklmnopqrstuvwxyz"
			"ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-.") == n)
			return name;
	}
	if (address_local_literal(fd, name, sizeof p->ehlo_name) == -1)
		return "[127.0.0.1]";
	return name;
}

/* What is made of the secret is shown no more than the secret is. */
static void
withhold(void *arg, const char *text, size_t len)
{
	struct probe *p = arg;

	if (p->setup.censor != NULL)
		censor_add(p->setup.censor, text, len);
}

static struct smtp_client *
new_client(struct probe *p, int fd)
{
	const struct settings *asked = p->asked;
	struct smtp_params s = { .ehlo_name = choose_ehlo_name(p, fd),
		.lmtp = asked->lmtp,
		.tls = asked->tls_mode,
		.withhold = p->facts->guard.held_back,
		.allow_cleartext = asked->allow_cleartext,
		.allow_unverified = asked->allow_unverified,
		.from = asked->from,
		.rcpt = asked->rcpt,
		.commands = p->commands,
		.command_count = asked->command_count,
		.trace = take_trace,
		.trace_arg = p };
	size_t i;

	p->facts->trace.whole = asked->keep_dialogue;
	for (i = 0; i < asked->command_count; i++)
		p->commands[i] = asked->commands[i].command;
	if (asked->login) {
		p->creds = (struct sasl_creds){ .user = asked->user,
			.authzid = asked->authzid,
			.secret = p->setup.secret,
			.proof = asked->proof,
			.trace = "check_smtp_auth",
			.made = withhold,
			.made_arg = p,
			.host = asked->host,
			.port = asked->port };
		s.creds = &p->creds;
		s.mechs = asked->mechs;
		s.mech_count = asked->mech_count;
	}
	return smtp_client_new(&s);
}

/* What goes before the dialogue belongs to it, for who looks at all of it. */
static void
trace_header(struct probe *p)
{
	size_t n = p->head.len;

	if (p->asked->proxy == PROXY_V1 && n > 2)
		trace_add(&p->facts->trace, '>', p->head.data, n - 2);
	else if (p->asked->proxy == PROXY_V2)
		trace_add(&p->facts->trace, '>', "[PROXY header, version 2]",
		    strlen("[PROXY header, version 2]"));
}

void
probe_talk(struct probe *p, int fd)
{
	if ((p->stream = stream_new(fd)) == NULL) {
		close(fd);
		probe_finish_nomem(p);
		return;
	}
	if ((p->client = new_client(p, fd)) == NULL) {
		probe_finish_nomem(p);
		return;
	}
	follow(p);
	if (p->asked->proxy != PROXY_NONE &&
	    proxy_header(&p->head, p->asked->proxy, fd) == -1)
		/* If memory is there, it has no peer any more. */
		take_failure(
		    p, errno == ENOMEM ? STREAM_NO_MEMORY : STREAM_CLOSED);
	trace_header(p);
	advance(p);
}
