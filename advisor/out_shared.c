#include <string.h>
#include <time.h>

#include "core/text.h"
#include "out_shared.h"

const struct out_state out_states[OUT_STATES] = {
	{"ESTABLISHED", "sockets.established"}, {"SYN_SENT", "sockets.syn_sent"},
	{"SYN_RECV", "sockets.syn_recv"},	{"FIN_WAIT1", "sockets.fin_wait1"},
	{"FIN_WAIT2", "sockets.fin_wait2"},	{"TIME_WAIT", "sockets.time_wait"},
	{"CLOSE_WAIT", "sockets.close_wait"},	{"LAST_ACK", "sockets.last_ack"},
	{"LISTEN", "sockets.listen"},		{"CLOSING", "sockets.closing"},
};

char *out_line(struct arena *arena, const char *text)
{
	char *copy;
	size_t n;

	if (!text)
		return NULL;
	copy = arena_strdup(arena, text);
	n = strlen(copy);
	for (size_t i = 0; i < n; i++)
		if (strchr("\t\r\n", copy[i]))
			copy[i] = ' ';
	while (n && copy[n - 1] == ' ')
		copy[--n] = '\0';
	return text_printable(arena, copy);
}

char *out_lines(struct arena *arena, const char *text)
{
	struct text lines;

	if (!text)
		return NULL;
	lines = text_new(arena);
	for (;;) {
		size_t n = strcspn(text, "\n\t");

		text_add(&lines, text_printable(arena, arena_strndup(arena, text, n)));
		if (!text[n])
			return lines.data;
		text_add_n(&lines, text + n, 1);
		text += n + 1;
	}
}

char *out_join(struct arena *arena, const char *const *texts, size_t n, const char *separator)
{
	struct text joined = text_new(arena);

	for (size_t i = 0; i < n; i++)
		text_printf(&joined, "%s%s", i ? separator : "", out_line(arena, texts[i]));
	return joined.data;
}

bool out_has_changed(enum apply_outcome outcome, bool dry_run)
{
	switch (outcome) {
	case APPLY_DONE:
	case APPLY_BROKEN:
		return true;
	case APPLY_WOULD:
		return dry_run;
	case APPLY_UNCHANGED:
	case APPLY_RESTORED:
	case APPLY_STOPPED:
		break;
	}
	return false;
}

static char *time_as(struct arena *arena, long long seconds, char between, const char *zone)
{
	const time_t time = (time_t)seconds;
	struct tm tm;

	if (seconds < 0 || seconds > 253402300799 || !gmtime_r(&time, &tm))
		return arena_strdup(arena, "?");
	return arena_printf(arena, "%04d-%02d-%02d%c%02d:%02d:%02d%s", tm.tm_year + 1900, tm.tm_mon + 1,
			    tm.tm_mday, between, tm.tm_hour, tm.tm_min, tm.tm_sec, zone);
}

char *out_time(struct arena *arena, long long seconds)
{
	return time_as(arena, seconds, ' ', " UTC");
}

char *out_time_iso(struct arena *arena, long long seconds)
{
	return time_as(arena, seconds, 'T', "Z");
}
