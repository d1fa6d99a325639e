#include "core/keystate.h"

static const char *const names[] = {
	[KEY_PRESENT] = "present",     [KEY_NOOP] = "no-op",
	[KEY_READ_ONLY] = "read-only", [KEY_GLOBAL_ONLY] = "global-only",
	[KEY_NO_MODULE] = "no-module", [KEY_REMOVED] = "removed",
	[KEY_NOT_YET] = "not-yet",     [KEY_VENDORS] = "vendor",
	[KEY_ABSENT] = "absent",       [KEY_UNREADABLE] = "unreadable",
};

const char *key_state_name(enum key_state state)
{
	return names[state];
}

bool key_state_is_there(enum key_state state)
{
	return state == KEY_PRESENT || state == KEY_NOOP || state == KEY_READ_ONLY;
}

/* What the version of the kernel says of a parameter. */
struct age {
	bool is_known;					  /* the version is known */
	const char *kernel, *introduced, *removed, *noop; /* as text */
	bool is_early, is_gone, is_dead;
};

static char *version_text(struct arena *arena, struct version version)
{
	return value_show(arena, (struct value){.type = VALUE_VERSION, .version = version});
}

static bool is_reached(struct version kernel, struct version since)
{
	return (since.major || since.minor || since.patch) &&
	       version_compare(kernel, since) >= 0;
}

static struct age age_of(struct arena *arena, const struct param *param, struct fact kernel)
{
	struct age age = {.is_known = kernel.state == FACT_KNOWN};
	struct version introduced;

	age.introduced = param->introduced;
	age.removed = version_text(arena, param->removed);
	age.noop = version_text(arena, param->noop_since);
	if (!age.is_known)
		return age;
	age.kernel = version_text(arena, kernel.value.version);
	age.is_gone = is_reached(kernel.value.version, param->removed);
	age.is_dead = is_reached(kernel.value.version, param->noop_since);
	age.is_early = param->introduced && version_parse(param->introduced, &introduced) &&
		       version_compare(kernel.value.version, introduced) < 0;
	return age;
}

static bool is_yes(struct fact fact)
{
	return fact.state == FACT_KNOWN && fact.value.boolean;
}

/* It was of the whole host before some version, and this kernel is older. */
static bool is_global_here(const struct param *param, const struct facts *facts)
{
	struct fact kernel = facts_get(facts, "kernel.version");
	struct version since;

	if (param->scope == PARAM_GLOBAL)
		return true;
	return param->namespace_since && kernel.state == FACT_KNOWN &&
	       version_parse(param->namespace_since, &since) &&
	       version_compare(kernel.value.version, since) < 0;
}

/* Only other kernels have it, by what is known of it. */
static bool is_of_others(struct arena *arena, const struct param *param, const struct age *age,
			 struct key_status *ret)
{
	if (age->is_gone)
		*ret = (struct key_status){KEY_REMOVED,
					   arena_printf(arena, "Linux %s removed it; this is %s",
							age->removed, age->kernel)};
	else if (param->is_vendors)
		*ret = (struct key_status){KEY_VENDORS, "only kernels of some vendors have it, "
							"mainline never had"};
	else if (age->is_early)
		*ret = (struct key_status){KEY_NOT_YET,
					   arena_printf(arena, "Linux %s has it; this is %s",
							age->introduced, age->kernel)};
	else
		return false;
	return true;
}

static struct key_status status_absent(struct arena *arena, const struct param *param,
				       const struct facts *facts)
{
	struct key_status status;
	const struct age age = age_of(arena, param, facts_get(facts, "kernel.version"));
	bool is_child = is_yes(facts_get(facts, "namespace.child"));

	if (is_of_others(arena, param, &age, &status))
		return status;
	if (param->module)
		return (struct key_status){
			KEY_NO_MODULE,
			arena_printf(arena, "module %s is not loaded%s", param->module,
				     is_child ? ", or a child namespace does not show the key"
					      : "")};
	if (is_child && is_global_here(param, facts))
		return (struct key_status){
			KEY_GLOBAL_ONLY,
			"it belongs to the whole host, and a child namespace does not show it"};
	return (struct key_status){KEY_ABSENT,
				   "built without it, or not what its version says"};
}

/* It is there, and a write does nothing. */
static bool is_idle(struct arena *arena, const struct param *param, const struct age *age,
		    struct key_status *ret)
{
	if (age->is_dead)
		*ret = (struct key_status){KEY_NOOP, arena_printf(arena, "without effect since Linux %s",
								  age->noop)};
	else if (param->read_only)
		*ret = (struct key_status){KEY_READ_ONLY, "the kernel takes no write"};
	else
		return false;
	return true;
}

static struct key_status status_there(struct arena *arena, const struct param *param,
				      const char *key, const struct facts *facts)
{
	struct key_status status;
	const struct age age = age_of(arena, param, facts_get(facts, "kernel.version"));
	struct fact writable = facts_get(facts, arena_printf(arena, "writable:%s", key));
	bool is_locked = writable.state == FACT_KNOWN && !writable.value.boolean;

	if (is_idle(arena, param, &age, &status))
		return status;
	if (is_locked && is_yes(facts_get(facts, "namespace.child")) &&
	    !param->writable_in_namespace)
		return (struct key_status){KEY_READ_ONLY,
					   "it is set in the initial network namespace, and "
					   "can only be read in this one"};
	if (is_locked)
		return (struct key_status){KEY_READ_ONLY,
					   "it cannot be written here: /proc/sys is read-only"};
	if (age.is_gone)
		return (struct key_status){
			KEY_PRESENT,
			arena_printf(arena, "Linux %s removed it, and this %s still has it",
				     age.removed, age.kernel)};
	if (age.is_early)
		return (struct key_status){
			KEY_PRESENT,
			arena_printf(arena,
				     "it came with Linux %s, and this %s has it: backported",
				     age.introduced, age.kernel)};
	if (param->is_vendors)
		return (struct key_status){KEY_PRESENT,
					   "a vendor's kernel; mainline never had it"};
	return (struct key_status){KEY_PRESENT, NULL};
}

struct key_status key_status(struct arena *arena, const struct param *param, const char *key,
			     const struct facts *facts)
{
	struct fact fact = facts_get(facts, key);

	switch (fact.state) {
	case FACT_ABSENT:
		return status_absent(arena, param, facts);
	case FACT_KNOWN:
		return status_there(arena, param, key, facts);
	case FACT_UNREADABLE:
		break;
	}
	return (struct key_status){KEY_UNREADABLE,
				   fact.why ? fact.why : "it could not be read"};
}

struct key_status key_status_by_version(struct arena *arena, const struct param *param,
					struct version kernel)
{
	const struct fact fact = fact_known((struct value){.type = VALUE_VERSION, .version = kernel});
	const struct age age = age_of(arena, param, fact);
	struct key_status status = {KEY_PRESENT, NULL};

	if (!is_of_others(arena, param, &age, &status))
		is_idle(arena, param, &age, &status);
	return status;
}
