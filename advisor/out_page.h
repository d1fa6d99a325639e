/*
 * Text on a page of a given width: wrapped paragraphs with hanging indents,
 * headings, coloured words. Everything that is written passes out_line(), so
 * that no control character of what was observed reaches the terminal.
 */
#ifndef TCPTUNE_OUT_PAGE_H
#define TCPTUNE_OUT_PAGE_H

#include <stdbool.h>
#include <stdio.h>

#include "core/arena.h"
#include "out.h"

enum style {
	STYLE_PLAIN,
	STYLE_BOLD,
	STYLE_CRITICAL,
	STYLE_HIGH,
	STYLE_MEDIUM,
	STYLE_LOW,
	STYLE_INFO,
	STYLE_GOOD,
	STYLE_ADDED,
	STYLE_GONE,
};

struct page {
	FILE *stream;
	struct arena *arena;
	unsigned width; /* where paragraphs end: a line longer than 100 columns is hard to read
			 */
	bool color;
	bool is_started; /* something was written: a heading needs a blank line above */
};

struct page page_new(const struct out_options *options);

/* The escape sequence of a style, "" without colour. */
const char *page_style(const struct page *page, enum style style);

/* "" at the start of a page, else a blank line. */
void page_gap(struct page *page);

void page_heading(struct page *page, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* A blank at which no line ends (U+00A0): a number and what it counts stay together. */
#define PAGE_BLANK "\xc2\xa0"

struct paragraph {
	const char *lead; /* before the first word, with its blanks; NULL for the indent */
	enum style lead_style;
	enum style style;
	unsigned indent; /* of the lines after the first */
};

/* A word that is wider than the page has a line to itself. */
void page_paragraph(struct page *page, const struct paragraph *paragraph, const char *text);
void page_printf(struct page *page, const struct paragraph *paragraph, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/* One line as it is, neither wrapped nor made printable. */
void page_raw(struct page *page, enum style style, const char *line);

#endif
