#!/bin/bash
# apply --confirm on a real kernel: the guard that outlives its terminal, what it takes back
# and what it writes to the system log; confirm; and everything that can come between.
# Waits for conditions, up to a limit that an idle host never needs.
# Conditions are called by their names.
# shellcheck disable=SC2154,SC2317
. "$(dirname "$0")/../lib.sh"
need python3 setsid
need_root_netns

# /dev/log is the test's own: the guard's words are read there.
if [ "${1:-}" != mounted ]; then
	rm -rf "$TMP"
	trap - EXIT
	# shellcheck disable=SC2016
	exec unshare -m sh -c '
		for place in /etc/sysctl.d /var/lib /run; do
			mount -t tmpfs -o mode=755 tmpfs "$place" || exit 1
		done
		if [ -e /etc/sysctl.conf ]; then
			mount --bind /dev/null /etc/sysctl.conf || exit 1
		fi
		mkdir /run/dev && touch /run/dev/null /run/dev/urandom /run/dev/ptmx &&
			mount --bind /dev/null /run/dev/null && mount --bind /dev/urandom /run/dev/urandom &&
			mount --rbind /run/dev /dev || exit 1
		exec bash "$0" mounted' "$0"
fi

ipv4=/proc/sys/net/ipv4
state=/var/lib/tcptune
dropin=/etc/sysctl.d/60-tcptune.conf
LIMIT=${LIMIT:-120} # seconds

value()
{
	cat "$ipv4/tcp_fin_timeout"
}

# await NAME COMMAND...: until it succeeds.
await()
{
	local name=$1 end=$((SECONDS + LIMIT))
	shift
	until "$@" >/dev/null 2>&1; do
		if [ "$SECONDS" -ge "$end" ]; then
			not_ok "$name" "not so within $LIMIT s: $*" "$(cat "$state"/*.json)" "$(cat "$TMP/log")"
			return
		fi
		sleep 0.1
	done
	ok "$name"
}

newest()
{
	find "$state" -name '*.json' | sort | tail -n 1
}
is_state()
{
	grep -q "\"state\": \"$1\"" "$(newest)"
}
guard()
{
	sed -n 's/.*"guard": \([0-9]*\),*$/\1/p' "$(newest)" | head -n 1
}
is_gone()
{
	! kill -0 "$1" || [ "$(sed 's/.*) //; s/ .*//' "/proc/$1/stat")" = Z ]
}
is_value()
{
	[ "$(value)" = "$1" ]
}

python3 -c '
import socket, sys
s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
s.bind("/dev/log")
with open(sys.argv[1], "ab", buffering=0) as log:
    while True:
        log.write(s.recv(65536) + b"\n")' "$TMP/log" &
logger=$!
guards=
at_exit()
{
	local pid
	for pid in $logger $guards; do
		kill "$pid" 2>/dev/null
	done
}
await "the test's own system log" test -S /dev/log

printf 'profile: one\ntitle: t\nsettings:\n  - {key: net.ipv4.tcp_fin_timeout, value: 30, why: w}\n' >"$TMP/one.yaml"
apply=("$TCPTUNE" apply --yes --profile "$TMP/one.yaml" --confirm)

# begin SECONDS: applies, and remembers the guard.
begin()
{
	run "${apply[@]}" "$1"
	guards="$guards $(guard)"
}

# ---------------------------------------------------------------- usage

for bad in 0 -1 x 86401 1.5; do
	run "$TCPTUNE" apply --yes --confirm=$bad
	is "--confirm $bad is refused" "$rc $(value)" "2 60"
done
run "$TCPTUNE" confirm
is "confirm without anything to confirm" "$rc" 2
run "${apply[@]}" 600 --dry-run
is "a dry run starts no guard" "$rc $(find /run/tcptune -name 'guard.*')" "1 "

# ------------------------------------------------------------- confirmed

begin 600
is "apply --confirm" "$rc $(value)" "0 30"
has "says for how long" "$(tr -d '\n' <"$TMP/out" | tr -s ' ')" "unless"
check "the record is unconfirmed" is_state unconfirmed
is "no file holds it: a boot now is one into the old state" "$(ls -A /etc/sysctl.d)" ""
is "the guard has a session of its own" "$(ps -o sid= -p "$(guard)" | tr -d ' ')" "$(ps -o pgid= -p "$(guard)" | tr -d ' ')"
is "and keeps no descriptor of who started it" "$(find "/proc/$(guard)/fd" -lname "$TMP/*" -o -lname 'pipe:*' -o -lname '/var/lib/tcptune*' -o -lname '*/lock')" ""
is "it is in the same network namespace" "$(readlink "/proc/$(guard)/ns/net")" "$(readlink /proc/self/ns/net)"
like "the system log knows" "$(cat "$TMP/log")" 'tcptune.*record 1: applied for 600 s'
run "$TCPTUNE" check --profile "$TMP/one.yaml"
is "check says that it is pending" "$rc" 1
has "with what to do" "$(printf '%s' "$out" | tr -s ' \n' ' ')" "tcptune confirm"
run "${apply[@]}" 600
is "another apply is refused" "$rc" 3
has "with the reason" "$err" "record 1 is unconfirmed"
run "$TCPTUNE" history
like "history shows it" "$out" '^ *1  .*unconfirmed until'
run "$TCPTUNE" confirm --dry-run
is "a dry run of confirm" "$rc $(ls -A /etc/sysctl.d)" "1 "
run "$TCPTUNE" confirm --format json
is "confirm" "$rc $(value)" "0 30"
cp "$TMP/out" "$TMP/confirm.json"
check "the document is as its schema says" python3 "$TOP/tests/schema_validate.py" \
	"$TOP/advisor/schemas/confirm.schema.json" "$TMP/confirm.json"
like "it writes the drop-in" "$(cat "$dropin")" '^net\.ipv4\.tcp_fin_timeout = 30$'
is "whose mode is 644" "$(stat -c '%a %u:%g' "$dropin")" "644 0:0"
check "the record is applied" is_state applied
await "the guard ends" is_gone "$(guard)"
is "and leaves nothing in /run" "$(ls -A /run/tcptune)" lock
run "$TCPTUNE" confirm
is "confirmed twice is confirmed" "$rc" 0
run "$TCPTUNE" check --profile "$TMP/one.yaml"
is "check has nothing pending" "$rc" 0
run "$TCPTUNE" revert
is "revert takes it back as any other" "$rc $(value) $(ls -A /etc/sysctl.d)" "0 60 "
run "$TCPTUNE" confirm
is "what was taken back is nothing to confirm" "$rc" 2

# ------------------------------------------------------------ not confirmed

# shellcheck disable=SC2016 # the words are those of the inner shell
# As over ssh: a session that is hung up, and whose processes are killed by a signal to the group.
setsid bash -c '"$@" >"$0.out" 2>&1 </dev/null; kill -HUP 0' "$TMP/ssh" "${apply[@]}" 2
guards="$guards $(guard)"
await "nobody confirms: the guard takes it back" is_value 60
await "and marks the record" is_state reverted
await "it ends" is_gone "$(guard)"
await "the system log says so" grep -q 'nobody confirmed it in time: taken back' "$TMP/log"
await "with the values" grep -q 'tcp_fin_timeout: 30 -> 60' "$TMP/log"
is "no drop-in" "$(ls -A /etc/sysctl.d)" ""
run "$TCPTUNE" history --format json
like "history says that it was the guard" "$out" '"guard": true'
run "$TCPTUNE" confirm
is "confirm comes too late" "$rc $(value)" "3 60"

# ------------------------------------------------------- what comes between

begin 600
run "$TCPTUNE" revert
is "revert takes it back at once" "$rc $(value)" "0 60"
await "and the guard ends" is_gone "$(guard)"

run "${apply[@]}" 600 --format json
guards="$guards $(guard)"
cp "$TMP/out" "$TMP/apply.json"
check "the document of apply is as its schema says" python3 "$TOP/tests/schema_validate.py" \
	"$TOP/advisor/schemas/apply.schema.json" "$TMP/apply.json"
like "it says until when" "$out" '"until": "20.*Z"'
kill -TERM "$(guard)"
await "a guard that is told to end takes it back first" is_value 60
await "and marks it" is_state reverted

begin 600
for signal in HUP INT QUIT PIPE USR1 USR2 TSTP ALRM; do
	kill -$signal "$(guard)"
done
check "other signals do nothing to it" kill -0 "$(guard)"
kill -KILL "$(guard)"
await "a guard that is killed" is_gone "$(guard)"
run "$TCPTUNE" check --profile "$TMP/one.yaml"
has "is missed" "$(printf '%s' "$out" | tr -s ' \n' ' ')" "its guard is gone"
run "$TCPTUNE" confirm
is "there is time to confirm it all the same" "$rc" 0
run "$TCPTUNE" revert
is "and back" "$rc $(value)" "0 60"

begin 1
kill -KILL "$(guard)"
is_expired()
{
	run "$TCPTUNE" check --profile "$TMP/one.yaml"
	printf '%s' "$out" | tr -s ' \n' ' ' | grep -q 'nothing was taken back'
}
await "when its time is over that is said" is_expired
run "$TCPTUNE" confirm
is "and it cannot be confirmed any more" "$rc $(value)" "3 30"
run "${apply[@]}" 600
is "nor applied over" "$rc" 3
run "$TCPTUNE" revert
is "revert does what the guard did not" "$rc $(value)" "0 60"

begin 600
echo 20 >"$ipv4/tcp_fin_timeout"
run "$TCPTUNE" confirm
is "a value that somebody else changed is not confirmed" "$rc $(ls -A /etc/sysctl.d)" "3 "
has "and named" "$err" 'it is "20", not the "30"'
run "$TCPTUNE" confirm --force
is "unless by force" "$rc $(value) $(ls -A /etc/sysctl.d)" "0 20 60-tcptune.conf"
echo 30 >"$ipv4/tcp_fin_timeout"
run "$TCPTUNE" revert
is "and back" "$rc $(value)" "0 60"

begin 2
echo 20 >"$ipv4/tcp_fin_timeout"
await "the guard leaves what somebody else changed" is_state reverted
is "as it is" "$(value)" 20
await "and names it in the system log" grep -q 'left as it is: net.ipv4.tcp_fin_timeout' "$TMP/log"
echo 60 >"$ipv4/tcp_fin_timeout"

begin 600
sed -i 's/"boot_id": ".*"/"boot_id": "another"/' "$(newest)"
echo 60 >"$ipv4/tcp_fin_timeout"
kill -KILL "$(guard)"
await "after a boot there is no guard" is_gone "$(guard)"
run "$TCPTUNE" check --profile "$TMP/one.yaml"
has "check says what happened" "$(printf '%s' "$out" | tr -s ' \n' ' ')" "booted since"
run "$TCPTUNE" confirm
is "there is nothing to confirm" "$rc" 3
run "$TCPTUNE" revert
is "revert closes the record" "$rc $(value)" "0 60"
check "as reverted" is_state reverted

# The lock is held when the time is over: the guard waits for it.
if command -v flock >/dev/null; then
	begin 3
	# shellcheck disable=SC2016
	flock /run/tcptune/lock sh -c 'for i in $(seq 600); do
		grep -q "waiting for process" "$1" && exit 0; sleep 0.1; done; exit 1' sh "$TMP/log"
	is "the guard says that it waits for the lock" "$?" 0
	await "and then takes it back" is_value 60
	await "marked" is_state reverted
	run flock /run/tcptune/lock "$TCPTUNE" confirm
	is "confirm waits for nobody" "$rc" 5
else
	skip "the guard waits for the lock" "no flock"
fi

# It cannot write: tries again, says so, and does it when it can.
begin 2
mount --bind -o ro "$state" "$state" && mount -o remount,bind,ro "$state"
await "the guard says that it cannot" grep -q 'could not be taken back' "$TMP/log"
is "nothing is changed yet" "$(value)" 30
umount "$state"
await "and does it as soon as it can" is_value 60
await "marked" is_state reverted

# No guard, no change.
mkdir -p "/run/tcptune/guard.$(printf %06d $(($(newest | tr -dc 0-9 | sed 's/^0*//') + 1)))"
run "${apply[@]}" 600
is "without a guard nothing is applied" "$rc $(value)" "3 60"
has "and that is said" "$err" "guard"
find /run/tcptune -type d -name 'guard.*' -delete
is "no record is left of it" "$(grep -lE '"(unconfirmed|applying)"' "$state"/*.json)" ""

# ---------------------------------------------------- where systemd is process 1

# In the place of systemd: what busctl is asked for.
mkdir -p "$TMP/bin" /run/systemd/system
echo systemd >"$TMP/comm"
if mount --bind "$TMP/comm" /proc/1/comm 2>/dev/null; then
	printf '#!/bin/sh\nprintf "%%s\\n" "$*" >>%s\n' "$TMP/busctl" >"$TMP/bin/busctl"
	chmod 755 "$TMP/bin/busctl"
	PATH=$TMP/bin:$PATH begin 600
	is "with systemd" "$rc $(value)" "0 30"
	like "the guard asks for a scope of its own" "$(cat "$TMP/busctl")" \
		"StartTransientUnit ssa.sv.a.sa.sv.. tcptune-guard-[0-9]*-$(guard).scope fail 2 .* PIDs au 1 $(guard) 0\$"
	run "$TCPTUNE" revert
	is "and back" "$rc $(value)" "0 60"
	await "the guard ends" is_gone "$(guard)"
	umount /proc/1/comm
else
	skip "the guard asks systemd for a scope" "nothing can be mounted in /proc/1"
fi
done_testing
