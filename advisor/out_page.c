#include <stdarg.h>
#include <string.h>

#include "core/text.h"
#include "out_page.h"
#include "out_shared.h"

#define WIDEST 100
#define NARROWEST 40

static const char *const sequences[] = {
	[STYLE_PLAIN] = "",	   [STYLE_BOLD] = "\033[1m",	[STYLE_CRITICAL] = "\033[1;31m",
	[STYLE_HIGH] = "\033[31m", [STYLE_MEDIUM] = "\033[33m", [STYLE_LOW] = "\033[36m",
	[STYLE_INFO] = "\033[36m", [STYLE_GOOD] = "\033[32m",	[STYLE_ADDED] = "\033[32m",
	[STYLE_GONE] = "\033[31m",
};

struct page page_new(const struct out_options *options)
{
	unsigned width = options->width ? options->width : 80;

	width = width > WIDEST ? WIDEST : width;
	return (struct page){
		.stream = options->stream,
		.arena = options->arena,
		.width = width < NARROWEST ? NARROWEST : width,
		.color = options->color,
	};
}

const char *page_style(const struct page *page, enum style style)
{
	return page->color ? sequences[style] : "";
}

static void put_styled(struct page *page, enum style style, const char *text)
{
	const char *sequence = page_style(page, style);

	page->is_started = true;
	fprintf(page->stream, "%s%s%s", sequence, text, *sequence ? "\033[0m" : "");
}

void page_raw(struct page *page, enum style style, const char *line)
{
	put_styled(page, style, line);
	fputc('\n', page->stream);
}

void page_gap(struct page *page)
{
	if (page->is_started)
		fputc('\n', page->stream);
}

/* Characters, which is columns for all but wide ones: text is valid UTF-8. */
static unsigned columns(const char *text, size_t n)
{
	unsigned width = 0;

	for (size_t i = 0; i < n; i++)
		width += ((unsigned char)text[i] & 0xc0) != 0x80;
	return width;
}

/* The text with PAGE_BLANKs as the blanks they stand for. */
static const char *plain_blanks(struct arena *arena, const char *text)
{
	struct text plain = text_new(arena);
	const char *blank;

	for (; (blank = strstr(text, PAGE_BLANK)); text = blank + strlen(PAGE_BLANK)) {
		text_add_n(&plain, text, (size_t)(blank - text));
		text_add(&plain, " ");
	}
	text_add(&plain, text);
	return plain.data;
}

static void end_line(struct page *page, const struct paragraph *paragraph, struct text *line)
{
	put_styled(page, paragraph->style, plain_blanks(page->arena, line->data));
	fputc('\n', page->stream);
	*line = text_new(page->arena);
}

static void put_lead(struct page *page, const struct paragraph *paragraph)
{
	if (paragraph->lead)
		put_styled(page, paragraph->lead_style, paragraph->lead);
	else
		fprintf(page->stream, "%*s", (int)paragraph->indent, "");
}

void page_paragraph(struct page *page, const struct paragraph *paragraph, const char *text)
{
	const char *lead = paragraph->lead;
	unsigned column = lead ? columns(lead, strlen(lead)) : paragraph->indent;
	struct text line = text_new(page->arena);
	const char *word = out_line(page->arena, text ? text : "");

	put_lead(page, paragraph);
	for (word += strspn(word, " "); *word; word += strspn(word, " ")) {
		size_t n = strcspn(word, " ");
		unsigned width = columns(word, n);
		unsigned blank = line.length ? 1 : 0;

		if (column + blank + width > page->width && column > paragraph->indent) {
			end_line(page, paragraph, &line);
			fprintf(page->stream, "%*s", (int)paragraph->indent, "");
			column = paragraph->indent;
			blank = 0;
		}
		text_add_n(&line, " ", blank);
		text_add_n(&line, word, n);
		column += blank + width;
		word += n;
	}
	end_line(page, paragraph, &line);
}

void page_printf(struct page *page, const struct paragraph *paragraph, const char *format, ...)
{
	struct text text = text_new(page->arena);
	va_list args;

	va_start(args, format);
	text_vprintf(&text, format, args);
	va_end(args);
	page_paragraph(page, paragraph, text.data);
}

void page_heading(struct page *page, const char *format, ...)
{
	struct text text = text_new(page->arena);
	va_list args;

	va_start(args, format);
	text_vprintf(&text, format, args);
	va_end(args);
	page_gap(page);
	page_paragraph(page, &(struct paragraph){.style = STYLE_BOLD, .indent = 2, .lead = ""},
		       text.data);
}
