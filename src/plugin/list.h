/* list.h - the names of many checks, for a human and for Zabbix. */

#ifndef PLUGIN_LIST_H
#define PLUGIN_LIST_H

#include "base/buf.h"

/* Append a name and a newline. */
void list_add(struct buf *out, const char *name);

/*
 * Append what Zabbix' low-level discovery reads: an array of objects with
 * {#CHECK}, {#HOST} and {#SERVICE}.  host is that of the check, or NULL.
 */
void list_add_zabbix(struct buf *out, const char *name, const char *host);
void list_end_zabbix(struct buf *out);

#endif
