#!/bin/bash
# A directory that looks like a host (--root): an ordinary user applies and reverts there,
# and every file that is opened for writing, made, renamed or removed lies below it, however
# the links in it point. And a capture of a capture is the capture.
. "$(dirname "$0")/../lib.sh"
[ -x "$TCPTUNE" ] || skip_all "nothing is built in $BUILD"
need strace
strace -o /dev/null true 2>/dev/null || skip_all "strace may not trace here"

# Root becomes nobody, who must be able to reach all this.
place=$(mktemp -d)
# shellcheck disable=SC2317
at_exit()
{
	rm -rf "$place"
}
cp "$TCPTUNE" "$place/tcptune"
user=()
if [ "$(id -u)" = 0 ]; then
	need setpriv
	user=(setpriv --reuid=65534 --regid=65534 --clear-groups)
fi

# host NAME CAPTURE: a copy that the user may write.
host()
{
	cp -r "$TOP/tests/hosts/$2" "$place/$1"
	chmod -R u+w "$place/$1"
	[ ${#user[@]} = 0 ] || chown -R 65534:65534 "$place" "$place/$1"
}

# as_user NAME COMMAND...: on that host, traced into $TMP/trace.
as_user()
{
	local name=$1
	shift
	run env -C / ASAN_OPTIONS="${ASAN_OPTIONS:-}:detect_leaks=0" strace -f -y -qq -o "$TMP/trace" \
		-e trace=openat,openat2,open,creat,mkdir,mkdirat,rename,renameat,renameat2,unlink,unlinkat,link,linkat,symlink,symlinkat,truncate,chmod,fchmodat,chown,fchownat \
		"${user[@]}" "$place/tcptune" "$@" --root "$place/$name"
}

# What was written, made, renamed or removed elsewhere: lines of the trace.
elsewhere()
{
	grep -v ' = -1 ' "$TMP/trace" |
		awk -v host="$place/$1" '
		# The file that was opened is behind "=", of the others the directory stands in the arguments.
		/open/ && !/O_WRONLY|O_RDWR|O_CREAT/ { next }
		/open/ {
			path = $0
			sub(/.*= [0-9]+</, "", path)
			if (index(path, host "/") != 1) print
			next
		}
		{ n = split($0, part, "<"); for (i = 2; i <= n; i++) if (index(part[i], host) != 1) bad = 1 }
		bad || n < 2 { print }
		{ bad = 0 }'
}

host a idle
as_user a apply --yes
is "apply: status" "$rc" 0
is "apply: the value" "$(cat "$place/a/proc/sys/net/ipv4/tcp_fin_timeout")" 30
check "apply: the drop-in" [ -s "$place/a/etc/sysctl.d/60-tcptune.conf" ]
check "apply: the record" grep -rq '"state": "applied"' "$place/a/var/lib/tcptune"
check "apply: something was traced" grep -q renameat "$TMP/trace"
is "apply: nothing elsewhere" "$(elsewhere a)" ""
as_user a apply --yes
is "apply again" "$rc $out" "0 Already in the desired state: nothing to do."
as_user a check
is "check, then" "$rc" 0
is "check: writes nothing" "$(elsewhere a)" ""
as_user a revert --yes
is "revert: status" "$rc" 0
is "revert: the value" "$(cat "$place/a/proc/sys/net/ipv4/tcp_fin_timeout")" 60
check "revert: the drop-in is gone" [ ! -e "$place/a/etc/sysctl.d/60-tcptune.conf" ]
is "revert: nothing elsewhere" "$(elsewhere a)" ""

# Links that lead out of the host lead nowhere out of it: absolute ones are the host's own.
host b idle
mkdir "$place/outside"
[ ${#user[@]} = 0 ] || chown 65534 "$place/outside"
rm -rf "$place/b/etc/sysctl.d"
ln -s "$place/outside" "$place/b/etc/sysctl.d"
mkdir -p "$place/b/var" "$place/b/run"
ln -s "../../../outside" "$place/b/var/lib"
ln -s "$place/outside" "$place/b/run/tcptune"
as_user b apply --yes
is "links: nothing elsewhere" "$(elsewhere b)" ""
is "links: nothing outside" "$(ls -A "$place/outside")" ""
like "links: and that is a failure, not a way out" "$rc" '^[0345]$'

# reload writes there too, and nowhere else.
host c idle
printf 'net.ipv4.tcp_fin_timeout = 41\nnet.ipv4.nosuch = 1\n' >"$place/one.conf"
as_user c reload "$place/one.conf"
is "reload: status" "$rc" 1
is "reload: the value" "$(cat "$place/c/proc/sys/net/ipv4/tcp_fin_timeout")" 41
is "reload: nothing elsewhere" "$(elsewhere c)" ""

# Played back and recorded: the same files, but for the modes of secrets, which were not
# read, the order of notes, and empty sysctl.d directories, which git does not keep.
for name in idle sick container no-netlink; do
	run timeout 60 "$TCPTUNE" capture --root "$TOP/tests/hosts/$name" "$TMP/$name"
	is "$name again: status" "$rc" 0
	is "$name again: the files" "$(diff -r -x modes -x missing "$TOP/tests/hosts/$name" "$TMP/$name")" ""
	is "$name again: the notes" "$(cat "$TMP/$name"/capture/{modes,missing} | grep -Ev '_key|/sysctl.d$' | sort -u)" \
		"$(cat "$TOP/tests/hosts/$name"/capture/{modes,missing} | grep -Ev '_key|/sysctl.d$' | sort -u)"
done
done_testing
