/*
 * Files that are replaced as a whole: a reader, a kill or a power cut sees the
 * old bytes or the new ones. For the drop-in and for what /var/lib/tcptune holds.
 *
 * Names are relative to a directory descriptor. Nothing here follows a
 * symbolic link in a file's place: that is -ELOOP, a directory -EISDIR, any
 * other thing that is no regular file -ENXIO.
 */
#ifndef TCPTUNE_STORE_H
#define TCPTUNE_STORE_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/stat.h>

#include "core/arena.h"
#include "sys/source.h"

#define STORE_MAX (4u << 20)

/* A file, or that there is none. */
struct stored_file {
	bool exists;
	const char *bytes; /* NUL-terminated behind length */
	size_t length;
	mode_t mode; /* permission bits */
	uid_t uid;
	gid_t gid;
};

/* 0 also when there is no file. -EFBIG beyond STORE_MAX. */
int store_read(struct arena *arena, int directory, const char *name, struct stored_file *ret);

/*
 * Makes it so: temporary file, fsync, rename, fsync of the directory; or
 * unlink and fsync of the directory. The owner is set only where the process
 * may. After an error the file is the old or the new one, never a mixture.
 * The temporary file's name ends in ".new", so that no loader of *.conf reads
 * it; one that a killed process left is replaced.
 */
int store_write(int directory, const char *name, const struct stored_file *file);

/* Removes the temporary file that a killed process left, if there is one. */
int store_clean(int directory, const char *name);

bool store_same(const struct stored_file *a, const struct stored_file *b);

/*
 * Opens a directory inside the source, made with its parents where it is
 * missing. With trusted it must be no link, belong to root or to this user and
 * be writable by nobody else, or have the sticky bit as a fresh tmpfs has it
 * (-EPERM): what is read there is acted upon.
 */
int store_directory(struct source *source, const char *path, mode_t mode, bool trusted);

/* The same without making it: -ENOENT. */
int store_existing_directory(struct source *source, const char *path, bool trusted);

/* Belongs to root or to this user, and nobody else may write it. */
bool store_is_trusted(const struct stat *stat);

#endif
