#include <netinet/tcp.h>
#include <string.h>

#include "core/proctcp.h"

/* What is left of a line. */
struct cursor {
	const char *at, *end;
	bool has_failed;
};

static unsigned digit(char c)
{
	if (c >= '0' && c <= '9')
		return (unsigned)(c - '0');
	if (c >= 'A' && c <= 'F')
		return (unsigned)(c - 'A') + 10;
	return c >= 'a' && c <= 'f' ? (unsigned)(c - 'a') + 10 : 16;
}

/* A number of this base that fits 32 bits. */
static uint32_t read_number(struct cursor *cursor, unsigned base)
{
	const char *start;
	uint64_t number = 0;

	while (cursor->at < cursor->end && *cursor->at == ' ')
		cursor->at++;
	start = cursor->at;
	for (; cursor->at < cursor->end && digit(*cursor->at) < base; cursor->at++) {
		number = number * base + digit(*cursor->at);
		if (number > UINT32_MAX)
			break;
	}
	if (cursor->at == start || number > UINT32_MAX)
		cursor->has_failed = true;
	return (uint32_t)number;
}

static void skip_word(struct cursor *cursor)
{
	while (cursor->at < cursor->end && *cursor->at == ' ')
		cursor->at++;
	while (cursor->at < cursor->end && *cursor->at != ' ')
		cursor->at++;
}

static void read_colon(struct cursor *cursor)
{
	if (cursor->at < cursor->end && *cursor->at == ':')
		cursor->at++;
	else
		cursor->has_failed = true;
}

/* 8 or 32 digits and a port: each 8 digits are a word of the address as a number of this machine. */
static struct address read_endpoint(struct cursor *cursor, uint16_t *ret_port)
{
	uint32_t words[4] = {0}, port;
	size_t n = 0;

	while (cursor->at < cursor->end && *cursor->at == ' ')
		cursor->at++;
	while (cursor->end - cursor->at >= 8 && n < 4 && *cursor->at != ':') {
		struct cursor word = {cursor->at, cursor->at + 8, false};

		words[n++] = read_number(&word, 16);
		if (word.at != word.end)
			break;
		cursor->at = word.at;
	}
	read_colon(cursor);
	port = read_number(cursor, 16);
	if ((n != 1 && n != 4) || port > UINT16_MAX)
		cursor->has_failed = true;
	*ret_port = (uint16_t)port;
	return n == 1 ? address_v4(words) : address_v6(words);
}

/* ":when", in hundredths of a second; 0 where it is no such number, which is no reason to lose the socket. */
static uint32_t read_ticks(struct cursor *cursor)
{
	struct cursor ticks = *cursor;
	uint32_t number;

	read_colon(&ticks);
	number = read_number(&ticks, 16);
	skip_word(cursor);
	return ticks.has_failed || number > UINT32_MAX / 10 ? 0 : number;
}

/* sl: local remote state tx:rx timer:when retransmits uid timeout inode ... */
static bool read_line(struct cursor cursor, struct census_socket *socket)
{
	uint32_t state, timer;

	read_number(&cursor, 10);
	read_colon(&cursor);
	socket->address = read_endpoint(&cursor, &socket->port);
	socket->peer = read_endpoint(&cursor, &socket->peer_port);
	state = read_number(&cursor, 16);
	socket->wqueue = read_number(&cursor, 16);
	read_colon(&cursor);
	socket->rqueue = read_number(&cursor, 16);
	timer = read_number(&cursor, 16);
	socket->expires = read_ticks(&cursor) * 10;
	skip_word(&cursor);
	socket->uid = read_number(&cursor, 10);
	skip_word(&cursor);
	socket->inode = read_number(&cursor, 10);
	socket->state = (uint8_t)state;
	socket->timer = (uint8_t)timer;
	return !cursor.has_failed && state <= UINT8_MAX && timer <= UINT8_MAX;
}

static bool is_heading(const char *line, size_t length)
{
	while (length && *line == ' ')
		line++, length--;
	return !length || (length >= 2 && !memcmp(line, "sl", 2));
}

size_t proctcp_parse(struct proctcp *text, const void *bytes, size_t length)
{
	const char *line = bytes, *end = line + length, *newline;

	for (; (newline = memchr(line, '\n', (size_t)(end - line))); line = newline + 1) {
		struct census_socket socket = {0};

		if (read_line((struct cursor){line, newline, false}, &socket)) {
			text->n_sockets++;
			text->socket(text->context, &socket);
		} else if (!is_heading(line, (size_t)(newline - line))) {
			text->n_unknown++;
		}
	}
	return (size_t)(line - (const char *)bytes);
}
