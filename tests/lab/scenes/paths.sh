# shellcheck shell=bash
# What a path with delay or loss shows: windows, buffers, recovery, retries.
# shellcheck disable=SC2154,SC2034

# throughput SIZE: KB/s from the peer to here.
throughput()
{
	of kb_s "$(there "$LAB/client" -t 20000 -z "$1" send "$here" 80)"
}

scene slow window-scaling window-scaling-off
window_scaling()
{
	local before
	link -d 15
	put net.ipv4.tcp_window_scaling 0
	begin server sink 80
	see high window-scaling-off
	before=$(throughput 4000000)
	cure
	more 'KB/s over 30 ms' "$before" "$(throughput 4000000)" 2
	gone window-scaling-off
}

scene slow receive-buffer-fixed moderate-rcvbuf-off
receive_buffer_fixed()
{
	local before
	link -d 15
	put net.ipv4.tcp_moderate_rcvbuf 0
	begin server sink 80
	see high moderate-rcvbuf-off
	before=$(throughput 4000000)
	cure
	more 'KB/s over 30 ms' "$before" "$(throughput 4000000)" 2
	gone moderate-rcvbuf-off
}

scene slow sack sack-off
sack()
{
	local before
	link -d 10 -l 100:6
	put net.ipv4.tcp_sack 0
	begin server sink 80
	see high sack-off
	before=$(throughput 1000000)
	cure
	more 'KB/s over 20 ms, 6 of 100 segments lost' "$before" "$(throughput 1000000)"
	gone sack-off
}

# The last segment of each message is lost once: a probe finds out, or the timeout.
scene slow tail-loss loss-recovery-disabled
tail_loss()
{
	local before after
	link -d 10 -t
	put net.ipv4.tcp_early_retrans 0
	begin_there server -z 7240 answer 80
	see medium loss-recovery-disabled
	before=$(client -t 5000 -n 20 -z 7240 messages "$peer" 80)
	cure
	after=$(client -t 5000 -n 20 -z 7240 messages "$peer" 80)
	less 'ms for 20 messages whose last segment is lost' "$(of ms "$before")" "$(of ms "$after")"
	gone loss-recovery-disabled
}

# outage: ten messages a second, and nothing passes for 4.5 s; how many were answered.
outage()
{
	local talk
	client -t 20000 -r 10 -n 70 messages "$peer" 80 >"$dir/messages" &
	talk=$!
	sleep 0.5
	kill -USR1 "$link"
	sleep 4.5
	kill -USR1 "$link"
	wait $talk
	of ok "$(cat "$dir/messages")"
}

scene aged given-up-early retries2-too-low
given_up_early()
{
	local before
	link
	put net.ipv4.tcp_retries2 3
	begin_there server answer 80
	see high retries2-too-low
	before=$(outage)
	cure
	more 'messages of 70 over a connection with an outage of 4.5 s' "$before" "$(outage)"
	gone retries2-too-low
}

scene quick pmtud pmtud-disabled
pmtud()
{
	local before
	put net.ipv4.ip_no_pmtu_disc 1
	see medium pmtud-disabled
	link
	begin_there server answer 80
	client -x -n 20 churn "$peer" 80 >/dev/null
	unlink
	before=$(of fragmentable "$passed")
	cure
	link
	begin_there server answer 80
	client -x -n 20 churn "$peer" 80 >/dev/null
	unlink
	less 'packets that a router may cut' "$before" "$(of fragmentable "$passed")"
	gone pmtud-disabled
}

scene quick idle-connections slow-start-after-idle
idle_connections()
{
	link
	begin_there server answer 80
	begin client -k -n 120 connect "$peer" 80
	see info slow-start-after-idle
}

scene quick timestamps timestamps-off
timestamps()
{
	put net.ipv4.tcp_timestamps 0
	see medium timestamps-off
}

scene quick metrics no-metrics-save
metrics()
{
	put net.ipv4.tcp_no_metrics_save 1
	see low no-metrics-save
}

scene quick syn-retries-few syn-retries-extreme
syn_retries_few()
{
	put net.ipv4.tcp_syn_retries 1
	see low syn-retries-extreme
}

scene quick buffers-unordered vector-invalid
buffers_unordered()
{
	put net.ipv4.tcp_rmem '4096 131072 65536'
	see high vector-invalid
}

# 20 connections to a program that does not read: what they can hold. A connection takes its
# size from the listener, so that after the cure there is a new one.
scene slow buffers-huge rmem-default-huge
buffers_huge()
{
	local before after
	link
	there_put net.ipv4.tcp_wmem '4096 16384 16384'
	put net.ipv4.tcp_rmem '4096 2097152 33554432'
	begin server stall 80
	see high rmem-default-huge
	before=$(there "$LAB/client" -t 1500 -n 20 stuff "$here" 80)
	cure
	begin server stall 81
	after=$(there "$LAB/client" -t 1500 -n 20 stuff "$here" 81)
	less 'KB taken from 20 clients that nobody reads' "$(of kb "$before")" "$(of kb "$after")"
	gone rmem-default-huge
}
