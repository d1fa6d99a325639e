#!/bin/bash
# Apply and revert where a file system, an owner or a thing in the way does not let them: full,
# without an inode, read-only, somebody else's, no directory. On a real kernel, with real file
# systems. After each: status 3 with a reason, every value and file as before, nothing left unfinished;
# and with the obstacle gone, the same command works.
# Obstacles are called by their names.
# shellcheck disable=SC2154,SC2317
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
conf=/etc/sysctl.d
state=/var/lib/tcptune
dropin=$conf/60-tcptune.conf

profile()
{
	printf 'profile: %s\ntitle: for a test\nsettings:\n' "$1"
	shift
	while [ $# -gt 1 ]; do
		printf '  - {key: net.ipv4.%s, value: %s, why: for a test}\n' "$1" "$2"
		shift 2
	done
}
profile one tcp_fin_timeout 45 >"$TMP/one.yaml"
profile two tcp_fin_timeout 30 tcp_rmem '[8192, 262144, 8388608]' tcp_tw_reuse 1 >"$TMP/two.yaml"

# All that matters: the values, and what lies in sysctl.d but what a test put there.
snapshot()
{
	cat $ipv4/tcp_fin_timeout $ipv4/tcp_rmem $ipv4/tcp_tw_reuse
	if [ -f $dropin ] && [ ! -L $dropin ]; then
		stat -c '%a %u:%g' $dropin
		head -c 65536 $dropin | tr -d '\0'
	fi
	find $conf -name '.60-tcptune*' 2>/dev/null
}
has_unfinished()
{
	find $state -name '*.json' -type f -exec cat {} + 2>/dev/null | grep -qE '"state": "(applying|reverting)"'
}

# refused NAME WORD COMMAND...: status 3 and all as before; stderr has the word.
refused()
{
	local name=$1 word=$2 before
	shift 2
	before=$(snapshot)
	run timeout 30 "$@"
	is "$name: status" "$rc" 3
	like "$name: why" "$err" "$word"
	is "$name: all as before" "$(snapshot)" "$before"
	if has_unfinished; then
		not_ok "$name: nothing unfinished" "$(cat $state/*.json)"
	else
		ok "$name: nothing unfinished"
	fi
}
apply()
{
	refused "$1" "$2" "$TCPTUNE" apply --yes --profile "$TMP/two.yaml"
}
revert()
{
	refused "revert: $1" "$2" "$TCPTUNE" revert
}
# Takes all of a file system's room, or all of its inodes.
fill()
{
	dd if=/dev/zero of="$1/fill" bs=4k 2>/dev/null
}
no_inode()
{
	mount -o "remount,nr_inodes=$(df --output=iused "$1" | tail -n 1 | tr -d ' ')" "$1"
}
some_inodes()
{
	mount -o remount,nr_inodes=1000 "$1"
}

run "$TCPTUNE" apply --yes --profile "$TMP/one.yaml"
is "an apply to start from" "$rc" 0
start=$(snapshot)

# ------------------------------------------------------------- the drop-in

mv $dropin "$TMP/dropin"
mkdir $dropin
apply "a directory in its place" "Is a directory"
rmdir $dropin
ln -s "$TMP/dropin" $dropin
apply "a link in its place" "symbolic link"
ln -sf /nowhere $dropin
apply "a link to nothing in its place" "symbolic link"
rm $dropin
mkfifo $dropin
apply "a FIFO in its place" "$dropin"
rm $dropin
mknod $dropin c 1 5
apply "a device in its place" "$dropin"
rm $dropin
truncate -s 5G $dropin
apply "5 GiB in its place" "$dropin"
rm $dropin
cp -p "$TMP/dropin" $dropin
if chattr +i $dropin 2>/dev/null; then
	apply "it is immutable" "Operation not permitted"
	revert "it is immutable" "Operation not permitted"
	chattr -i $dropin
else
	skip "it is immutable" "no such attribute on this tmpfs"
fi

# -------------------------------------------------------- its file system

mount -o remount,ro $conf
apply "a read-only sysctl.d" "Read-only file system"
revert "a read-only sysctl.d" "Read-only file system"
mount -o remount,rw $conf
mount -o remount,size=32k $conf
fill $conf
apply "a full sysctl.d" "No space left on device"
rm $conf/fill
mount -o remount,size=0 $conf
no_inode $conf
apply "no inode in sysctl.d" "No space left on device"
some_inodes $conf
umount $conf
mount -t tmpfs -o mode=755 tmpfs $conf
mkdir "$TMP/etc"
mount --bind "$TMP/etc" $conf
umount $conf
cp -p "$TMP/dropin" $dropin
is "as at the start" "$(snapshot)" "$start"

# --------------------------------------------------------- the records

mount -o remount,ro /var/lib
apply "read-only records" "Read-only file system"
revert "read-only records" "Read-only file system"
mount -o remount,rw /var/lib
mount -o remount,size=64k /var/lib
fill /var/lib
apply "no room for records" "No space left on device"
revert "no room for records" "No space left on device"
rm /var/lib/fill
mount -o remount,size=0 /var/lib
no_inode /var/lib
apply "no inode for records" "No space left on device"
revert "no inode for records" "No space left on device"
some_inodes /var/lib
chown 65534 $state
apply "records of somebody else" "$state"
revert "records of somebody else" "$state"
chown 0 $state
chmod 770 $state
apply "records that a group may write" "$state"
chmod 700 $state
mv $state /var/lib/elsewhere
ln -s elsewhere $state
apply "a link to the records" "$state"
rm $state
: >$state
apply "a file instead of the records" "$state"
rm $state
mv /var/lib/elsewhere $state
chmod 646 $state/000001.json
revert "a record that everybody may write" "others than root may write it"
chmod 600 $state/000001.json
mv $state/000001.json "$TMP/record"
for bad in '' '{' '[]' '{"schema": "tcptune.record/1"}' "$(head -c 3000 /dev/zero | tr '\0' '[')"; do
	printf '%s' "$bad" >$state/000001.json
	chmod 600 $state/000001.json
	revert "a record that says ${bad:0:10}" "000001.json"
	apply "a record that says ${bad:0:10}" "000001.json"
done
rm $state/000001.json
mkfifo -m 600 $state/000001.json
revert "a FIFO as record" "000001.json"
rm $state/000001.json
mkdir -m 700 $state/000001.json
revert "a directory as record" "000001.json"
rmdir $state/000001.json
mv "$TMP/record" $state/000001.json

# ------------------------------------------------------------- the lock

mount -o remount,ro /run
rm -rf /run/tcptune 2>/dev/null
apply "a read-only lock" "Read-only file system|lock"
mount -o remount,rw /run
rm -rf /run/tcptune
mkdir -p /run/tcptune/lock
apply "a directory as lock" "lock"
rm -r /run/tcptune
mkdir /run/tcptune
ln -s "$TMP/victim" /run/tcptune/lock
apply "a link as lock" "lock"
check "nothing was made through it" test ! -e "$TMP/victim"
rm -r /run/tcptune
ln -s "$TMP" /run/tcptune
apply "a link to the lock's directory" "/run/tcptune"
rm /run/tcptune
install -d -o 65534 /run/tcptune
apply "somebody else's lock" "/run/tcptune"
rm -r /run/tcptune
no_inode /run
apply "no inode for the lock" "No space left on device"
some_inodes /run

# ------------------------------------------------------------- the kernel

mount --bind $ipv4 $ipv4
mount -o remount,bind,ro $ipv4
run "$TCPTUNE" apply --yes --profile "$TMP/two.yaml"
like "read-only sysctls: status" "$rc" '^[0-3]$'
like "read-only sysctls: said" "$out$err" '[Rr]ead-only'
run "$TCPTUNE" revert
is "read-only sysctls: revert" "$rc" 3
umount $ipv4
is "and no value has changed" "$(cat $ipv4/tcp_fin_timeout $ipv4/tcp_tw_reuse)" "45
2"
cp -p "$TMP/dropin" $dropin
run setpriv --reuid=65534 --clear-groups "$TCPTUNE" apply --yes --profile "$TMP/two.yaml"
like "as nobody: status" "$rc" '^[23]$'
is "as nobody: all as before" "$(snapshot)" "$start"

# ---------------------------------------- room for some files, not for all

# One page or one inode more each time, until it is enough: never half done.
enough()
{
	local option=$1 place=$2 left n before
	left=$(df --output="$([ "$option" = size ] && echo used || echo iused)" "$place" | tail -n 1)
	before=$(snapshot)
	bad=
	for n in $(seq 0 12); do
		if [ "$option" = size ]; then
			mount -o "remount,size=$((left + 4 * n))k" "$place"
		else
			mount -o "remount,nr_inodes=$((left + n))" "$place"
		fi
		run timeout 30 "$TCPTUNE" apply --yes --profile "$TMP/two.yaml"
		[ "$rc" = 0 ] && break
		[ "$rc" = 3 ] || bad="$bad with $n: status $rc: $err"
		[ "$(snapshot)" = "$before" ] || bad="$bad with $n: not as before"
		! has_unfinished || bad="$bad with $n: unfinished"
	done
	is "$option of $place, with $n more it is enough" "$rc$bad" 0
	mount -o remount,size=0,nr_inodes=1000 "$place"
	run "$TCPTUNE" revert
	is "$option of $place: and back" "$rc $(snapshot)" "0 $before"
	rm -f $state/000002.*
}
enough size $conf
enough nr_inodes $conf
enough size /var/lib
enough nr_inodes /var/lib

# ----------------------------------------------------- nothing in the way

mv $state "$TMP/state"
mv $dropin "$TMP/"
mount -t tmpfs -o mode=755 tmpfs /run
run "$TCPTUNE" apply --yes --profile "$TMP/two.yaml"
is "no directory of records, of the lock: they are made" "$rc $(stat -c %a $state /run/tcptune | tr '\n' ' ')" "0 700 755 "
run "$TCPTUNE" revert
is "and back" "$rc $(cat $ipv4/tcp_fin_timeout)" "0 45"
rm -r $state
mv "$TMP/state" $state
mv "$TMP/60-tcptune.conf" $dropin
run "$TCPTUNE" revert
is "the first apply is taken back" "$rc $(cat $ipv4/tcp_fin_timeout) $(ls -A $conf)" "0 60 "
done_testing
