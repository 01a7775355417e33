/* providers: what is known of them beforehand. */

#include <stdio.h>

#include "oauth2/command.h"

int
command_providers(const struct command_line *l, struct failure *f)
{
	const struct provider *p;

	(void)l;
	(void)f;
	for (p = providers; p->name != NULL; p++)
		printf("%-10s %s\n           flows: %s\n           %s\n",
		    p->name, p->title, p->flows, p->note);
	return 0;
}
