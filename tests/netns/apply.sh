#!/bin/bash
# apply, revert and their refusals on a real kernel: a network namespace, and in a mount
# namespace the directories that are written to.
# shellcheck disable=SC2154
. "$(dirname "$0")/../lib.sh"
need_root_netns

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
		exec bash "$0" mounted' "$0"
fi

ipv4=/proc/sys/net/ipv4
state=/var/lib/tcptune
dropin=/etc/sysctl.d/60-tcptune.conf

# values KEY...: what they read, on one line.
values()
{
	(cd "$ipv4" && cat "$@") | tr '\t\n' '  '
}

# profile NAME KEY VALUE...: into $TMP/NAME.yaml.
profile()
{
	local name=$1
	shift
	printf 'profile: %s\ntitle: for a test\nsettings:\n' "$name" >"$TMP/$name.yaml"
	while [ $# -gt 1 ]; do
		printf '  - {key: net.ipv4.%s, value: %s, why: for a test}\n' "$1" "$2" >>"$TMP/$name.yaml"
		shift 2
	done
}

# ---------------------------------------------------- the default profile

run "$TCPTUNE" apply --dry-run
is "a dry run that would change something has status 1" "$rc" 1
has "it shows the drop-in as a diff" "$out" '+net.ipv4.tcp_fin_timeout = 30'
is "it changes no value" "$(values tcp_fin_timeout tcp_tw_reuse)" "60 2 "
is "it writes no file" "$(ls -A /etc/sysctl.d /var/lib; ls -d /run/tcptune 2>/dev/null)" \
	"/etc/sysctl.d:

/var/lib:"

run "$TCPTUNE" apply
is "without a terminal and without --yes apply refuses" "$rc" 2
is "and changes nothing" "$(values tcp_fin_timeout tcp_tw_reuse)" "60 2 "

run "$TCPTUNE" apply --yes
is "apply" "$rc" 0
is "it writes the running kernel" "$(values tcp_fin_timeout tcp_tw_reuse tcp_syncookies)" "30 1 1 "
like "and the drop-in" "$(cat "$dropin")" '^net\.ipv4\.tcp_tw_reuse = 1$'
is "whose mode is 644" "$(stat -c '%a %u:%g' "$dropin")" "644 0:0"
is "nothing else in the directory" "$(ls -A /etc/sysctl.d)" 60-tcptune.conf
is "records are for root alone" "$(stat -c %a "$state" "$state"/* | sort -u | tr '\n' ' ')" "600 700 "
run "$TCPTUNE" check
is "then check has nothing to change" "$rc" 0

before=$(stat -c '%i %y' "$dropin" "$state"/*)
sum=$(cksum "$dropin")
run "$TCPTUNE" apply --yes
is "a second apply" "$rc" 0
is "writes no file again" "$(stat -c '%i %y' "$dropin" "$state"/*)" "$before"
run "$TCPTUNE" apply --dry-run
is "and there is nothing that it would change" "$rc" 0

run "$TCPTUNE" revert --dry-run
is "a dry run of revert has status 1" "$rc" 1
is "and changes nothing" "$(values tcp_fin_timeout tcp_tw_reuse)$(cksum "$dropin")" "30 1 $sum"
run "$TCPTUNE" revert
is "revert" "$rc" 0
is "it brings back the values" "$(values tcp_fin_timeout tcp_tw_reuse)" "60 2 "
is "and that there was no drop-in" "$(ls -A /etc/sysctl.d)" ""
run "$TCPTUNE" revert
is "a second revert" "$rc" 0
like "says that there is nothing to take back" "$out" '[Nn]othing'

run "$TCPTUNE" apply --yes
is "applied again, the same bytes" "$(cksum "$dropin")" "$sum"

# ------------------------------------------------------- one over another

profile second tcp_fin_timeout 20
run "$TCPTUNE" apply --yes --profile "$TMP/second.yaml"
is "another profile over the first" "$rc $(values tcp_fin_timeout)" "0 20 "
run "$TCPTUNE" revert
is "its revert goes back to the first" "$rc $(values tcp_fin_timeout tcp_tw_reuse)" "0 30 1 "
is "drop-in and all" "$(cksum "$dropin")" "$sum"

echo 15 >"$ipv4/tcp_fin_timeout"
run "$TCPTUNE" revert
is "a value that somebody else changed is left" "$rc $(values tcp_fin_timeout tcp_tw_reuse)" "0 15 2 "
has "and named" "$out" tcp_fin_timeout
run "$TCPTUNE" revert --force
is "revert --force puts it back" "$rc $(values tcp_fin_timeout tcp_tw_reuse)" "0 60 2 "

# ---------------------------------------------------- what the kernel refuses

# What other keys bound is known before anything is written.
echo 20000 >"$ipv4/ip_unprivileged_port_start"
profile refused ip_local_port_range '[10000, 60000]' tcp_rmem '[8192, 262144, 8388608]' tcp_fin_timeout 25
before=$(values ip_local_port_range tcp_rmem tcp_fin_timeout)
run "$TCPTUNE" apply --yes --profile "$TMP/refused.yaml"
is "a value that the kernel would refuse" "$rc" 3
has "is named" "$err" net.ipv4.ip_local_port_range
is "all is as before" "$(values ip_local_port_range tcp_rmem tcp_fin_timeout)" "$before"
is "no drop-in" "$(ls -A /etc/sysctl.d)" ""
run "$TCPTUNE" revert
is "and nothing is left to take back" "$rc $(values ip_local_port_range tcp_rmem)" \
	"0 $(values ip_local_port_range tcp_rmem)"
like "it says so" "$out" '[Nn]othing'

# The kernel alone knows what a Fast Open key is; the port range is in place when it says no.
profile key ip_local_port_range '[20000, 60000]' tcp_fastopen_key nonsense tcp_fin_timeout 25
run "$TCPTUNE" apply --yes --profile "$TMP/key.yaml"
is "a value that the kernel refuses" "$rc" 3
has "is named, with the reason" "$err" "net.ipv4.tcp_fastopen_key"
like "the reason is the kernel's" "$err" "Invalid argument"
is "what was written before it is taken back" "$(values ip_local_port_range tcp_rmem tcp_fin_timeout)" "$before"
is "and there is no drop-in" "$(ls -A /etc/sysctl.d)" ""

# Keys are written in their order: the tuple is in place when the drop-in cannot be written.
profile late tcp_fin_timeout 25 tcp_rmem '[8192, 262144, 8388608]' \
	ip_local_port_range '[20000, 60000]' tcp_tw_reuse 1
mkdir "$dropin"
run "$TCPTUNE" apply --yes --profile "$TMP/late.yaml"
is "a directory in place of the drop-in" "$rc" 3
rmdir "$dropin"
ln -s /dev/null "$dropin"
run "$TCPTUNE" apply --yes --profile "$TMP/late.yaml"
is "a link in place of the drop-in" "$rc" 3
rm "$dropin"
mkdir -p /etc/sysctl.d/.60-tcptune.conf.new/full
run "$TCPTUNE" apply --yes --profile "$TMP/late.yaml"
is "a drop-in that cannot be written" "$rc" 3
is "the tuple too is as before" "$(values ip_local_port_range tcp_rmem tcp_fin_timeout)" "$before"
rm -r /etc/sysctl.d/.60-tcptune.conf.new

mount -t tmpfs -o size=64k,mode=755 tmpfs /etc/sysctl.d
dd if=/dev/zero of=/etc/sysctl.d/fill bs=4k 2>/dev/null
run "$TCPTUNE" apply --yes --profile "$TMP/late.yaml"
is "a full file system under the drop-in" "$rc" 3
has "is named" "$err" "No space left on device"
is "all is as before" "$(values ip_local_port_range tcp_rmem tcp_fin_timeout)" "$before"
mount -o remount,ro /etc/sysctl.d
run "$TCPTUNE" apply --yes --profile "$TMP/late.yaml"
is "a read-only one" "$rc" 3
has "is named too" "$err" "Read-only file system"
umount /etc/sysctl.d

mount -t tmpfs -o nr_inodes=2,mode=700 tmpfs "$state"
run "$TCPTUNE" apply --yes --profile "$TMP/late.yaml"
is "no room for another record" "$rc" 3
is "nothing was touched" "$(values ip_local_port_range tcp_rmem tcp_fin_timeout)$(ls -A /etc/sysctl.d)" "$before"
umount "$state"
chmod 777 "$state"
run "$TCPTUNE" apply --yes --profile "$TMP/late.yaml"
is "a journal that others may write" "$rc" 3
run "$TCPTUNE" revert
is "is not believed either" "$rc" 3
chmod 700 "$state"

run "$TCPTUNE" apply --yes --profile "$TMP/late.yaml"
is "with nothing in the way it is applied" "$rc $(values tcp_rmem tcp_fin_timeout)" \
	"0 8192 262144 8388608 25 "
run "$TCPTUNE" revert
is "and taken back" "$rc $(values ip_local_port_range tcp_rmem tcp_fin_timeout)" "0 $before"

# ------------------------------------------------------------- two at once

if command -v flock >/dev/null; then
	run flock /run/tcptune/lock "$TCPTUNE" apply --yes
	is "while another has the lock" "$rc" 5
	run flock /run/tcptune/lock "$TCPTUNE" revert
	is "revert waits for nobody either" "$rc" 5
else
	skip "while another has the lock" "no flock"
fi
echo 1 >/run/tcptune/lock
run "$TCPTUNE" apply --yes
is "what a dead process left in the lock file blocks nobody" "$rc" 0
run "$TCPTUNE" revert
is "and back" "$rc $(values tcp_fin_timeout tcp_tw_reuse)" "0 60 2 "
done_testing
