# shellcheck shell=bash
# Windows and buffers on a long path, programs that do not read, packets that are too large.
# shellcheck disable=SC2154,SC2034

# upload SIZE [OPTION...]: sends in the background, its figures go to $dir/up; download: from the peer.
upload()
{
	local size=$1
	shift
	client -t 20000 -z "$size" "$@" send "$peer" 80 >"$dir/up" &
	transfer=$!
	sleep 1.5
}

download()
{
	there "$LAB/client" -t 20000 -z "$1" send "$here" "${2:-80}" >"$dir/up" &
	transfer=$!
	sleep 1.5
}

# done_at: waits for the transfer; its KB/s are then $rate.
done_at()
{
	wait "$transfer"
	rate=$(of kb_s "$(cat "$dir/up")")
}

scene slow receive-buffer-ends rcvbuf-below-bdp
receive_buffer_ends()
{
	local before
	link -d 30
	put net.ipv4.tcp_rmem '4096 131072 524288'
	begin server sink 80
	download 20000000
	soon medium rcvbuf-below-bdp --interval 0.5 --set rcvbuf-below-bdp.waiting=1000%
	done_at
	before=$rate
	download 40000000
	cure_soon net.ipv4.tcp_rmem --set rcvbuf-below-bdp.waiting=1000%
	kill "$transfer"
	download 40000000
	gone rcvbuf-below-bdp --interval 0.3
	done_at
	more 'KB/s over 60 ms to here' "$before" "$rate" 2
}

scene slow send-buffer-ends sndbuf-limited
send_buffer_ends()
{
	local before
	link -d 30
	put net.ipv4.tcp_wmem '4096 16384 262144'
	begin_there server sink 80
	upload 12000000
	done_at
	before=$rate
	uploads 80000000
	soon medium sndbuf-limited --set sndbuf-limited.waiting=1000%
	cure_soon net.ipv4.tcp_wmem --set sndbuf-limited.waiting=1000%
	# What still waits in their buffers goes with the link.
	kill "${talks[@]}" "$transfer"
	unlink
	link -d 30
	begin_there server sink 80
	upload 40000000
	gone sndbuf-limited
	done_at
	more 'KB/s over 60 ms from here' "$before" "$rate" 2
}

# Two at once: the buffer of one is not full at every moment. On a busy machine packets wait
# for the processor, which is not what the scene is about.
uploads()
{
	client -t 20000 -z "$1" send "$peer" 80 >/dev/null &
	talks=($!)
	upload "$1"
}

# cure_soon KEY [OPTION...]: cures until the key has another value.
cure_soon()
{
	local file=/proc/sys/${1//.//} was left=10
	was=$(cat "$file")
	shift
	while [ $((left--)) -gt 0 ]; do
		cure "$@"
		[ "$(cat "$file")" = "$was" ] || break
	done
}

# Whose windows are small: there nothing can be done, here it is the program.
scene slow peer-takes-less rwnd-limited-peer
peer_takes_less()
{
	link -d 30
	begin_there server -r 65536 sink 80
	upload 12000000
	see info rwnd-limited-peer --interval 1.5
	kill "$transfer"
}

scene slow buffer-fixed-by-program app-fixed-sockbuf
buffer_fixed_by_program()
{
	link -d 30
	begin server -r 131072 sink 80
	download 12000000
	see info app-fixed-sockbuf
	wait "$transfer"
	begin_there server sink 80
	upload 40000000 -b 65536
	soon info app-fixed-sockbuf
	kill "$transfer"
}

# 40 clients send small segments, and nobody reads: they take more room than their bytes.
scene slow nobody-reads rcv-prune-collapse,program-behind
nobody_reads()
{
	link
	begin server stall 80
	there "$LAB/client" -t 3000 -n 40 -z 100 stuff "$here" 80 >"$dir/stuff" &
	sleep 0.3
	allow='program-behind'
	see medium rcv-prune-collapse --interval 1
	with info program-behind
	wait $!
}

scene quick slow-reader program-behind
slow_reader()
{
	link -d 5
	begin server slow 80
	there "$LAB/client" -t 20000 -z 600000 send "$here" 80 >"$dir/up" &
	sleep 1
	see info program-behind --interval 0.5
	grep -q '"subject": "server\[' "$dir/check.json" || fail 'the program is not named'
	grep -q '"do": "sysctl"' "$dir/check.json" && fail 'a sysctl is proposed'
	kill $!
}

scene slow unsent notsent-lowat
unsent()
{
	local before
	link -d 30
	put net.ipv4.tcp_wmem '4096 16384 33554432'
	begin_there server stall 80
	begin client -k -t 2000 -n 10 stuff "$peer" 80
	see low notsent-lowat --set notsent-lowat.share=0.1%
	before=$(of kb "$(sed -n 's/^kb/kb/p' "$dir/out$last")")
	cure --set notsent-lowat.share=0.1%
	finish "$last"
	begin client -k -t 2000 -n 10 stuff "$peer" 80
	gone notsent-lowat --set notsent-lowat.share=0.1%
	less 'KB written to 10 connections that nobody reads' "$before" "$(of kb "$(cat "$dir/out$last")")"
}

scene slow lossy-path retrans-high
lossy_path()
{
	link -d 10 -l 100:6
	begin_there server sink 80
	upload 12000000
	see high retrans-high --interval 2
	kill "$transfer"
}

# Packets above 1400 bytes vanish, and no ICMP comes. Three transfers stand still; after the
# cure they go on.
scene aged black-hole mtu-blackhole
black_hole()
{
	link -d 5 -s 1400
	begin_there server sink 80
	large_transfers 4000
	wait "${talks[@]}"
	local before
	before=$(arrived)
	large_transfers 30000
	sleep 3
	see high mtu-blackhole
	cure
	wait "${talks[@]}"
	more 'transfers of 3 that get through the black hole' "$before" "$(arrived)"
	gone mtu-blackhole
}

large_transfers()
{
	local i
	talks=()
	for i in 1 2 3; do
		client -t "$1" -z 100000 send "$peer" 80 >"$dir/talk$i" &
		talks+=($!)
	done
}

arrived()
{
	grep -l '^error=0 ' "$dir"/talk[1-3] | wc -l
}

# Ten connections to a server that is cut off. The longest timeout is made 1 s, so that it
# does not take 15 minutes.
scene aged server-cut-off retries2-slow-failover
server_cut_off()
{
	local before
	link
	put net.ipv4.tcp_rto_max_ms 1000
	begin_there server answer 80
	cut_off
	given_up
	before=$ms
	kill -USR1 "$link"
	cut_off
	sleep 5
	see medium retries2-slow-failover
	cure
	gone retries2-slow-failover
	given_up
	less 'ms until a connection to a server that is cut off ends' "$before" "$ms"
}

cut_off()
{
	local i
	talks=()
	for i in 1 2 3 4 5 6 7 8 9 10; do
		client -t 60000 -r 10 -n 1000 messages "$peer" 80 >"$dir/talk$i" &
		talks+=($!)
	done
	sleep 0.5
	kill -USR1 "$link"
}

given_up()
{
	wait "${talks[@]}"
	ms=$(of ms "$(cat "$dir/talk1")")
}

scene slow healthy-far-download -
healthy_far_download()
{
	link -d 40
	begin server sink 80
	download 30000000
	calm --interval 1
	kill "$transfer"
}

# Losses of a path on which hardly anything is sent.
scene slow healthy-lossy-idle -
healthy_lossy_idle()
{
	link -d 20 -l 10:3
	begin_there server -z 400 answer 80
	client -t 10000 -z 400 -r 5 -n 20 messages "$peer" 80 >"$dir/messages" &
	calm --interval 2
	kill $!
}
