#include <string.h>

#include "core/expr.h"
#include "core/text.h"

struct part {
	const char *text;	 /* before the expression */
	const struct expr *expr; /* or NULL behind the last one */
};

struct template {
	struct part *parts;
	size_t n, capacity;
};

static void add_part(struct arena *arena, struct template *template, const char *text,
		     const struct expr *expr)
{
	template->parts = arena_grow(arena, template->parts, template->n, &template->capacity,
				     sizeof(*template->parts));
	template->parts[template->n++] = (struct part){.text = text, .expr = expr};
}

/* The expression between the braces, at its place in the file. */
static struct node inner_node(struct arena *arena, const struct node *node, const char *start, size_t n)
{
	struct node inner = *node;

	inner.text = arena_strndup(arena, start, n);
	if (!node->folded && inner.place.column)
		inner.place.column += (unsigned)(start - node->text);
	return inner;
}

const struct template *template_parse(struct arena *arena, struct diag *diag,
				      const struct node *node, const struct scope *scope)
{
	struct template *template = arena_alloc(arena, sizeof(*template));
	struct text text = text_new(arena);
	const char *s = node->text;
	const struct expr *expr;
	bool failed = false;

	if (node->type != NODE_SCALAR) {
		diag_error(diag, node->place, "a text is needed here");
		return NULL;
	}
	for (; *s; s++) {
		const char *end;
		struct node inner;

		if (*s != '{' || s[1] == '{') {
			size_t n;

			s += *s == '{';
			n = 1 + strcspn(s + 1, "{");
			text_add_n(&text, s, n);
			s += n - 1;
			continue;
		}
		end = strchr(s, '}');
		if (!end) {
			diag_error(diag, node->place, "'{' has no '}' ('{{' is a brace)");
			return NULL;
		}
		inner = inner_node(arena, node, s + 1, (size_t)(end - s - 1));
		expr = expr_parse_any(arena, diag, &inner, scope);
		failed |= !expr;
		add_part(arena, template, text.data, expr);
		text = text_new(arena);
		s = end;
	}
	add_part(arena, template, text.data, NULL);
	return failed ? NULL : template;
}

static char *expand(const struct template *template, struct eval *eval)
{
	struct text text = text_new(eval->arena);

	for (size_t i = 0; i < template->n; i++) {
		const struct part *part = &template->parts[i];
		struct fact fact;

		text_add(&text, part->text);
		if (!part->expr)
			continue;
		fact = expr_eval(part->expr, eval);
		if (fact.state == FACT_KNOWN)
			text_add(&text, value_show(eval->arena, fact.value));
		else
			text_printf(&text, "(unknown: %s)", fact.why ? fact.why : "not there");
	}
	return text.data;
}

char *template_expand(const struct template *template, struct eval *eval)
{
	return text_printable(eval->arena, expand(template, eval));
}

struct fact template_eval(const struct template *template, struct eval *eval)
{
	for (size_t i = 0; i < template->n; i++) {
		const struct expr *expr = template->parts[i].expr;
		struct fact fact = expr ? expr_eval(expr, eval) : fact_known(value_bool(true));

		if (fact.state != FACT_KNOWN)
			return fact;
	}
	return fact_known(value_text(expand(template, eval)));
}

void template_facts(const struct template *template, struct arena *arena, const char ***names,
		    size_t *n, size_t *capacity)
{
	for (size_t i = 0; template && i < template->n; i++)
		expr_facts(template->parts[i].expr, arena, names, n, capacity);
}

void template_tables(const struct template *template, struct arena *arena, const char ***names,
		     size_t *n, size_t *capacity)
{
	for (size_t i = 0; template && i < template->n; i++)
		expr_tables(template->parts[i].expr, arena, names, n, capacity);
}
