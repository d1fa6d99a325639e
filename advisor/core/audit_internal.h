/* Shared by the modules that make up core/audit.h; nobody else includes it. */
#ifndef TCPTUNE_AUDIT_INTERNAL_H
#define TCPTUNE_AUDIT_INTERNAL_H

#include "core/audit.h"

/* What the host makes of a key; param is what params_describe() gives, or NULL. */
struct audit_state audit_state_of(struct arena *arena, const struct audit_input *input,
				  const struct param *param, const char *key);

/* What the loader's writes leave in the key. */
struct audit_boot audit_boot_of(struct arena *arena, const struct audit_input *input,
				const struct audit_key *key, enum conf_loader loader);

/* Its value; absent where there is no line, unreadable where it cannot be told. */
struct fact audit_booted(const struct audit_boot *boot);

/* Equal as the kernel sees them; param may be NULL. */
bool audit_same(const struct param *param, const char *a, const char *b);

/* Is it one of the words, which one blank parts? */
bool audit_has_word(const char *words, const char *word);

/* The same line: one of /etc/sysctl.conf may be read twice. Either may be NULL. */
bool audit_same_line(const struct conf_entry *a, const struct conf_entry *b);

#endif
