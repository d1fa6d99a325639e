# shellcheck shell=bash
# Connections that wait for days, and what forgets them.
# shellcheck disable=SC2154,SC2034

# Something on the path forgets after 2.5 s; two messages with 4 s between them.
scene aged forgotten-on-the-way keepalive-vs-middlebox
forgotten_on_the_way()
{
	local before
	link -f 2500
	begin_there server answer 80
	begin client -a -k -n 5 connect "$peer" 80
	sleep 2.2
	see medium keepalive-vs-middlebox --set keepalive-vs-middlebox.timeout=2s
	before=$(of ok "$(client -a -t 2000 -n 2 -w 4000 messages "$peer" 80)")
	cure --set keepalive-vs-middlebox.timeout=2s
	more 'messages of 2 with a pause of 4 s, over what forgets after 2.5 s' "$before" \
		"$(of ok "$(client -a -t 2000 -n 2 -w 4000 messages "$peer" 80)")"
	gone keepalive-vs-middlebox --set keepalive-vs-middlebox.timeout=2s
}

scene quick keepalive-nobody-asks keepalive-not-enabled-by-app
keepalive_nobody_asks()
{
	link
	put net.ipv4.tcp_keepalive_time 120
	begin_there server answer 80
	begin client -k -x -n 40 connect "$peer" 80
	see info keepalive-not-enabled-by-app
}

scene quick keepalive-asked-for -
keepalive_asked_for()
{
	link
	put net.ipv4.tcp_keepalive_time 120
	begin_there server answer 80
	begin client -a -k -x -n 40 connect "$peer" 80
	calm
	grep -q keepalive <<<"$findings" && fail "found: $findings"
}
