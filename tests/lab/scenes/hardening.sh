# shellcheck shell=bash
# What hardening guides ask for, and what becomes of it.
# shellcheck disable=SC2154,SC2034

scene quick rp-filter-loose rp-filter
rp_filter_loose()
{
	link
	conf 50-cis.conf 'net.ipv4.conf.all.rp_filter = 1'
	put net.ipv4.conf.all.rp_filter 1
	put net.ipv4.conf.tun0.rp_filter 2
	see low rp-filter
}

scene quick redirects-all-zero redirects-source-route
redirects_all_zero()
{
	link
	conf 50-cis.conf 'net.ipv4.conf.all.accept_redirects = 0'
	put net.ipv4.conf.all.accept_redirects 0
	put net.ipv4.conf.tun0.forwarding 0
	put net.ipv4.conf.tun0.accept_redirects 1
	see low redirects-source-route
}

scene quick ping-broadcasts icmp-martians
ping_broadcasts()
{
	put net.ipv4.icmp_echo_ignore_broadcasts 0
	see info icmp-martians
}

scene quick resets-in-time-wait rfc1337
resets_in_time_wait()
{
	put net.ipv4.tcp_rfc1337 1
	see info rfc1337
}

scene quick challenge-acks challenge-ack-leftover
challenge_acks()
{
	put net.ipv4.tcp_challenge_ack_limit 100
	see low challenge-ack-leftover
}

scene quick invalid-segments invalid-ratelimit
invalid_segments()
{
	put net.ipv4.tcp_invalid_ratelimit 0
	see info invalid-ratelimit
}
