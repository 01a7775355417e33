#include "smtp/facts.h"

struct smtp_reply
smtp_answer_reply(const struct smtp_answer *a)
{
	return (struct smtp_reply){
		.code = a->code, .text = buf_str(&a->text), .len = a->text.len
	};
}
