# shellcheck shell=bash
# Hosts that have nothing: nothing of medium or worse is said.
# shellcheck disable=SC2154,SC2034

scene quick healthy-idle -
healthy_idle()
{
	calm
}

scene quick healthy-busy-server -
healthy_busy_server()
{
	link
	begin server answer 80 443
	begin_there client -k -x -n 200 connect "$here" 443
	there "$LAB/client" -x -r 300 -n 600 churn "$here" 80 >"$dir/churn" &
	sleep 0.3
	calm --interval 1
	wait $!
	[ "$(of ok "$(cat "$dir/churn")")" = 600 ] || fail "$(cat "$dir/churn")"
}

scene quick healthy-busy-client -
healthy_busy_client()
{
	link
	begin_there server answer 5432 6379
	begin client -k -x -n 80 connect "$peer" 5432
	begin client -k -x -n 300 connect "$peer" 6379
	client -r 200 -n 400 messages "$peer" 5432 >"$dir/messages" &
	client -x -r 50 -n 100 churn "$peer" 6379 >"$dir/churn" &
	sleep 0.3
	calm --interval 1
	wait $!
}

# From the peer to a port here, and from here to a port of the peer.
scene quick healthy-proxy -
healthy_proxy()
{
	link
	begin server answer 80
	begin_there server answer 8080
	begin_there client -k -x -n 300 connect "$here" 80
	begin client -k -x -n 100 connect "$peer" 8080
	there "$LAB/client" -x -r 200 -n 400 churn "$here" 80 >"$dir/in" &
	client -x -r 200 -n 400 churn "$peer" 8080 >"$dir/out" &
	sleep 0.3
	calm --interval 1
	wait $!
}

scene slow healthy-time-wait -
healthy_time_wait()
{
	begin traffic time_wait_server=20000
	calm
}

# A crawler: 10,000 connections closed from here, each to another address.
scene quick healthy-crawler -
healthy_crawler()
{
	begin traffic -s time_wait=10000
	calm
}

# 2,000 connections in a moment, one backlog of 4096: they wait, and are served.
scene quick healthy-burst -
healthy_burst()
{
	local burst
	link
	begin server -b 4096 answer 80
	(there "$LAB/client" -x -t 5000 -n 2000 connect "$here" 80 >"$dir/burst") &
	calm --interval 1
	wait $!
	burst=$(cat "$dir/burst")
	[ "$(of ok "$burst")" = 2000 ] || fail "$burst"
}

# A path that loses two segments of a hundred, and is far.
scene slow healthy-far-clients -
healthy_far_clients()
{
	link -d 40 -l 100:2
	begin server answer 80
	begin_there client -k -x -n 100 connect "$here" 80
	there "$LAB/client" -x -n 10 churn "$here" 80 >"$dir/churn" &
	calm --interval 1
	wait $!
}
