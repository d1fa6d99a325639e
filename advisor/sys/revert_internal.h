/* What the parts of apply_revert() share: revert.c chooses and does, revert_dropin.c is about the files. */
#ifndef TCPTUNE_REVERT_INTERNAL_H
#define TCPTUNE_REVERT_INTERNAL_H

#include "sys/apply.h"
#include "sys/job.h"

/* A file that some of the records changed. */
struct revert_file {
	const char *path;
	int directory;          /* -1: it is gone, and the file with it */
	struct stored_file now; /* as it is */
	struct stored_file to;  /* as it goes back, record by record */
	bool is_other;          /* something that is no file stands there */
};

struct revert {
	struct job job;
	const struct revert_request *request;
	struct record **records; /* to be taken back, the newest first */
	struct record *before;   /* copies of them as they were, parallel */
	size_t n;
	struct inverse inverse;
	struct revert_file *files;
	size_t n_files;
	bool *is_file_left;      /* by record: its drop-in is not put back */
	struct transaction_file *changed_files;
	struct transaction transaction;
	struct revert_result *result;
};

/* Adds a problem; false. */
bool revert_refuse(struct revert *revert, const char *key, const char *why);

/* What is to be done about the files. False, with a problem, where that cannot be told. */
bool revert_plan_files(struct revert *revert);

/* Removes what a process that died was just writing. */
void revert_clean_files(struct revert *revert);

void revert_close_files(struct revert *revert);

#endif
