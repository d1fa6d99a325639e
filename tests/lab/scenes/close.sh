# shellcheck shell=bash
# Connections that one side has closed and the other has not.
# shellcheck disable=SC2154,SC2034

# leak SEVERITY MODE SUMMARY [OPTION...]: 150 clients of the peer close their half, and the
# server here does not close. Critical is that it has 200 descriptors.
leak()
{
	local severity=$1 mode=$2 summary=$3
	shift 3
	link
	begin server "$mode" 80
	[ "$severity" = high ] || prlimit --pid "${pids[last]}" --nofile=200:200
	begin_there client -k -c -n 150 "$@" connect "$here" 80
	sleep 62
	allow="$allow close-wait-unread-eof close-wait-keepalive-myth accept-queue-overflow"
	see "$severity" close-wait-leak
	grep -q "\"summary\": \".*$summary\"" "$dir/check.json" || fail "not said: $summary"
}

scene aged close-wait-forgotten close-wait-leak,close-wait-keepalive-myth
close_wait_forgotten()
{
	allow=netns-not-inherited
	conf 90-guide.conf 'net.ipv4.tcp_keepalive_time = 600'
	leak high forget 'it reads the end and forgets close()'
	with info close-wait-keepalive-myth
}

scene aged close-wait-unread close-wait-unread-eof
close_wait_unread()
{
	leak high stall 'nobody reads the end of the stream'
	with info close-wait-unread-eof
}

scene aged close-wait-data close-wait-unread-eof
close_wait_data()
{
	leak critical stall 'it has stopped reading' -x
	with info close-wait-unread-eof
}

scene aged close-wait-unaccepted close-wait-unread-eof
close_wait_unaccepted()
{
	leak high deaf 'it does not accept connections'
	with info close-wait-unread-eof
}

# The same from the other side: a program that has closed its half and does not end.
scene aged half-closed finwait2-pileup
half_closed()
{
	link
	begin_there server forget 80
	begin client -k -c -n 150 connect "$peer" 80
	sleep 62
	see medium finwait2-pileup
}

# orphans PORT: how many there are in FIN_WAIT_2 towards it.
orphans()
{
	awk -v port=":$(printf %04X "$1")" '$4 == "05" && index($3, port) { n++ } END { print n + 0 }' \
		/proc/net/tcp
}

scene aged orphans-wait finwait2-pileup
orphans_wait()
{
	link
	begin_there server stall 80 81
	client -n 1200 churn "$peer" 80 >/dev/null
	see medium finwait2-pileup
	cure
	client -n 1200 churn "$peer" 81 >/dev/null
	sleep 34
	less 'orphans of 1,200 left after 34 s' "$(orphans 80)" "$(orphans 81)"
	sleep 30
	gone finwait2-pileup
}

# A peer that closes 4 s later finds the connection gone.
scene aged fin-timeout-tiny fin-timeout-extreme
fin_timeout_tiny()
{
	local before after
	link
	put net.ipv4.tcp_fin_timeout 2
	begin server close 80
	see medium fin-timeout-extreme
	before=$(there "$LAB/client" -t 4000 late "$here" 80)
	cure
	after=$(there "$LAB/client" -t 4000 late "$here" 80)
	less 'FINs that are answered with a reset' "$(of reset "$before")" "$(of reset "$after")"
	gone fin-timeout-extreme
}

# Above 60 the time is not what it says: 65 lasts 10 s, less than 60 does.
scene aged fin-timeout-long fin-timeout-extreme
fin_timeout_long()
{
	link
	put net.ipv4.tcp_fin_timeout 65
	begin_there server stall 80 81
	see medium fin-timeout-extreme
	client -n 100 churn "$peer" 80 >/dev/null
	cure
	client -n 100 churn "$peer" 81 >/dev/null
	sleep 20
	more 'orphans of 100 that wait for their peer after 20 s' "$(orphans 80)" "$(orphans 81)"
	gone fin-timeout-extreme
}

scene quick fin-timeout-asked fin-timeout-misread
fin_timeout_asked()
{
	conf 90-guide.conf 'net.ipv4.tcp_fin_timeout = 30'
	allow=netns-not-inherited
	see info fin-timeout-misread
}

scene quick orphan-retries-low orphan-retries-extreme
orphan_retries_low()
{
	put net.ipv4.tcp_orphan_retries 1
	see low orphan-retries-extreme
}

# The client forgets its side, and comes again from the same ports.
scene aged close-wait-in-the-way close-wait-blocks-connect
close_wait_in_the_way()
{
	link
	there_put net.ipv4.tcp_fin_timeout 2
	begin server forget 80
	there "$LAB/client" -l 50000 -n 60 churn "$here" 80 >/dev/null
	sleep 62
	there "$LAB/client" -l 50000 -t 200 -r 8 -n 30 churn "$here" 80 >/dev/null &
	allow='close-wait-leak close-wait-unread-eof'
	see high close-wait-blocks-connect --interval 2
	wait $!
}

scene quick last-ack-many last-ack-closing-pile
last_ack_many()
{
	begin traffic last_ack=501
	see low last-ack-closing-pile
}

# The server closes what it has not read.
scene quick closed-unread abort-on-close
closed_unread()
{
	link
	begin server -w 5 close 80
	there "$LAB/client" -x -r 40 -n 140 churn "$here" 80 >/dev/null &
	sleep 0.5
	see medium abort-on-close --interval 2
	wait $!
}

scene quick descriptors-few fd-limit-process
descriptors_few()
{
	link
	begin server forget 80
	prlimit --pid "${pids[last]}" --nofile=100:100
	begin_there client -k -n 86 connect "$here" 80
	begin_there client -k -c -n 1 connect "$here" 80
	see high fd-limit-process
}
