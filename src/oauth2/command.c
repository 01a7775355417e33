#include "oauth2/command.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/buf.h"

int
command_open(struct command_account *c, const struct command_line *l,
    bool create, struct failure *f)
{
	*c = (struct command_account){ .store = { .folder = -1 } };
	if (config_load(&c->config, l->config, f) == -1 ||
	    config_account(&c->config, l->name, &c->account, f) == -1)
		return -1;
	return store_open(&c->store, store_path(l->state_dir), create, f);
}

void
command_close(struct command_account *c)
{
	config_free(&c->config);
	account_free(&c->account);
	store_close(&c->store);
}

void
command_add_failure(struct buf *out, const struct failure *f)
{
	buf_addf(out, "class=%s\n", failure_class_name(f->class));
	if (f->error[0] != '\0')
		buf_addf(out, "error=%s\n", f->error);
	if (f->code[0] != '\0')
		buf_addf(out, "code=%s\n", f->code);
	if (f->status != 0)
		buf_addf(out, "http_status=%ld\n", f->status);
	if (f->retry_at != 0)
		buf_addf(out, "retry_at=%lld\n", (long long)f->retry_at);
	buf_addf(out, "message=%s\n", f->text);
	if (f->remedy[0] != '\0')
		buf_addf(out, "remedy=%s\n", f->remedy);
}

void
command_complain(const char *name, const struct failure *f)
{
	struct buf out = BUF_INIT(16 * 1024);

	if (name != NULL)
		buf_addf(&out, "account=%s\n", name);
	command_add_failure(&out, f);
	if (out.failed) /* the least that somebody reads */
		printf("class=%s\nmessage=%s\n", failure_class_name(f->class),
		    f->text);
	else
		fputs(buf_str(&out), stdout);
	buf_free(&out);
	fprintf(stderr, "smtp-oauth2: %s%s%s%s%s\n", name != NULL ? name : "",
	    name != NULL ? ": " : "", f->text, f->remedy[0] != '\0' ? "; " : "",
	    f->remedy);
}
