/* How TCP goes from state to state, as Linux names the states. */
#include <string.h>

#include "out_explain.h"

/* Each name of a state stands between blanks, where its mark goes. */
static const char *const drawing[] = {
	"                              CLOSED ",
	"           connect(),            |          listen()",
	"           SYN sent     +--------+--------+",
	"                        |                 |",
	"                    SYN_SENT           LISTEN ",
	"                        |                 |  SYN came, SYN-ACK sent",
	"         SYN-ACK came,  |             SYN_RECV ",
	"         ACK sent       |                 |  ACK came",
	"                        +--------+--------+",
	"                                 |",
	"                            ESTABLISHED ",
	"   this side closes first,       |       the peer closes first,",
	"   FIN sent             +--------+--------+  FIN came, ACK sent",
	"                        |                 |",
	"                   FIN_WAIT_1         CLOSE_WAIT ",
	"          ACK came   /     \\  FIN came    |  close(), FIN sent",
	"             FIN_WAIT_2   CLOSING      LAST_ACK ",
	"          FIN came   \\     /  ACK came    |  ACK came",
	"                    TIME_WAIT             |",
	"                        |  60 s           |",
	"                        +--------+--------+",
	"                                 |",
	"                              CLOSED ",
};

#define N_LINES (sizeof(drawing) / sizeof(drawing[0]))

/* Where the line has the state between two blanks, or NULL. */
static const char *find_state(const char *line, const char *state)
{
	size_t n = strlen(state);
	const char *found = strstr(line, state);

	return found && found > line && found[-1] == ' ' && found[n] == ' ' ? found : NULL;
}

static void put_line(struct page *page, const char *line, const char *state)
{
	const char *found = find_state(line, state);
	size_t n = strlen(state), length = strlen(line);

	while (length && line[length - 1] == ' ')
		length--;
	if (!found) {
		fprintf(page->stream, "%.*s\n", (int)length, line);
		return;
	}
	fprintf(page->stream, "%.*s%s[%s]%s", (int)(found - 1 - line), line,
		page_style(page, STYLE_HIGH), state, page->color ? "\033[0m" : "");
	found += n + 1;
	if (found < line + length)
		fprintf(page->stream, "%.*s", (int)(line + length - found), found);
	fputc('\n', page->stream);
}

void out_text_diagram(struct page *page, const char *state)
{
	bool is_drawn = false;

	for (size_t i = 0; i < N_LINES; i++)
		is_drawn |= find_state(drawing[i], state) != NULL;
	if (!is_drawn)
		return;
	page_gap(page);
	for (size_t i = 0; i < N_LINES; i++)
		put_line(page, drawing[i], state);
}
