/* A file of a source through a parser, in pieces: for files that are too long to be held. */
#ifndef TCPTUNE_STREAM_H
#define TCPTUNE_STREAM_H

#include <stddef.h>

#include "sys/source.h"

/* Takes whole units (lines, messages) from bytes, aligned as malloc() aligns; returns how many bytes it took. */
typedef size_t stream_parse(void *context, const void *bytes, size_t length);

/*
 * Reads all of a regular file. While the source is recording, the file is read
 * as a whole, so that the parser sees what is recorded. -EBADMSG when the
 * parser leaves something at the end, or takes nothing of 128 KiB; otherwise
 * -errno of what failed.
 */
int stream_file(struct source *source, const char *path, stream_parse *parse, void *context);

#endif
