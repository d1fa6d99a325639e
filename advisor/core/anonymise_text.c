#include <arpa/inet.h>
#include <ctype.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "core/anonymise_internal.h"
#include "core/text.h"

#define N(array) (sizeof(array) / sizeof((array)[0]))
#define HIDDEN "hidden"

/*
 * Keys by their last part: net.ipv4.tcp_fastopen_key, net.ipv6.conf.*.stable_secret, and
 * net.core.netdev_rss_key: who knows it can send every packet to one queue.
 */
static const char *const secrets[] = {"tcp_fastopen_key", "stable_secret", "netdev_rss_key"};

bool anonymise_is_secret(const char *path)
{
	const char *slash = strrchr(path, '/');

	if (strncmp(path, "proc/sys/", 9))
		return false;
	for (size_t i = 0; i < N(secrets); i++)
		if (!strcmp(slash + 1, secrets[i]))
			return true;
	return false;
}

/* ------------------------------------------------------- /proc/net/tcp{,6} */

/*
 * The digits of an address: 8 for each 32-bit word in network order, read as
 * a number of this machine (Linux 6.1 net/ipv4/tcp_ipv4.c get_tcp4_sock()).
 */
static void clean_hex(struct anonymise *anonymise, char *digits, unsigned n_words)
{
	unsigned words[4];
	char text[9];

	for (unsigned i = 0; i < n_words; i++) {
		memcpy(text, digits + 8 * i, 8);
		text[8] = '\0';
		if (strspn(text, "0123456789abcdefABCDEF") != 8 || sscanf(text, "%x", &words[i]) != 1)
			return;
	}
	if (n_words == 1)
		anonymise_ipv4(anonymise, words);
	else
		anonymise_ipv6(anonymise, words);
	for (unsigned i = 0; i < n_words; i++) {
		snprintf(text, sizeof(text), "%08X", words[i]);
		memcpy(digits + 8 * i, text, 8);
	}
}

static void clean_line(struct anonymise *anonymise, char *line, const char *end)
{
	for (unsigned field = 0; field < 3; field++) {
		char *start;

		while (line < end && *line == ' ')
			line++;
		for (start = line; line < end && *line != ' ' && *line != ':';)
			line++;
		if (field && line < end && *line == ':' && (line - start == 8 || line - start == 32))
			clean_hex(anonymise, start, (unsigned)(line - start) / 8);
		while (line < end && *line != ' ')
			line++;
	}
}

void anonymise_proc_net(struct anonymise *anonymise, char *text, size_t n)
{
	char *end = text + n;

	if (!anonymise->hides)
		return;
	while (text < end) {
		char *newline = memchr(text, '\n', (size_t)(end - text));
		char *stop = newline ? newline : end;

		clean_line(anonymise, text, stop);
		text = stop + 1;
	}
}

/* --------------------------------------------------------------- sysctl.d */

static bool is_word(char c)
{
	return isalnum((unsigned char)c) || c == '_';
}

/* The word as an address, and its replacement added; false when it is none. */
static bool add_address(struct anonymise *anonymise, struct text *out, const char *word)
{
	unsigned char address[16];
	char text[INET6_ADDRSTRLEN];

	if (inet_pton(AF_INET, word, address) == 1) {
		anonymise_ipv4(anonymise, address);
		inet_ntop(AF_INET, address, text, sizeof(text));
	} else if (inet_pton(AF_INET6, word, address) == 1) {
		anonymise_ipv6(anonymise, address);
		inet_ntop(AF_INET6, address, text, sizeof(text));
	} else {
		return false;
	}
	text_add(out, text);
	return true;
}

/*
 * The longest address that starts here, and how long it is: the whole run of
 * its letters, or less where something follows ("10.0.0.1:80", "::1.").
 */
static size_t try_address(struct anonymise *anonymise, struct text *out, const char *s, const char *end)
{
	char word[INET6_ADDRSTRLEN];
	size_t n = 0;

	while (s + n < end && n < sizeof(word) - 1 && (isxdigit((unsigned char)s[n]) || s[n] == ':' ||
						       s[n] == '.'))
		n++;
	for (; n >= 2; n--) {
		if (s + n < end && is_word(s[n]) && is_word(s[n - 1]))
			continue;
		memcpy(word, s, n);
		word[n] = '\0';
		if (add_address(anonymise, out, word))
			return n;
	}
	return 0;
}

/* A Fast Open key, wherever it stands: four times eight hexadecimal digits. */
static size_t key_length(const char *s, const char *end)
{
	size_t n = 0;

	for (; n < 35; n++) {
		if (s + n >= end)
			return 0;
		if (n % 9 == 8 ? s[n] != '-' : !isxdigit((unsigned char)s[n]))
			return 0;
	}
	return n;
}

static size_t try_host(const struct anonymise *anonymise, const char *s, const char *end)
{
	const char *host = anonymise->host;
	size_t n = host ? strlen(host) : 0;

	if (!n || (size_t)(end - s) < n || strncasecmp(s, host, n))
		return 0;
	return s + n < end && is_word(s[n]) ? 0 : n;
}

/* A stretch of text in which addresses are replaced, and in a comment the host's name. */
static void add_clean(struct anonymise *anonymise, struct text *out, const char *s, const char *end,
		      bool is_comment)
{
	const char *start = s;

	while (s < end) {
		bool begins = s == start || !is_word(s[-1]);
		size_t n = begins ? key_length(s, end) : 0;

		if (n) {
			text_add(out, HIDDEN);
		} else if (begins && anonymise->hides) {
			n = is_comment ? try_host(anonymise, s, end) : 0;
			if (n)
				text_add(out, "host");
			else
				n = try_address(anonymise, out, s, end);
		}
		if (!n)
			text_add_n(out, s, n = 1);
		s += n;
	}
}

/* The first of the names in the line, or NULL; of two at one place either. */
static const char *find_name(const char *const *names, size_t n, const char *line, const char *end)
{
	const char *first = NULL;

	for (size_t i = 0; i < n; i++) {
		const char *found = memmem(line, (size_t)(end - line), names[i], strlen(names[i]));

		if (found && (!first || found < first))
			first = found;
	}
	return first;
}

/* The place behind a key from which on all goes, or NULL: "=" and what is before it are kept. */
static const char *hidden_from(const struct anonymise *anonymise, const char *line, const char *end)
{
	static const char *const names[] = {"kernel.hostname", "kernel/hostname",
					    "kernel.domainname", "kernel/domainname"};
	const char *found = find_name(secrets, N(secrets), line, end);
	const char *name = anonymise->hides ? find_name(names, N(names), line, found ? found : end) : NULL;
	const char *equals;

	found = name ? name : found;
	if (!found)
		return NULL;
	equals = memchr(found, '=', (size_t)(end - found));
	if (equals)
		return equals + 1;
	while (found < end && (is_word(*found) || *found == '.'))
		found++;
	return found;
}

static void add_line(struct anonymise *anonymise, struct text *out, const char *line, const char *end)
{
	const char *first = line, *hidden = hidden_from(anonymise, line, end), *value;
	const char *stop = hidden ? hidden : end;

	while (first < end && isspace((unsigned char)*first))
		first++;
	if (first < end && (*first == '#' || *first == ';')) {
		add_clean(anonymise, out, line, stop, /* is_comment */ true);
	} else {
		/* The key stays to the letter: it names a file of /proc/sys. */
		value = memchr(line, '=', (size_t)(stop - line));
		value = value ? value + 1 : line;
		text_add_n(out, line, (size_t)(value - line));
		add_clean(anonymise, out, value, stop, /* is_comment */ false);
	}
	if (hidden)
		text_add(out, " " HIDDEN);
}

char *anonymise_conf(struct anonymise *anonymise, const char *text, size_t n, size_t *ret_n)
{
	struct text out = text_new(anonymise->arena);
	const char *end = text + n;

	while (text < end) {
		const char *newline = memchr(text, '\n', (size_t)(end - text));

		add_line(anonymise, &out, text, newline ? newline : end);
		if (newline)
			text_add(&out, "\n");
		text = newline ? newline + 1 : end;
	}
	*ret_n = out.length;
	return out.data;
}
