#include <stdarg.h>
#include <string.h>

#include "core/diag.h"
#include "core/text.h"

struct diag diag_new(struct arena *arena)
{
	return (struct diag){.arena = arena};
}

static void __attribute__((format(printf, 4, 0)))
append(struct diag *diag, enum diag_level level, struct place place, const char *format, va_list args)
{
	struct text text = text_new(diag->arena);

	text_vprintf(&text, format, args);
	diag->messages = arena_grow(diag->arena, diag->messages, diag->n, &diag->capacity,
				    sizeof(*diag->messages));
	diag->messages[diag->n++] = (struct diag_message){
		.level = level,
		.place = place,
		.text = text_printable(diag->arena, text.data),
	};
	if (level == DIAG_ERROR)
		diag->errors++;
}

void diag_error(struct diag *diag, struct place place, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	append(diag, DIAG_ERROR, place, format, args);
	va_end(args);
}

void diag_warning(struct diag *diag, struct place place, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	append(diag, DIAG_WARNING, place, format, args);
	va_end(args);
}

/* Is the second place before the first, in the same file? */
static bool is_before(struct place a, struct place b)
{
	if (!a.file || !b.file || strcmp(a.file, b.file))
		return false;
	return b.line < a.line || (b.line == a.line && b.column < a.column);
}

/* By insertion: all but a few messages come in order. */
void diag_sort(struct diag *diag)
{
	for (size_t i = 1; i < diag->n; i++) {
		struct diag_message message = diag->messages[i];
		size_t k = i;

		for (; k > 0 && is_before(diag->messages[k - 1].place, message.place); k--)
			diag->messages[k] = diag->messages[k - 1];
		diag->messages[k] = message;
	}
}

char *diag_format(struct arena *arena, const struct diag_message *message)
{
	struct text text = text_new(arena);
	const struct place *place = &message->place;

	if (place->file)
		text_printf(&text, "%s:", text_printable(arena, place->file));
	if (place->file && place->line)
		text_printf(&text, "%u:", place->line);
	if (place->file && place->line && place->column)
		text_printf(&text, "%u:", place->column);
	text_printf(&text, "%s%s: %s", text.length ? " " : "",
		    message->level == DIAG_ERROR ? "error" : "warning", message->text);
	return text.data;
}
