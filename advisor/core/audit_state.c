/* What a host makes of a key, and what a loader leaves in it. */
#include <stdlib.h>
#include <string.h>

#include "core/audit_internal.h"
#include "core/keystate.h"

bool audit_same(const struct param *param, const char *a, const char *b)
{
	static const struct param text = {.type = PARAM_TEXT};

	return param_same(param ? param : &text, a, b);
}

bool audit_same_line(const struct conf_entry *a, const struct conf_entry *b)
{
	return a == b || (a && b && !strcmp(a->place.file, CONF_LAST_PATH) &&
			  !strcmp(b->place.file, CONF_LAST_PATH) && a->place.line == b->place.line);
}

/* ------------------------------------------------------------ the state */

static struct audit_state state_of_status(struct key_status status)
{
	return (struct audit_state){.name = key_state_name(status.state), .note = status.note};
}

/* A key that no parameter file has, and that the host has not either. */
static struct audit_state state_of_stranger(const struct audit_input *input, const char *key)
{
	const char *nearest = params_nearest(input->params, key);

	if (nearest)
		return (struct audit_state){.name = "misspelt", .nearest = nearest};
	return (struct audit_state){.name = "unknown", .note = "tcptune does not know it"};
}

/* "eth9" of net.ipv4.conf.eth9.rp_filter, whose entry is that of net.ipv4.conf.default.rp_filter. */
static const char *interface_of(struct arena *arena, const struct param *param, const char *key)
{
	size_t head = (size_t)(strstr(param->key, ".default.") - param->key) + 1;
	const char *tail = strrchr(key, '.');

	return arena_strndup(arena, key + head, (size_t)(tail - key) - head);
}

static struct audit_state observed_state(struct arena *arena, const struct audit_input *input,
					 const struct param *param, const char *key)
{
	struct fact fact = facts_get(input->facts, key);
	struct audit_state state;

	if (!param && fact.state == FACT_KNOWN)
		return (struct audit_state){.name = "present", .note = "tcptune knows no more of it"};
	if (!param && fact.state == FACT_UNREADABLE)
		return (struct audit_state){.name = "unreadable", .note = fact.why};
	if (!param)
		return state_of_stranger(input, key);
	state = state_of_status(key_status(arena, param, key, input->facts));
	if (fact.state == FACT_ABSENT && strcmp(param->key, key) && !strcmp(state.name, "absent"))
		state = (struct audit_state){
			.name = "no-interface",
			.note = arena_printf(arena, "there is no interface %s now",
					     interface_of(arena, param, key)),
		};
	return state;
}

struct audit_state audit_state_of(struct arena *arena, const struct audit_input *input,
				  const struct param *param, const char *key)
{
	struct fact kernel = facts_get(input->facts, "kernel.version");

	if (input->is_observed)
		return observed_state(arena, input, param, key);
	if (!param)
		return state_of_stranger(input, key);
	if (kernel.state != FACT_KNOWN)
		return (struct audit_state){.name = "unreadable", .note = kernel.why};
	return state_of_status(key_status_by_version(arena, param, kernel.value.version));
}

/* ------------------------------------------------------------- the boot */

bool audit_has_word(const char *words, const char *word)
{
	size_t n = strlen(word);

	for (const char *s = strstr(words, word); n && s; s = strstr(s + 1, word))
		if ((s == words || s[-1] == ' ') && (!s[n] || s[n] == ' '))
			return true;
	return false;
}

/* It is known that the words of that key lack this one. key may be NULL: then nothing is known. */
static bool is_lacking(const struct audit_input *input, const char *key, const char *word)
{
	struct fact words = facts_get(input->facts, key ? key : "");

	return words.state == FACT_KNOWN && words.value.type == VALUE_TEXT &&
	       !audit_has_word(words.value.text, word);
}

static bool is_child(const struct audit_input *input)
{
	struct fact child = facts_get(input->facts, "namespace.child");

	return child.state == FACT_KNOWN && child.value.boolean;
}

bool audit_can_be_set(const struct audit_key *key)
{
	static const char *const states[] = {"present", "no-op", "read-only", "no-module", "no-interface"};

	for (size_t i = 0; i < sizeof(states) / sizeof(states[0]); i++)
		if (!strcmp(key->state.name, states[i]))
			return true;
	return false;
}

/* Why the key cannot be there, or not written, when the files are loaded; or NULL. */
static const char *missing_at_boot(struct arena *arena, const struct audit_input *input,
				   const struct audit_key *key)
{
	const struct param *param = key->param;
	struct fact early;

	if (!audit_can_be_set(key) || !strcmp(key->state.name, "read-only"))
		return key->state.note ? key->state.note : "there is no such key";
	if (!param || !param->module || !input->is_observed)
		return NULL;
	early = audit_module_is_early(input->host, param->module);
	if (early.state != FACT_KNOWN)
		return early.why;
	if (early.value.boolean)
		return NULL;
	return arena_printf(arena, "module %s is not loaded when the files are", param->module);
}

/* The entries in turn, over the default. */
static void write_all(struct arena *arena, const struct audit_key *key, const struct conf_entry *const *writes,
		      size_t n, struct audit_boot *boot)
{
	boot->value = key->default_text;
	for (size_t i = 0; i < n; i++) {
		boot->why = NULL;
		boot->value = key->param ? param_written(arena, key->param, boot->value, writes[i]->value,
							 &boot->why)
					 : writes[i]->value;
	}
}

/* The first number of a key that bounds another one: the running one, else the default; false where none is known. */
static bool first_number(const struct audit_input *input, const char *key, double *ret)
{
	struct fact fact = facts_get(input->facts, key);
	const struct param *param = params_find(input->params, key);

	if (fact.state == FACT_KNOWN && fact.value.type == VALUE_NUMBER)
		*ret = fact.value.number;
	else if (fact.state == FACT_KNOWN && fact.value.type == VALUE_TUPLE && fact.value.tuple.n)
		*ret = fact.value.tuple.element[0];
	else if (!param || !param->default_text)
		return false;
	else
		*ret = strtod(param->default_text, NULL);
	return true;
}

/* Why the kernel would not take a value because of another key, or NULL. */
static const char *beyond_bound(struct arena *arena, const struct audit_input *input,
				const struct param *param, const char *value)
{
	double number = strtod(value, NULL), bound;

	if (param->min_key && first_number(input, param->min_key, &bound) && number < bound)
		return arena_printf(arena, "%.0f is below %s, which is %.0f", number, param->min_key, bound);
	if (param->max_key && first_number(input, param->max_key, &bound) && number > bound)
		return arena_printf(arena, "%.0f is above %s, which is %.0f", number, param->max_key, bound);
	return NULL;
}

/* A value that was written, and that the kernel may not have taken after all. */
static const char *doubt(struct arena *arena, const struct audit_input *input, const struct param *param,
			 const char *value)
{
	if (!param)
		return NULL;
	if (is_lacking(input, param->among, value))
		return arena_printf(arena, "the kernel takes %s if it finds a module for it", value);
	if (is_child(input) && is_lacking(input, param->among_in_child, value))
		return arena_printf(arena, "a child network namespace takes none but those of %s",
				    param->among_in_child);
	return beyond_bound(arena, input, param, value);
}

struct audit_boot audit_boot_of(struct arena *arena, const struct audit_input *input,
				const struct audit_key *key, enum conf_loader loader)
{
	struct audit_boot boot = {0};
	size_t n;
	const struct conf_entry **writes = conf_writes(arena, input->conf, loader, key->key, &n);

	if (!n) {
		boot.exclusion = conf_exclusion(input->conf, loader, key->key);
		return boot;
	}
	boot.entry = writes[n - 1];
	boot.why = missing_at_boot(arena, input, key);
	if (boot.why)
		return boot;
	write_all(arena, key, writes, n, &boot);
	boot.why = boot.value ? doubt(arena, input, key->param, boot.value) : boot.why;
	if (boot.why)
		boot.value = NULL;
	return boot;
}

struct fact audit_booted(const struct audit_boot *boot)
{
	if (boot->exclusion)
		return fact_missing(FACT_ABSENT, "a later line excludes the key");
	if (!boot->entry)
		return fact_missing(FACT_ABSENT, "no line that it reads sets the key");
	if (!boot->value)
		return fact_missing(FACT_UNREADABLE, boot->why);
	return fact_known(value_text(boot->value));
}

bool audit_is_written(const struct audit_key *key, const struct audit_boot *boot)
{
	static const struct param text = {.type = PARAM_TEXT};
	const struct param *param = key->param && key->param->type == PARAM_PORTS ? key->param : &text;

	return boot->value && param_same(param, boot->value, boot->entry->value);
}

const struct audit_boot *audit_boot_here(const struct audit *audit, const struct audit_key *key,
					 struct fact *ret_why)
{
	const struct audit_host *host = audit->input->host;
	enum conf_loader loader;

	if (host->no_boot)
		*ret_why = fact_missing(FACT_ABSENT, host->no_boot);
	else if (audit_loader(host, &loader))
		return &key->boot[loader];
	else if (host->loader)
		*ret_why = fact_missing(FACT_ABSENT, "nothing loads sysctl files at boot here");
	else if (audit_agrees(key))
		return &key->boot[CONF_SYSTEMD];
	else
		*ret_why = fact_missing(FACT_UNREADABLE, host->loader_why);
	return NULL;
}

struct fact audit_drift(const struct audit *audit, const struct audit_key *key)
{
	struct fact now = facts_get(audit->input->facts, key->key), boot = {0};
	const struct audit_boot *here = audit_boot_here(audit, key, &boot);

	if (here)
		boot = audit_booted(here);
	if (now.state != FACT_KNOWN)
		return now;
	if (boot.state != FACT_KNOWN)
		return boot;
	return fact_known(value_bool(!audit_same(key->param, boot.value.text, key->running)));
}
