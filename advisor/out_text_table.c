#include <stdlib.h>
#include <string.h>

#include <libsmartcols.h>

#include "core/text.h"
#include "out_shared.h"
#include "out_text.h"

/* A longer list shows only what is not as asked. */
#define ROWS_ALL 12
#define VALUE_NARROWEST 11 /* "4096 131072" */
#define MARGIN 2
#define SEPARATOR "  "

enum cell { CELL_KEY, CELL_NOW, CELL_WANTED, CELL_VERDICT, CELL_PROFILE, N_CELLS };

static const char *const names[N_CELLS] = {
	[CELL_KEY] = "KEY",	    [CELL_NOW] = "NOW",		[CELL_WANTED] = "WANTED",
	[CELL_VERDICT] = "VERDICT", [CELL_PROFILE] = "PROFILE",
};

static const enum style verdict_styles[] = {
	[SETTING_OK] = STYLE_GOOD,	  [SETTING_DIFFERS] = STYLE_MEDIUM,
	[SETTING_REMOVED] = STYLE_MEDIUM, [SETTING_NOOP] = STYLE_LOW,
	[SETTING_ABSENT] = STYLE_LOW,	  [SETTING_READ_ONLY] = STYLE_LOW,
	[SETTING_REFUSED] = STYLE_MEDIUM, [SETTING_CONFLICT] = STYLE_HIGH,
	[SETTING_UNKNOWN] = STYLE_MEDIUM,
};

struct row {
	const char *cells[N_CELLS];
	enum setting_verdict verdict;
};

struct sheet {
	struct row *rows;
	size_t n;
	size_t n_cells; /* the profile is left out where there is but one */
	size_t widest[N_CELLS];
};

/* What the profile says explains why a value is fine; what is to be written explains a
 * difference. */
static const char *wanted(const struct setting_result *setting)
{
	if (setting->verdict == SETTING_OK && setting->asks)
		return setting->asks;
	if (setting->wanted)
		return setting->wanted;
	return setting->asks ? setting->asks : "unknown";
}

static const char *now(const struct setting_result *setting)
{
	if (setting->current)
		return setting->current;
	return setting->verdict == SETTING_UNKNOWN ? "unknown" : "-";
}

static void add_row(struct page *page, struct sheet *sheet,
		    const struct setting_result *setting)
{
	struct row *row = &sheet->rows[sheet->n++];
	const char *const texts[N_CELLS] = {
		[CELL_KEY] = setting->key,
		[CELL_NOW] = now(setting),
		[CELL_WANTED] = wanted(setting),
		[CELL_VERDICT] = setting_verdict_name(setting->verdict),
		[CELL_PROFILE] = setting->profile,
	};

	row->verdict = setting->verdict;
	for (size_t i = 0; i < N_CELLS; i++) {
		size_t width;

		row->cells[i] = out_line(page->arena, texts[i]);
		width = strlen(row->cells[i]);
		if (width > sheet->widest[i])
			sheet->widest[i] = width;
	}
}

/* How many bytes of text go into one line: up to a blank, or behind a sign that parts words. */
static size_t line_length(const char *text, size_t limit)
{
	size_t best = 0;

	if (strlen(text) <= limit)
		return strlen(text);
	for (size_t i = 0; i <= limit; i++) {
		if (text[i] == ' ')
			best = i;
		else if (i && strchr(",._-", text[i - 1]))
			best = i;
	}
	if (best)
		return best;
	for (best = limit; best > 1 && ((unsigned char)text[best] & 0xc0) == 0x80; best--)
		;
	return best;
}

/* text in lines of at most limit bytes. */
static const char *fold(struct arena *arena, const char *text, size_t limit)
{
	struct text folded = text_new(arena);

	while (*text) {
		size_t n = line_length(text, limit);

		if (folded.length)
			text_add(&folded, "\n");
		text_add_n(&folded, text, n);
		text += n;
		text += strspn(text, " ");
	}
	return folded.data;
}

/*
 * The columns of values share what the others leave; the narrower one gives
 * what it does not need. Where that is too little, the keys give too.
 */
static void set_limits(const struct sheet *sheet, size_t width, size_t *limits)
{
	size_t taken = (sheet->n_cells - 1) * strlen(SEPARATOR), room;
	size_t now_wide = sheet->widest[CELL_NOW], wanted_wide = sheet->widest[CELL_WANTED];

	for (size_t i = 0; i < N_CELLS; i++)
		limits[i] = sheet->widest[i];
	for (size_t i = 0; i < sheet->n_cells; i++)
		if (i != CELL_NOW && i != CELL_WANTED)
			taken += limits[i];
	room = width > taken ? width - taken : 0;
	if (now_wide + wanted_wide <= room)
		return;
	if (room < 2 * VALUE_NARROWEST) {
		size_t lack = 2 * VALUE_NARROWEST - room;

		limits[CELL_KEY] = limits[CELL_KEY] > lack + VALUE_NARROWEST
					   ? limits[CELL_KEY] - lack
					   : VALUE_NARROWEST;
		room = 2 * VALUE_NARROWEST;
	}
	if (now_wide > room / 2)
		limits[CELL_NOW] = wanted_wide < room / 2 ? room - wanted_wide : room / 2;
	limits[CELL_WANTED] = room - limits[CELL_NOW];
}

static void put_row(struct page *page, struct libscols_table *table, const struct sheet *sheet,
		    const struct row *row)
{
	struct libscols_line *line = scols_table_new_line(table, NULL);
	size_t limits[N_CELLS];

	if (!line)
		return;
	set_limits(sheet, scols_table_get_termwidth(table), limits);
	for (size_t i = 0; i < sheet->n_cells; i++)
		scols_line_set_data(line, i, fold(page->arena, row->cells[i], limits[i]));
	if (page->color)
		scols_cell_set_color(scols_line_get_cell(line, CELL_VERDICT),
				     page_style(page, verdict_styles[row->verdict]));
}

/* The library lays out and pads; the lines are folded here, at places that can be read. */
static struct libscols_table *new_table(const struct page *page, const struct sheet *sheet,
					size_t width)
{
	struct libscols_table *table = scols_new_table();

	if (!table)
		return NULL;
	scols_table_enable_colors(table, page->color);
	scols_table_set_termforce(table, SCOLS_TERMFORCE_ALWAYS);
	scols_table_set_termwidth(table, width);
	scols_table_set_column_separator(table, SEPARATOR);
	for (size_t i = 0; i < sheet->n_cells; i++) {
		struct libscols_column *column =
			scols_table_new_column(table, names[i], 0, SCOLS_FL_WRAP);

		scols_column_set_safechars(column, "\n");
		scols_column_set_wrapfunc(column, scols_wrapnl_chunksize,
					  scols_wrapnl_nextchunk, NULL);
	}
	return table;
}

/* With a margin, and without the blanks that fill up the last column. */
static void print_lines(struct page *page, const char *text)
{
	while (*text) {
		size_t n = strcspn(text, "\n"), length = n;

		while (length && text[length - 1] == ' ')
			length--;
		page_raw(page, STYLE_PLAIN,
			 arena_printf(page->arena, "%*s%.*s", MARGIN, "", (int)length, text));
		text += n + (text[n] == '\n');
	}
}

static void print_sheet(struct page *page, const struct sheet *sheet, unsigned width)
{
	struct libscols_table *table = new_table(page, sheet, width - MARGIN);
	char *text = NULL;

	if (!table)
		return;
	for (size_t i = 0; i < sheet->n; i++)
		put_row(page, table, sheet, &sheet->rows[i]);
	if (!scols_print_table_to_string(table, &text))
		print_lines(page, text);
	free(text);
	scols_unref_table(table);
}

void out_text_table(struct page *page, const struct out_options *options,
		    const struct check_report *report)
{
	const struct plan *plan = report->plan;
	bool is_whole = plan->n_settings <= ROWS_ALL || options->verbose;
	struct sheet sheet = {
		.rows = arena_array(page->arena, plan->n_settings, sizeof(*sheet.rows)),
		.n_cells = report->n_profiles > 1 ? N_CELLS : CELL_PROFILE,
	};

	for (size_t i = 0; i < N_CELLS; i++)
		sheet.widest[i] = strlen(names[i]);
	for (size_t i = 0; i < plan->n_settings; i++)
		if (is_whole || plan->settings[i].verdict != SETTING_OK)
			add_row(page, &sheet, &plan->settings[i]);
	if (sheet.n)
		print_sheet(page, &sheet,
			    options->width > page->width ? options->width : page->width);
	if (sheet.n < plan->n_settings)
		page_printf(page, &(struct paragraph){.indent = MARGIN},
			    "%zu %sas asked: --verbose lists them", plan->n_settings - sheet.n,
			    sheet.n ? "more are " : "are ");
}
