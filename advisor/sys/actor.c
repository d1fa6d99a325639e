#include <fcntl.h>
#include <pwd.h>
#include <stdint.h>
#include <stdlib.h>
#include <unistd.h>

#include "sys/actor.h"

/* -1 where nobody logged in (a service), or the kernel has no audit. */
static long long login_uid(void)
{
	int fd = open("/proc/self/loginuid", O_RDONLY | O_CLOEXEC);
	char text[32], *end;
	long long uid;
	ssize_t n;

	if (fd < 0)
		return -1;
	n = read(fd, text, sizeof(text) - 1);
	close(fd);
	if (n <= 0)
		return -1;
	text[n] = '\0';
	uid = strtoll(text, &end, 10);
	return end == text || uid < 0 || uid >= UINT32_MAX ? -1 : uid;
}

struct record_actor actor_here(struct arena *arena)
{
	const char *sudo = getenv("SUDO_USER");
	const struct passwd *passwd = getpwuid(getuid());
	const char *name = sudo && *sudo ? sudo : passwd ? passwd->pw_name : NULL;

	return (struct record_actor){
		.user = name ? arena_strdup(arena, name) : NULL,
		.uid = getuid(),
		.login_uid = login_uid(),
	};
}
