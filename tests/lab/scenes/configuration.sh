# shellcheck shell=bash
# Files of sysctls: a host that is sound, and lines that are not. Nobody has loaded them.
# shellcheck disable=SC2154,SC2034

# file SEVERITY RULE LINE...: the file makes the rule fire, and nothing does when it is gone.
file()
{
	local severity=$1 rule=$2
	shift 2
	conf 90-guide.conf "$@"
	allow="$allow netns-not-inherited netns-global-only"
	see "$severity" "$rule"
	rm /etc/sysctl.d/90-guide.conf
	calm
	! grep -q "^$rule " <<<"$findings" || fail "without the file still $rule"
}

# What the article says that the profile time-wait is made of.
scene quick copied-block cargo-cult-bundle,tw-recycle-present
copied_block()
{
	conf 90-guide.conf 'net.ipv4.tcp_syncookies = 1' 'net.ipv4.tcp_tw_reuse = 1' \
		'net.ipv4.tcp_tw_recycle = 1' 'net.ipv4.tcp_fin_timeout = 30'
	allow='tw-recycle-present netns-not-inherited'
	see info cargo-cult-bundle
	with medium tw-recycle-present
	with info fin-timeout-misread
}

scene quick key-misspelt unknown-key
key_misspelt()
{
	file medium unknown-key 'net.ipv4.tcp_fin_timeot = 30'
}

scene quick key-without-effect dead-keys
key_without_effect()
{
	file low dead-keys 'net.ipv4.tcp_fack = 1'
}

scene quick comment-behind-value value-refused
comment_behind_value()
{
	file medium value-refused 'net.ipv4.tcp_fin_timeout = 30 # seconds'
}

scene quick key-twice duplicate-contradiction
key_twice()
{
	file medium duplicate-contradiction 'net.ipv4.tcp_fin_timeout = 30' 'net.ipv4.tcp_fin_timeout = 60'
}

scene quick file-hidden masked-by-name
file_hidden()
{
	mkdir -p /run/sysctl.d
	echo 'net.ipv4.tcp_sack = 1' >/run/sysctl.d/90-guide.conf
	file low masked-by-name 'net.ipv4.tcp_dsack = 1'
}

scene quick read-after-ours overridden-later
read_after_ours()
{
	put net.ipv4.tcp_fin_timeout 45
	conf 60-tcptune.conf 'net.ipv4.tcp_fin_timeout = 30'
	file medium overridden-later 'net.ipv4.tcp_fin_timeout = 45'
}

scene quick no-such-algorithm cc-not-available
no_such_algorithm()
{
	file high cc-not-available 'net.ipv4.tcp_congestion_control = nosuch'
}

scene quick rmem-max-alone rmem-max-is-not-autotuning
rmem_max_alone()
{
	file info rmem-max-is-not-autotuning 'net.core.rmem_max = 16777216'
}

scene quick advice-options advice-protocol-off
advice_options()
{
	file low advice-protocol-off 'net.ipv4.tcp_sack = 0'
}

scene quick advice-both advice-reuse-without-timestamps
advice_both()
{
	file medium advice-reuse-without-timestamps 'net.ipv4.tcp_tw_reuse = 1' 'net.ipv4.tcp_timestamps = 0'
}

scene quick advice-limits advice-limits-lowered
advice_limits()
{
	file low advice-limits-lowered 'net.ipv4.tcp_max_tw_buckets = 5000'
}

scene quick advice-cookies advice-syncookies-off
advice_cookies()
{
	file medium advice-syncookies-off 'net.ipv4.tcp_syncookies = 0'
}

scene quick advice-pages advice-buffer-default
advice_pages()
{
	file low advice-buffer-default 'net.ipv4.tcp_rmem = 4096 12582912 16777216'
}

scene quick advice-long-queues advice-queues
advice_long_queues()
{
	file info advice-queues 'net.core.somaxconn = 65535'
}

scene quick advice-ports advice-port-range
advice_ports()
{
	file low advice-port-range 'net.ipv4.ip_local_port_range = 1024 65535'
}

scene quick advice-one-retry advice-retries
advice_one_retry()
{
	file low advice-retries 'net.ipv4.tcp_syn_retries = 1'
}

scene quick advice-for-nothing advice-no-cure
advice_for_nothing()
{
	file info advice-no-cure 'net.ipv4.tcp_fastopen = 3'
}

scene quick advice-tracked advice-conntrack-max
advice_tracked()
{
	file low advice-conntrack-max 'net.netfilter.nf_conntrack_max = 10485760'
}

scene quick advice-memory advice-tcp-mem
advice_memory()
{
	file low advice-tcp-mem 'net.ipv4.tcp_mem = 16777216 16777216 16777216'
}
