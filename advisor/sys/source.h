/*
 * Where bytes come from: this machine, or a directory that looks like one.
 *
 * Every file that tcptune reads of a host goes through here, so that a
 * capture is what was read and a replay is the same code. Paths are absolute
 * ("/proc/sys/net/ipv4/tcp_rmem"). Below a root they are resolved inside it,
 * symbolic links too. A source belongs to the network namespace in which it
 * was opened: netns_enter() comes first.
 *
 * The format of a captured directory: the files under their own paths;
 * `capture/missing` with one line "errno-name path" for what could not be
 * read (ENOENT is the default, and may be left out); `capture/modes` with one
 * line "0644 path" for each sysctl; `capture/links` with "target TAB path";
 * `capture/sockets.*`, `capture/interfaces`, `capture/qdiscs` and
 * `capture/speeds` with the raw netlink replies; `capture/fds/PID`
 * with one line "fd socket:[inode]" a descriptor of interest;
 * `capture/hostname`, `capture/pagesize`, `capture/container`, `capture/loader`; where two samples of the counters
 * were taken, `capture/interval` (seconds) and `capture/second/proc/net/...`;
 * where two looks at the sockets were, `capture/interval.sockets` and the
 * earlier one's replies as `capture/sockets.earlier.*`, and those of the looks
 * at listeners between them as `capture/sockets.queues.N`.
 */
#ifndef TCPTUNE_SOURCE_H
#define TCPTUNE_SOURCE_H

#include <stdbool.h>
#include <stddef.h>

#include "core/arena.h"

struct source;

/* root NULL: this machine. -errno when the directory cannot be opened. */
int source_open(struct arena *arena, const char *root, struct source **ret);

/* Accepts NULL. */
void source_close(struct source *source);

bool source_is_live(const struct source *source);

/* The root as given, "" for this machine: what a message puts before a path. */
const char *source_root(const struct source *source);

/* A descriptor of the root directory (of "/" on this machine), owned by the source. */
int source_fd(const struct source *source);

/*
 * The whole file, NUL-terminated behind its bytes, at most limit bytes long
 * (-EFBIG beyond). -errno when it cannot be read; in a capture the errno that
 * the captured host gave.
 */
int source_read(struct source *source, const char *path, size_t limit, char **ret_bytes,
		size_t *ret_length);

/*
 * A sysctl: source_read(), and the mode bits that the host showed, without
 * write bits where /proc/sys/net is mounted read-only.
 */
int source_read_sysctl(struct source *source, const char *path, char **ret_text, unsigned *ret_mode);

/* openat() inside the root, O_CLOEXEC added; a descriptor or -errno. Follows links inside the root only. */
int source_openat(struct source *source, const char *path, int flags);

/* The names of a directory, sorted bytewise, without "." and "..". -errno when it cannot be read. */
int source_list(struct source *source, const char *path, const char *const **ret_names, size_t *ret_n);

/* The target of a symbolic link. -errno when there is none. */
int source_readlink(struct source *source, const char *path, char **ret_target);

/*
 * From now on everything that is read is also written below directory, which
 * must be empty or not exist (-ENOTEMPTY). With anonymise, addresses and names
 * are replaced consistently before they are written. Secrets (a Fast Open
 * key, an MD5 key) are never written.
 */
int source_record(struct source *source, const char *directory, bool anonymise);

bool source_is_recording(const struct source *source);

/* Appends to a file of the capture ("capture/sockets.diag"), whole messages at a time; 0 when not recording. */
int source_record_bytes(struct source *source, const char *path, const void *bytes, size_t n);

/* The first thing that went wrong in writing the capture, -errno, or 0. It does not affect what was read. */
int source_record_error(const struct source *source);

#endif
