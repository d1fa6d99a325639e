# shellcheck shell=bash
# Connection tracking. nf_conntrack_max belongs to the host; each namespace is held
# against it with its own count.
# shellcheck disable=SC2154,SC2034

# The table of this namespace, three quarters full. How large it may be only the host says.
scene slow conntrack-fills conntrack-near-full
conntrack_fills()
{
	local limit
	read -r limit </proc/sys/net/netfilter/nf_conntrack_max
	begin track -n $((limit * 77 / 100))
	see medium conntrack-near-full
	with low conntrack-timeouts
}

# kept: the seconds that an idle connection is kept, as the entry of one says it.
kept()
{
	awk '$3 == "tcp" && /ESTABLISHED/ && $5 > most { most = $5 } END { print most + 0 }' \
		/proc/net/nf_conntrack
}

scene quick conntrack-forgets conntrack-timeouts
conntrack_forgets()
{
	local before
	begin track
	begin server answer 80
	put net.netfilter.nf_conntrack_tcp_timeout_established 1800
	begin client -k -x -n 5 connect 127.0.0.1 80
	see low conntrack-timeouts
	before=$(kept)
	cure
	begin client -k -x -n 5 connect 127.0.0.1 80
	more 'seconds that a firewall keeps an idle connection' "$before" "$(kept)" 2
	gone conntrack-timeouts
}
