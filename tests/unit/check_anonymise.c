#include <arpa/inet.h>
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <linux/inet_diag.h>
#include <linux/netlink.h>

#include "core/anonymise.h"

#define N(array) (sizeof(array) / sizeof((array)[0]))

Suite *anonymise_suite(void);

static const unsigned char key[ANONYMISE_KEY_BYTES] = "0123456789abcde";
static struct arena *arena;
static struct anonymise *hiding, *keeping;

static void setup(void)
{
	arena = arena_new();
	hiding = anonymise_new(arena, key, true);
	keeping = anonymise_new(arena, key, false);
}

static void teardown(void)
{
	arena_free(arena);
}

/* The text of an address after it was replaced. */
static const char *replaced(struct anonymise *anonymise, const char *text)
{
	static char out[INET6_ADDRSTRLEN];
	unsigned char address[16];

	if (inet_pton(AF_INET, text, address) == 1) {
		anonymise_ipv4(anonymise, address);
		inet_ntop(AF_INET, address, out, sizeof(out));
	} else {
		ck_assert_int_eq(inet_pton(AF_INET6, text, address), 1);
		anonymise_ipv6(anonymise, address);
		inet_ntop(AF_INET6, address, out, sizeof(out));
	}
	return out;
}

static const struct {
	const char *address;
	const char *prefix; /* of the replacement */
} addresses[] = {
	{"0.0.0.0", "0.0.0.0"},         {"127.0.0.1", "127.0.0.1"},
	{"127.8.9.10", "127.8.9.10"},   {"192.0.2.7", "10."},
	{"255.255.255.255", "10."},     {"10.1.2.3", "10."},
	{"::", "::"},                   {"::1", "::1"},
	{"2001:db8::1", "fd"},          {"fe80::1", "fd"},
	{"::2", "fd"},                  {"::ffff:192.0.2.7", "::ffff:10."},
	{"::ffff:127.0.0.1", "::ffff:127.0.0.1"},
	{"::ffff:0.0.0.0", "::ffff:0.0.0.0"},
};

START_TEST(address_goes_where_it_should)
{
	const char *address = addresses[_i].address, *prefix = addresses[_i].prefix;
	const char *got = replaced(hiding, address);
	char first[INET6_ADDRSTRLEN];

	ck_assert_msg(!strncmp(got, prefix, strlen(prefix)), "%s became %s", address, got);
	if (prefix[strlen(prefix) - 1] == '.' || !strcmp(prefix, "fd"))
		ck_assert_str_ne(got, address);
	strcpy(first, got);
	replaced(hiding, "198.51.100.1");
	ck_assert_str_eq(replaced(hiding, address), first);
	ck_assert_str_eq(replaced(keeping, address), address);
}
END_TEST

START_TEST(mapped_agrees_with_ipv4)
{
	char four[INET6_ADDRSTRLEN];

	strcpy(four, replaced(hiding, "203.0.113.9"));
	ck_assert_str_eq(replaced(hiding, "::ffff:203.0.113.9") + strlen("::ffff:"), four);
}
END_TEST

START_TEST(key_decides)
{
	struct anonymise *other = anonymise_new(arena, (const unsigned char *)"another key 1234", true);
	char first[INET6_ADDRSTRLEN];

	strcpy(first, replaced(hiding, "203.0.113.9"));
	ck_assert_str_ne(replaced(other, "203.0.113.9"), first);
	strcpy(first, replaced(hiding, "2001:db8::1"));
	ck_assert_str_ne(replaced(other, "2001:db8::1"), first);
}
END_TEST

START_TEST(different_ones_stay_different)
{
	const uint32_t n = 300000;
	unsigned char *seen = calloc(1u << 21, 1);

	ck_assert_ptr_nonnull(seen);
	for (uint32_t i = 0; i < n; i++) {
		uint32_t address = htonl(0xc0000000u + i), image = address;

		anonymise_ipv4(hiding, &image);
		image = ntohl(image);
		ck_assert_uint_eq(image >> 24, 10);
		image &= 0xffffff;
		ck_assert_msg(!(seen[image / 8] >> image % 8 & 1), "twice: 10.%06x", image);
		seen[image / 8] = (unsigned char)(seen[image / 8] | 1u << image % 8);
	}
	free(seen);
}
END_TEST

/* ------------------------------------------------------------- sock_diag */

struct message {
	struct nlmsghdr header;
	struct inet_diag_msg socket;
	struct nlattr info;
	char info_bytes[8];
	struct nlattr md5;
	char md5_bytes[100];
};

static struct message message(unsigned short type, unsigned char family)
{
	struct message m = {
		.header = {.nlmsg_len = sizeof(m), .nlmsg_type = type},
		.socket = {.idiag_family = family, .idiag_inode = 77},
		.info = {.nla_len = sizeof(m.info) + sizeof(m.info_bytes), .nla_type = INET_DIAG_INFO},
		.md5 = {.nla_len = sizeof(m.md5) + sizeof(m.md5_bytes), .nla_type = 18},
	};

	memset(m.info_bytes, 'i', sizeof(m.info_bytes));
	memset(m.md5_bytes, 'k', sizeof(m.md5_bytes));
	inet_pton(family, family == AF_INET ? "192.0.2.1" : "2001:db8::1", m.socket.id.idiag_src);
	inet_pton(family, family == AF_INET ? "127.0.0.1" : "::1", m.socket.id.idiag_dst);
	return m;
}

static const struct {
	unsigned short type;
	unsigned char family;
} messages[] = {{18, AF_INET}, {20, AF_INET}, {20, AF_INET6}};

START_TEST(diag_is_replaced_and_secrets_go)
{
	const struct message before = message(messages[_i].type, messages[_i].family);
	struct message m[2] = {before, before};
	size_t n = messages[_i].family == AF_INET ? 4 : 16;

	anonymise_diag(hiding, m, sizeof(m));
	for (unsigned i = 0; i < 2; i++) {
		unsigned char image[16];

		memcpy(image, before.socket.id.idiag_src, n);
		if (n == 4)
			anonymise_ipv4(hiding, image);
		else
			anonymise_ipv6(hiding, image);
		ck_assert_mem_eq(m[i].socket.id.idiag_src, image, n);
		ck_assert_mem_ne(m[i].socket.id.idiag_src, before.socket.id.idiag_src, n);
		ck_assert_mem_eq(m[i].socket.id.idiag_dst, before.socket.id.idiag_dst, n);
		ck_assert_uint_eq(m[i].socket.idiag_inode, 77);
		ck_assert_mem_eq(m[i].info_bytes, "iiiiiiii", 8);
		ck_assert_ptr_null(memchr(m[i].md5_bytes, 'k', sizeof(m[i].md5_bytes)));
		ck_assert_uint_eq(m[i].md5.nla_len, before.md5.nla_len);
	}
	m[0] = before;
	anonymise_diag(keeping, m, sizeof(m[0]));
	ck_assert_mem_eq(m[0].socket.id.idiag_src, before.socket.id.idiag_src, n);
	ck_assert_ptr_null(memchr(m[0].md5_bytes, 'k', sizeof(m[0].md5_bytes)));
}
END_TEST

START_TEST(diag_of_other_types_stays)
{
	const struct message before = message(NLMSG_DONE, AF_INET);
	struct message m = before;

	anonymise_diag(hiding, &m, sizeof(m));
	ck_assert_mem_eq(&m, &before, sizeof(m));
}
END_TEST

/* Cut at every byte, and with every byte changed: nothing is touched outside. */
START_TEST(diag_survives_anything)
{
	const struct message good = message(20, AF_INET6);

	for (size_t n = 0; n <= sizeof(good); n++) {
		unsigned char *cut = malloc(n + 1);

		memcpy(cut, &good, n);
		cut[n] = 0xa5;
		anonymise_diag(hiding, cut, n);
		ck_assert_uint_eq(cut[n], 0xa5);
		free(cut);
	}
	for (size_t i = 0; i < sizeof(good); i++) {
		for (unsigned value = 1; value < 256; value += 2) {
			unsigned char *bad = malloc(sizeof(good));

			memcpy(bad, &good, sizeof(good));
			bad[i] ^= (unsigned char)value;
			anonymise_diag(hiding, bad, sizeof(good));
			free(bad);
		}
	}
}
END_TEST

/* ------------------------------------------------------------------ text */

START_TEST(proc_net_keeps_its_form)
{
	char text[] = "  sl  local_address rem_address   st\n"
		      "   0: 0100007F:1F90 00000000:0000 0A 00000000\n"
		      "   1: 070200C0:01BB 090200C0:C350 01 00000000\n"
		      "   2: 0000000000000000FFFF0000070200C0:0050 B80D0120000000000000000001000000:1234 06\n"
		      "   3: XX0200C0:01BB 07";
	char before[sizeof(text)];
	unsigned char image[4] = {192, 0, 2, 7};
	char hex[9];
	unsigned word;

	memcpy(before, text, sizeof(text));
	anonymise_proc_net(keeping, text, strlen(text));
	ck_assert_str_eq(text, before);
	anonymise_proc_net(hiding, text, strlen(text));
	anonymise_ipv4(hiding, image);
	memcpy(&word, image, sizeof(word));
	snprintf(hex, sizeof(hex), "%08X", word);
	ck_assert_uint_eq(strlen(text), strlen(before));
	ck_assert_ptr_nonnull(strstr(text, "0100007F:1F90 00000000:0000 0A"));
	if (htonl(1) != 1)
		ck_assert_ptr_null(strstr(text, " 070200C0"));
	ck_assert_ptr_nonnull(strstr(strstr(text, "   1: "), hex));
	ck_assert_ptr_nonnull(strstr(text, ":C350 01 00000000\n"));
	ck_assert_ptr_null(strstr(text, "B80D0120"));
	ck_assert_ptr_nonnull(strstr(text, "   3: XX0200C0:01BB 07"));
}
END_TEST

/* What becomes of a file: want is what it has to have, gone what it must not. */
static const struct {
	const char *text, *want, *gone;
} confs[] = {
	{"net.ipv4.tcp_rmem = 4096 87380 1.5\n", "net.ipv4.tcp_rmem = 4096 87380 1.5\n", NULL},
	{"# gateway 192.0.2.1, then 192.0.2.1:80\n", "# gateway 10.", "192.0.2.1"},
	{"; see 2001:db8::7/64 and ::1.\n", "; see fd", "db8"},
	{"x = ::ffff:192.0.2.1", "x = ::ffff:10.", "192.0.2.1"},
	{"x = 127.0.0.1 and ::1\n", "x = 127.0.0.1 and ::1\n", NULL},
	{"# at 12:30:45 by web1, not web11\r\n", "# at 12:30:45 by host, not web11\r\n", NULL},
	{"web1.x = web1\n", "web1.x = web1\n", NULL},
	{"kernel.hostname = web1\n", "kernel.hostname = hidden\n", "web1"},
	{"net.ipv4.tcp_fastopen_key = 1-2-3-4\nx=1\n", "net.ipv4.tcp_fastopen_key = hidden\nx=1\n", "1-2"},
	{"#net.ipv4.tcp_fastopen_key=1-2-3-4", "#net.ipv4.tcp_fastopen_key= hidden", "1-2"},
	{"-net/ipv4/tcp_fastopen_key 1-2-3-4", "-net/ipv4/tcp_fastopen_key hidden", "1-2"},
	{"net.ipv6.conf.all.stable_secret = 2001:db8::1", "stable_secret = hidden", "db8"},
	/* What stands before a secret is cleaned too, and the first secret counts. */
	{"# 192.0.2.7 web1: tcp_fastopen_key = 1-2", "host: tcp_fastopen_key = hidden", "192.0"},
	{"x = 192.0.2.7 netdev_rss_key", "netdev_rss_key hidden", "192.0"},
	{"# netdev_rss_key 12:34 tcp_fastopen_key", "# netdev_rss_key hidden", "12:34"},
	{"# kernel.hostname web1 netdev_rss_key 12:34", "# kernel.hostname hidden", "web1"},
	{"y* = 00112233-44556677-8899aabb-ccddeeff,1", "y* = hidden,1", "8899"},
	{"no assignment at 192.0.2.1\n", "no assignment at 10.", "192"},
	{"\n\n  \n", "\n\n  \n", NULL},
	{"", "", NULL},
};

START_TEST(conf_is_cleaned)
{
	size_t n;
	char *got;

	anonymise_set_host(hiding, "web1");
	got = anonymise_conf(hiding, confs[_i].text, strlen(confs[_i].text), &n);
	ck_assert_uint_eq(n, strlen(got));
	ck_assert_msg(strstr(got, confs[_i].want), "%s", got);
	if (confs[_i].gone)
		ck_assert_msg(!strstr(got, confs[_i].gone), "%s", got);
	else
		ck_assert_str_eq(got, confs[_i].want);
}
END_TEST

START_TEST(conf_without_hiding_loses_secrets_only)
{
	const char *text = "# by web1 at 192.0.2.1\nkernel.hostname = web1\n"
			   "net.ipv4.tcp_fastopen_key = 1-2-3-4\n";
	size_t n;

	anonymise_set_host(keeping, "web1");
	ck_assert_str_eq(anonymise_conf(keeping, text, strlen(text), &n),
			 "# by web1 at 192.0.2.1\nkernel.hostname = web1\n"
			 "net.ipv4.tcp_fastopen_key = hidden\n");
}
END_TEST

static const struct {
	const char *path;
	bool is_secret;
} paths[] = {
	{"proc/sys/net/ipv4/tcp_fastopen_key", true},
	{"proc/sys/net/ipv6/conf/eth0/stable_secret", true},
	{"proc/sys/net/core/netdev_rss_key", true},
	{"proc/sys/net/ipv4/tcp_fastopen", false},
	{"etc/sysctl.d/tcp_fastopen_key", false},
	{"proc/sys/", false},
};

START_TEST(secrets_are_known)
{
	ck_assert_int_eq(anonymise_is_secret(paths[_i].path), paths[_i].is_secret);
}
END_TEST

Suite *anonymise_suite(void)
{
	Suite *suite = suite_create("anonymise");
	TCase *tcase = tcase_create("anonymise");

	tcase_add_checked_fixture(tcase, setup, teardown);
	tcase_set_timeout(tcase, 30);
	tcase_add_loop_test(tcase, address_goes_where_it_should, 0, N(addresses));
	tcase_add_test(tcase, mapped_agrees_with_ipv4);
	tcase_add_test(tcase, key_decides);
	tcase_add_test(tcase, different_ones_stay_different);
	tcase_add_loop_test(tcase, diag_is_replaced_and_secrets_go, 0, N(messages));
	tcase_add_test(tcase, diag_of_other_types_stays);
	tcase_add_test(tcase, diag_survives_anything);
	tcase_add_test(tcase, proc_net_keeps_its_form);
	tcase_add_loop_test(tcase, conf_is_cleaned, 0, N(confs));
	tcase_add_test(tcase, conf_without_hiding_loses_secrets_only);
	tcase_add_loop_test(tcase, secrets_are_known, 0, N(paths));
	suite_add_tcase(suite, tcase);
	return suite;
}
