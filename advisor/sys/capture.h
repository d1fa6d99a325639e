/*
 * The writing side of a capture: see source.h for the format. Errors stick
 * and are told once, by capture_error().
 */
#ifndef TCPTUNE_CAPTURE_H
#define TCPTUNE_CAPTURE_H

#include <stdbool.h>
#include <stddef.h>

#include "core/arena.h"

struct capture;

/* The directory is made if it does not exist; -ENOTEMPTY when it has anything in it. */
int capture_open(struct arena *arena, const char *directory, bool anonymise, struct capture **ret);

/* Accepts NULL. */
void capture_close(struct capture *capture);

/* 0, or the first thing that went wrong, -errno. */
int capture_error(const struct capture *capture);

/* The name that becomes "host" in what is written from now on, when anonymising. */
void capture_host(struct capture *capture, const char *name);

/* Paths are absolute or relative to the capture, "." and ".." in them are resolved as text. */

/* What a file held; the first time counts, later ones are ignored. */
void capture_file(struct capture *capture, const char *path, const char *bytes, size_t n);

/* More bytes for a file of the capture's own. */
void capture_append(struct capture *capture, const char *path, const void *bytes, size_t n);

/* A directory that was listed. */
void capture_directory(struct capture *capture, const char *path);

/* What could not be read; error is positive. */
void capture_missing(struct capture *capture, const char *path, int error);

void capture_mode(struct capture *capture, const char *path, unsigned mode);
void capture_link(struct capture *capture, const char *path, const char *target);

/* "EACCES" and back; a number in digits for an errno that has no name here. 0 for what is no errno. */
const char *capture_error_name(struct arena *arena, int error);
int capture_error_number(const char *name);

#endif
