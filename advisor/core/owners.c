#include <stdlib.h>
#include <string.h>

#include "core/owners.h"
#include "core/text.h"

const char *owner_name(struct arena *arena, const struct owner *owner)
{
	return arena_printf(arena, "%s[%u]", text_printable(arena, owner->command), owner->pid);
}

struct fact owners_fact(struct arena *arena, const struct owners *owners, const struct inodes *inodes,
			uint32_t inode)
{
	uint32_t owner = inodes_owner(inodes, inode);

	if (owners && owner && owner <= owners->n)
		return fact_known(value_text(owner_name(arena, &owners->items[owner - 1])));
	if (!inodes_is_wanted(inodes, inode))
		return fact_missing(FACT_UNREADABLE, "not looked up: nothing here asked for it");
	return fact_missing(FACT_UNREADABLE, owners ? owners->why_unseen : "not looked up");
}

bool owner_socket(const char *target, uint32_t *ret_inode)
{
	static const char prefix[] = "socket:[";
	uint64_t inode = 0;

	if (strncmp(target, prefix, strlen(prefix)))
		return false;
	for (target += strlen(prefix); *target >= '0' && *target <= '9'; target++) {
		inode = inode * 10 + (unsigned)(*target - '0');
		if (inode > UINT32_MAX)
			return false;
	}
	if (strcmp(target, "]") || !inode)
		return false;
	*ret_inode = (uint32_t)inode;
	return true;
}

struct fact owner_fd_limit(const char *limits)
{
	static const char name[] = "Max open files";
	const char *line = strstr(limits, name);
	unsigned long long limit;
	char *end;

	if (!line)
		return fact_missing(FACT_UNREADABLE, "not in /proc/PID/limits");
	line += strlen(name);
	line += strspn(line, " ");
	if (!strncmp(line, "unlimited", 9))
		return fact_missing(FACT_ABSENT, "unlimited");
	limit = strtoull(line, &end, 10);
	if (end == line)
		return fact_missing(FACT_UNREADABLE, "not in /proc/PID/limits");
	return fact_known(value_number((double)limit, UNIT_NONE));
}
