# shellcheck shell=bash
# Listeners: the accept queue, the SYN queue, SYN cookies.
# shellcheck disable=SC2154,SC2034

# A program that does not accept, under a cap of 16; then listen() again under the new cap.
scene quick accept-queue-capped accept-queue-overflow
accept_queue_capped()
{
	local before first after
	put net.core.somaxconn 16
	begin server -b 4096 deaf 80
	first=$(counter ListenOverflows)
	client -t 800 -n 60 connect 127.0.0.1 80 >/dev/null
	before=$(($(counter ListenOverflows) - first))
	allow='somaxconn-low'
	see high accept-queue-overflow
	cure
	kill -USR1 "${pids[last]}"
	sleep 0.1
	first=$(counter ListenOverflows)
	client -t 800 -n 60 connect 127.0.0.1 80 >/dev/null
	after=$(($(counter ListenOverflows) - first))
	less 'SYNs dropped when 60 connect' "$before" "$after"
}

scene quick accept-queue-own-backlog accept-queue-overflow
accept_queue_own_backlog()
{
	begin server -b 8 deaf 80
	client -t 500 -n 30 connect 127.0.0.1 80 >/dev/null
	see high accept-queue-overflow
	(
		for ((i = 0; i < 8; i++)); do
			client -t 300 -n 20 connect 127.0.0.1 80
		done
	) >"$dir/more" &
	see critical accept-queue-overflow --interval 1
	wait $!
}

# The queue has room again: only the counter tells.
scene quick accept-queue-slow-program accept-queue-overflow
accept_queue_slow_program()
{
	begin server -b 4 -w 5 answer 80
	(
		for ((i = 0; i < 8; i++)); do
			client -t 300 -n 20 connect 127.0.0.1 80
		done
	) >"$dir/bursts" &
	see critical accept-queue-overflow --interval 1
	wait $!
}

# 40 of 64 wait, at every look; 60 more find room when the cap is gone.
scene quick accept-queue-half-full accept-queue-filling
accept_queue_half_full()
{
	local before first after
	put net.core.somaxconn 64
	begin server -b 4096 deaf 80
	begin client -k -n 40 connect 127.0.0.1 80
	allow='somaxconn-low'
	see medium accept-queue-filling --interval 1
	first=$(counter ListenOverflows)
	client -t 500 -n 60 connect 127.0.0.1 80 >/dev/null
	before=$(($(counter ListenOverflows) - first))
	cure
	kill -USR1 "${pids[1]}"
	sleep 0.1
	first=$(counter ListenOverflows)
	client -t 500 -n 60 connect 127.0.0.1 80 >/dev/null
	after=$(($(counter ListenOverflows) - first))
	less 'SYNs dropped when 60 more connect' "$before" "$after"
}

# One look: a burst, or too slow; then it has room again, and the counters tell.
scene quick backlog-cut-off backlog-capped
backlog_cut_off()
{
	local before after
	put net.core.somaxconn 32
	begin server -b 4096 -w 4 answer 80
	client -x -t 900 -n 200 connect 127.0.0.1 80 >/dev/null
	sleep 0.3
	allow='somaxconn-low'
	see low backlog-capped
	before=$(counter ListenOverflows)
	cure
	kill -USR1 "${pids[last]}"
	sleep 0.3
	client -x -t 900 -n 200 connect 127.0.0.1 80 >/dev/null
	after=$(($(counter ListenOverflows) - before))
	less 'SYNs dropped when 200 connect at once' "$before" "$after"
}

# The cap was raised, and the program listens since before; then it listens again.
scene quick old-limit somaxconn-needs-restart
old_limit()
{
	put net.core.somaxconn 16
	begin server -b 4096 deaf 80
	client -n 10 connect 127.0.0.1 80 >/dev/null
	conf 10-old.conf 'net.core.somaxconn = 16'
	conf 20-new.conf 'net.core.somaxconn = 4096'
	put net.core.somaxconn 4096
	see low somaxconn-needs-restart
	kill -USR1 "${pids[last]}"
	sleep 0.1
	look
	grep -q somaxconn-needs-restart <<<"$findings" && fail 'it listens anew, and the old limit is found'
}

# SYNs come in from where no way leads back.
scene quick no-way-back listen-drops-other
no_way_back()
{
	begin server -b 4096 answer 80
	begin flood -n 10 -r 50 80
	ip route add blackhole 10.66.0.0/17 || fail 'no blackhole route'
	ip route add blackhole 10.66.128.0/17 || fail 'no blackhole route'
	see medium listen-drops-other --interval 1
}

scene quick somaxconn-capped somaxconn-low
somaxconn_capped()
{
	local before first after
	put net.core.somaxconn 128
	begin server -b 4096 -w 2 answer 80
	see medium somaxconn-low
	client -t 900 -x -n 400 connect 127.0.0.1 80 >/dev/null
	before=$(counter ListenOverflows)
	cure
	kill -USR1 "${pids[last]}"
	sleep 0.5
	first=$(counter ListenOverflows)
	client -t 900 -x -n 400 connect 127.0.0.1 80 >/dev/null
	after=$(($(counter ListenOverflows) - first))
	less 'SYNs dropped when 400 connect at once' "$before" "$after"
	gone somaxconn-low
}

# burst: 35 handshakes are under way together, and when they end the queue of 41 is full.
burst()
{
	begin_there client -k -n 35 connect "$here" 80
	there "$LAB/client" -x -t 5000 -n 35 connect "$here" 80
	finish "$last"
}

scene slow reset-on-overflow abort-on-overflow
reset_on_overflow()
{
	local before after
	link -d 10
	put net.ipv4.tcp_abort_on_overflow 1
	begin server -b 40 -w 40 answer 80
	see medium abort-on-overflow
	before=$(burst)
	cure
	sleep 2
	after=$(burst)
	less 'connections of 35 that are reset' "$(of reset "$before")" "$(of reset "$after")"
	gone abort-on-overflow
}

scene quick syn-flood-no-cookies syn-flood-suspect
syn_flood_no_cookies()
{
	local before after
	put net.ipv4.tcp_syncookies 0
	begin server -b 64 answer 80
	begin flood -n 200 -r 50 80
	allow='syncookies-off listen-drops-other'
	see critical syn-flood-suspect --interval 1
	before=$(client -x -t 500 -n 20 connect 10.66.0.1 80)
	cure
	after=$(client -x -t 500 -n 20 connect 10.66.0.1 80)
	more 'clients of 20 that are served in the flood' "$(of ok "$before")" "$(of ok "$after")"
}

# Without two samples: the queue is full of strangers.
scene quick syn-flood syn-flood-suspect
syn_flood()
{
	begin server -b 64 answer 80
	begin flood -n 300 80
	see high syn-flood-suspect
}

scene quick cookies-off syncookies-off
cookies_off()
{
	local before after
	put net.ipv4.tcp_syncookies 0
	begin server -b 24 answer 80
	see high syncookies-off
	begin flood -n 60 80
	before=$(client -x -t 500 -n 20 connect 10.66.0.1 80)
	cure
	after=$(client -x -t 500 -n 20 connect 10.66.0.1 80)
	more 'clients of 20 that are served when the SYN queue is full' "$(of ok "$before")" \
		"$(of ok "$after")"
	gone syncookies-off
}

scene quick cookies-always syncookies-always
cookies_always()
{
	local before after
	put net.ipv4.tcp_syncookies 2
	begin server answer 80
	see medium syncookies-always
	client -x -n 50 churn 127.0.0.1 80 >/dev/null
	before=$(counter SyncookiesSent)
	cure
	client -x -n 50 churn 127.0.0.1 80 >/dev/null
	after=$(($(counter SyncookiesSent) - before))
	less 'connections of 50 made from a cookie' "$before" "$after"
	gone syncookies-always
}

scene quick cookies-for-clients syncookies-under-legit-load
cookies_for_clients()
{
	begin server -b 8 answer 80
	begin flood -n 30 80
	client -x -r 40 -n 90 churn 10.66.0.1 80 >"$dir/churn" &
	see high syncookies-under-legit-load --interval 1
	wait $!
}

scene quick max-syn-backlog-asked max-syn-backlog-ineffective
max_syn_backlog_asked()
{
	conf 90-guide.conf 'net.ipv4.tcp_max_syn_backlog = 65536'
	allow=netns-not-inherited
	see low max-syn-backlog-ineffective
}

scene quick synack-retries-low synack-retries-extreme
synack_retries_low()
{
	put net.ipv4.tcp_synack_retries 1
	see low synack-retries-extreme
}
