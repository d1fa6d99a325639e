#!/bin/bash
# What each loader sets at boot, against the loaders themselves: sysctl --system of
# procps-ng 4 and systemd-sysctl load generated directories, each in a fresh network
# namespace, and the values that the keys then have must be those of the winners that
# we name. FILES and SEED may be set for a longer run.
. "$(dirname "$0")/../lib.sh"
need sysctl unshare ip
need_root_netns

boot=$BUILD/tests/netns/boot
[ -x "$boot" ] || skip_all "$boot is not built"
for systemd in /usr/lib/systemd/systemd-sysctl /lib/systemd/systemd-sysctl ''; do
	[ -x "$systemd" ] && break
done

# The directories are ours, and nothing outside net is writable: no mistake here
# reaches the host. What is missing on this machine is not made on it.
# shellcheck disable=SC2016
guard='for tree in kernel vm fs; do
	mount --bind -o ro "/proc/sys/$tree" "/proc/sys/$tree" || exit 1
done
mount -t tmpfs none /run && mount -t tmpfs none /usr/local/lib && mount -t tmpfs none /mnt || exit 1
cd /mnt && mkdir etc run local usr && : >conf && mkdir /run/sysctl.d /usr/local/lib/sysctl.d || exit 1
mount --bind etc /etc/sysctl.d && mount --bind run /run/sysctl.d || exit 1
mount --bind local /usr/local/lib/sysctl.d && mount --bind usr /usr/lib/sysctl.d || exit 1
mount --bind conf /etc/sysctl.conf || exit 1'
if [ "${1:-}" != guarded ]; then
	unshare -m sh -c "$guard" 2>/dev/null || skip_all "cannot put directories in the place of sysctl.d"
	script=$(realpath "$0")
	rm -rf "$TMP"
	trap - EXIT
	exec unshare -m sh -c "$guard; exec bash \"\$0\" guarded" "$script"
fi

# The tag of each device, 0 where nobody set it, after COMMAND in a new namespace.
after()
{
	# shellcheck disable=SC2016
	unshare -n sh -c '
		ip link add v.5 type veth peer name w.6 || exit 99
		"$@" >/dev/null 2>&1
		for device in lo all v.5 w.6; do
			cat "/proc/sys/net/ipv4/conf/$device/tag"
		done' after "$@" | tr '\n' ' '
}

# The same, as we say.
told()
{
	"$boot" tell "$1" net.ipv4.conf.{lo,all,v/5,w/6}.tag |
		awk '{print $2 == "-" ? 0 : $2}' | tr '\n' ' '
}

# agree LOADER COMMAND...: over all seeds, once with and once without /etc/sysctl.conf.
agree()
{
	local loader=$1 seed got want n=0 set=0 bad=
	shift
	for ((seed = first; seed < first + count; seed++)); do
		find /mnt/etc /mnt/run /mnt/local /mnt/usr -mindepth 1 -delete
		# The file is mounted elsewhere, so its bytes change and not the file.
		"$boot" make "$seed" "$TMP"
		if [ -e "$TMP/conf" ]; then
			cat "$TMP/conf" >/mnt/conf
		else
			: >/mnt/conf
		fi
		for got in etc run local usr; do
			cp -a "$TMP/$got/." "/mnt/$got/"
			find "${TMP:?}/$got" -mindepth 1 -delete
		done
		got=$(after "$@")
		want=$(told "$loader")
		[ "$want" = "0 0 0 0 " ] || set=$((set + 1))
		if [ "$got" = "$want" ]; then
			n=$((n + 1))
		else
			bad="$bad
seed $seed: it set $got, we say $want"
		fi
	done
	is "$loader: $count hosts have the values that we say" "$n$bad" "$count"
	check "$loader: most hosts have values" [ "$set" -gt $((count / 2)) ]
}

mkdir "$TMP/etc" "$TMP/run" "$TMP/local" "$TMP/usr"
first=${SEED:-1}
count=${FILES:-100}
# Exclusion by glob came with 4.0.5.
case $(sysctl --version) in
*' 4.0.'[2-4]) agree procps sysctl --system ;;
*) skip "procps" "the reference is sysctl of procps-ng 4.0.2 to 4.0.4" ;;
esac
if [ -n "$systemd" ]; then
	agree systemd "$systemd"
else
	skip "systemd" "there is no systemd-sysctl"
fi
done_testing
