/*
 * Reading a sysctl, and the one place in tcptune that writes one.
 *
 * A key has dots ("net.ipv4.conf.eth0/100.rp_filter") or slashes, as
 * conf_path_of_key() takes it. One with an empty component, "." or ".." is
 * refused with -EINVAL before anything is opened.
 */
#ifndef TCPTUNE_SYSCTL_H
#define TCPTUNE_SYSCTL_H

#include <sys/stat.h>

#include "core/arena.h"
#include "sys/source.h"

/* The value without its last newline. -ENOENT where this kernel, or this namespace, has no such key. */
int sysctl_read(struct source *source, const char *key, struct arena *arena, char **ret);

/* stat() of a path below /proc/sys, taken as it is. */
int sysctl_stat(struct source *source, const char *path, struct stat *ret);

/*
 * Writes value and a newline in one write(), as the kernel wants it; "" gives
 * the newline alone. Nothing is created and no symbolic link is followed below
 * /proc/sys, so that a file tree in its place (a root) is as safe as procfs.
 *
 * -EPERM for a key that is not under net., -EINVAL for a value with a newline;
 * otherwise what open(), write() or close() gave. A value that the kernel takes
 * in part ("31 # x", a fourth number where three are wanted) is no error, and
 * a tuple that is refused can have left its first elements: read it back.
 */
int sysctl_write(struct source *source, const char *key, const char *value);

/*
 * The two halves of it, for who must tell a key that may not be opened from a
 * value that was refused. A descriptor or -errno; sysctl_put() closes it, and
 * its value has no newline.
 */
int sysctl_open(struct source *source, const char *key);
int sysctl_put(int fd, const char *value);

#endif
