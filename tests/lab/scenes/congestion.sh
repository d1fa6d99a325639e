# shellcheck shell=bash
# Congestion control and options of the handshake: pacing, ECN, Fast Open.
# shellcheck disable=SC2154,SC2034

scene slow bbr-unpaced bbr-pacing
bbr_unpaced()
{
	link
	put net.ipv4.tcp_congestion_control bbr
	see info bbr-pacing
}

# A firewall that drops SYNs which ask for ECN, and no way back to asking without.
scene quick ecn-black-hole ecn
ecn_black_hole()
{
	local before
	link -e
	put net.ipv4.tcp_ecn 1
	put net.ipv4.tcp_ecn_fallback 0
	begin_there server answer 80
	before=$(of ok "$(client -t 1300 -n 150 connect "$peer" 80)")
	see medium ecn
	cure
	more 'connections of 150 through a firewall that drops ECN' "$before" \
		"$(of ok "$(client -t 1300 -n 150 connect "$peer" 80)")"
	gone ecn
}

# With the fallback the second SYN, a second later, does not ask.
scene quick ecn-late ecn
ecn_late()
{
	local made
	link -e
	put net.ipv4.tcp_ecn 1
	begin_there server answer 80
	made=$(of ok "$(client -t 2500 -n 150 connect "$peer" 80)")
	[ "$made" = 150 ] || fail "$made connections of 150 came about"
	see low ecn
}

scene quick fast-open tfo
fast_open()
{
	put net.ipv4.tcp_fastopen 3
	see info tfo
}
