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

# A stateful firewall, some ten thousand entries, and clients that come and go.
scene quick healthy-tracked -
healthy_tracked()
{
	link
	begin track -n 20000
	begin server answer 80
	begin_there client -k -x -n 200 connect "$here" 80
	there "$LAB/client" -x -r 200 -n 400 churn "$here" 80 >"$dir/churn" &
	sleep 0.3
	calm --interval 1
	wait $!
	[ "$(of ok "$(cat "$dir/churn")")" = 400 ] || fail "$(cat "$dir/churn")"
}

# 200 services with the backlog of 128 that many programs ask for; a few have clients.
scene quick healthy-many-listeners -
healthy_many_listeners()
{
	local ports=() port clients=()
	for ((port = 8000; port < 8200; port++)); do
		ports+=("$port")
	done
	begin server -b 128 answer "${ports[@]}"
	for ((port = 8000; port < 8010; port++)); do
		client -x -r 20 -n 20 churn 127.0.0.1 "$port" >>"$dir/churn" &
		clients+=($!)
	done
	calm --interval 1
	wait "${clients[@]}"
}

# All of it IPv6: listeners, connections, TIME_WAIT on both sides.
scene quick healthy-ipv6 -
healthy_ipv6()
{
	begin traffic -6 established=300 time_wait_server=3000 time_wait=500
	calm --interval 1
}

# set_up_container PID ADDRESS
set_up_container()
{
	local inside=(nsenter --net="/proc/$1/ns/net")
	"${inside[@]}" ip link set lo up && "${inside[@]}" ip link set eth0 up &&
		"${inside[@]}" ip address add "$2/24" dev eth0
}

# A bridge with containers: each a namespace with a veth, and one that serves.
scene quick healthy-containers -
healthy_containers()
{
	local i holder holders=() clients=()
	if ! { ip link add br0 type bridge && ip link set br0 up && ip address add 10.88.0.1/24 dev br0; }; then
		fail 'no bridge'
	fi
	for ((i = 2; i < 12; i++)); do
		unshare -n sleep 60 </dev/null >/dev/null 2>&1 &
		holder=$!
		holders+=("$holder")
		sleep 0.05
		if ! { ip link add "veth$i" type veth peer name eth0 netns "$holder" &&
			ip link set "veth$i" master br0 up && set_up_container "$holder" "10.88.0.$i"; }; then
			fail "no veth$i"
		fi
	done
	begin track
	begin server answer 80
	for holder in "${holders[@]}"; do
		nsenter --net="/proc/$holder/ns/net" "$LAB/client" -x -r 20 -n 30 churn 10.88.0.1 80 \
			>>"$dir/churn" &
		clients+=($!)
	done
	sleep 0.3
	calm --interval 1
	wait "${clients[@]}"
	kill "${holders[@]}"
	[ "$(grep -c '^ok=30 ' "$dir/churn")" = 10 ] || fail "$(paste -sd';' "$dir/churn")"
}
