/* `apply --plan FILE`: what was saved and reviewed, and whether it still fits. */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "cmd.h"

#define PLAN_MAX (4u << 20)

/* All of the standard input; -errno. */
static int read_stdin(struct run *run, char **ret_bytes, size_t *ret_length)
{
	char *bytes = arena_alloc(run->arena, PLAN_MAX + 1);
	size_t length = 0;
	ssize_t n;

	do {
		n = read(STDIN_FILENO, bytes + length, PLAN_MAX + 1 - length);
		if (n < 0 && errno != EINTR)
			return -errno;
		length += n > 0 ? (size_t)n : 0;
	} while (n && length <= PLAN_MAX);
	if (length > PLAN_MAX)
		return -EFBIG;
	bytes[length] = '\0';
	*ret_bytes = bytes;
	*ret_length = length;
	return 0;
}

static struct planfile *read_planfile(struct run *run)
{
	const char *path = run->options.plan;
	bool is_stdin = !strcmp(path, "-");
	const char *name = is_stdin ? "standard input" : path;
	size_t length = 0;
	char *bytes = NULL;
	int r = is_stdin ? read_stdin(run, &bytes, &length) : knowledge_read(run, path, &bytes, &length);

	if (!r)
		return planfile_parse(run->arena, &run->diag, name, bytes, length);
	diag_error(&run->diag, (struct place){.file = name}, "%s", strerror(-r));
	return NULL;
}

/* What a profile that is known says must never be written. */
static void check_refused(struct run *run, const struct planfile *planfile, const struct profile *profile)
{
	for (size_t i = 0; i < profile->n_settings; i++) {
		const struct profile_setting *setting = &profile->settings[i];

		for (size_t k = 0; setting->refuse && k < planfile->n_changes; k++)
			if (planfile->changes[k].to && !strcmp(planfile->changes[k].key, setting->param->key))
				diag_error(&run->diag, planfile->places[k], "%s is never written: %s",
					   setting->param->key, setting->refuse);
	}
}

static void check_all_refused(struct run *run, const struct planfile *planfile)
{
	for (size_t i = 0; i < run->knowledge.n_documents; i++) {
		const struct profile *profile = knowledge_profile(run, run->knowledge.documents[i].name);

		if (profile)
			check_refused(run, planfile, profile);
	}
}

static void look(struct run *run, const struct planfile *planfile, struct observation *ret)
{
	const char **keys = arena_array(run->arena, planfile->n_changes, sizeof(*keys));

	for (size_t i = 0; i < planfile->n_changes; i++)
		keys[i] = planfile->changes[i].key;
	observe_for(run, keys, planfile->n_changes, ret);
}

/* The text of the drop-in, NULL where there is none. */
static char *read_dropin(struct run *run, const char *path, size_t *ret_length)
{
	char *bytes;

	return source_read(run->source, path, NODE_MAX_BYTES, &bytes, ret_length) ? NULL : bytes;
}

static void compare(struct run *run, const struct planfile *planfile, const struct observation *observation,
		    const char *dropin)
{
	const struct plan_origin here = report_origin(run, observation->facts);

	planfile_compare(planfile, run->arena, &here, observation->facts, dropin, &run->diag);
}

bool plan_load(struct run *run, struct observation *ret)
{
	struct planfile *planfile = read_planfile(run);
	size_t length = 0;
	char *dropin;
	bool is_done;

	if (!planfile)
		return false;
	planfile_check_values(planfile, run->arena, run->knowledge.params, &run->diag);
	check_all_refused(run, planfile);
	if (run->diag.errors)
		return false;
	look(run, planfile, ret);
	dropin = read_dropin(run, planfile->dropin_path, &length);
	is_done = planfile_is_done(planfile, run->arena, ret->facts, dropin);
	if (!is_done)
		compare(run, planfile, ret, dropin);
	run->knowledge.n_profiles = 0;
	ret->plan = plan_saved(run->arena, &(struct plan_input){
						   .catalog = &run->knowledge.catalog,
						   .facts = ret->facts,
						   .conf = &ret->confdirs->conf,
						   .dropin_path = planfile->dropin_path,
						   .dropin_now = dropin,
						   .dropin_now_length = length,
					   },
			       planfile->changes, is_done ? 0 : planfile->n_changes,
			       planfile->after);
	return !run->diag.errors;
}
