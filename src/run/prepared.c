#include "run/prepared.h"

#include <time.h>

#include "run/stand_in.h"

/*
 * Of many checks each has been told, or is not known.  A page of before stands,
 * and among lines for an engine this one would be none.
 */
static int
prepare_for_many(
    struct answer *timeout, struct answer *internal, const struct options *o)
{
	struct report r = { .service = "SMTP_AUTH",
		.state = o->check.state_of[CONDITION_TIMEOUT],
		.message = "timeout of the whole run " STAND_IN_PLACE
			   "; the other checks are not known" };
	bool silent = o->output_temporary == NULL && o->format != &report_text;

	timeout->silent = internal->silent = silent;
	timeout->code = (int)r.state;
	internal->code = STATUS_UNKNOWN;
	if (report_write(&report_text, &r, &timeout->said) == -1)
		return -1;
	r.state = STATUS_UNKNOWN;
	r.message = "internal error: " STAND_IN_CAUSE " while " STAND_IN_PLACE
		    "; the other checks are not known";
	return report_write(&report_text, &r, &internal->said);
}

int
prepared_make(
    struct answer *timeout, struct answer *internal, const struct options *o)
{
	struct facts f = FACTS_INIT(END_TIMEOUT);
	int rc;

	if (o->batch != NULL)
		return prepare_for_many(timeout, internal, o);
	f.hung_in = STAND_IN_PLACE;
	f.now_unix = (int64_t)time(NULL);
	rc = answer_make(timeout, &f, o);
	if (rc == 0) {
		f.end = END_ERROR;
		err_set(&f.err, ERR_INTERNAL, "%s while %s", STAND_IN_CAUSE,
		    STAND_IN_PLACE);
		rc = answer_make(internal, &f, o);
	}
	facts_free(&f);
	return rc;
}
