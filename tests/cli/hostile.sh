#!/bin/bash
# Hostile input: names and values with escape codes, files that are no files or too large,
# links that lead out of a capture, YAML that wants to explode. Nothing hangs, nothing grows
# beyond its limit, nothing reaches a terminal raw, and no key leaves /proc/sys/net.
# Functions are called by their names.
# shellcheck disable=SC2154,SC2317
. "$(dirname "$0")/../lib.sh"

# Bytes that a terminal could obey, or that are no UTF-8, in what was run last.
dirt()
{
	LC_ALL=C grep -aobP '[\x00-\x08\x0b-\x1f\x7f]|\xc2[\x80-\x9f]|\xe2\x80[\xaa-\xae]|\xe2\x81[\xa6-\xa9]' \
		"$TMP/out" "$TMP/err" | head -n 3
	iconv -f UTF-8 -t UTF-8 "$TMP/out" "$TMP/err" 2>&1 >/dev/null | head -n 1
}

# clean NAME STATUS COMMAND...: it ends with that status (a pattern), in time, with clean output, within 384 MiB.
clean()
{
	local name=$1 status=$2
	shift 2
	run bounded "$@"
	like "$name: status" "$rc" "^($status)\$"
	is "$name: output" "$(dirt)" ""
}

# Memory is limited where no sanitizer maps terabytes.
bounded()
{
	case $BUILD in
	*/san) timeout 60 "$@" ;;
	*) (ulimit -v 393216 && exec timeout 30 "$@") ;;
	esac
}

# ------------------------------------------------- escape codes everywhere

esc=$'\033[31m\007\302\233'$'\342\200\256'
bad=$'\377\376'
host=$TMP/host
cp -r "$TOP/tests/hosts/sick" "$host"
conf=$host/etc/sysctl.d
printf 'net.ipv4.tcp_rmem = 1%s 2\nnet.ipv4.tcp_fin_timeout = %s\nnet.ipv4.%s = 1\n%s\n' \
	"$esc" "$bad" "$esc$bad" "junk$esc" >"$conf/50-$esc$bad.conf"
printf 'net.ipv4.tcp_fin_timeout = %s\n' "5$esc" >"$conf/99-z$esc.conf"
printf '%s%s\n' "$esc" "$bad" >"$host/capture/hostname"
for pid in 70 71; do
	printf 'a)%s%s\n' "$esc" "$bad" >"$host/proc/$pid/comm"
done
printf 'cubic%s\n' "$esc" >"$host/proc/sys/net/ipv4/tcp_congestion_control"
printf '6.1.0%s\n' "$esc" >"$host/proc/sys/kernel/osrelease"
printf 'EIO /proc/net/sockstat%s\n' "$esc" >>"$host/capture/missing"
mkdir -p "$host/var/lib/tcptune" "$host/etc/tcptune"
cat >"$host/var/lib/tcptune/000001.json" <<END
{"schema": "tcptune.record/1", "number": 1, "state": "applying", "tcptune": "1\\u001b[1m", "kernel": "\\u009b",
 "boot_id": null, "namespace": null, "time": 1, "reverted": null, "user": "\\u001b]0;x\\u0007",
 "changes": [{"key": "net.ipv4.\\u001b[2J", "from": "1\\u001b", "to": "\\u009b2"}],
 "dropin": {"path": "/etc/sysctl.d/\\u001b.conf", "changes": false}}
END
chmod 700 "$host/var/lib/tcptune"
chmod 600 "$host/var/lib/tcptune/000001.json"
profile=$TMP/p$esc.yaml
cp "$TOP/profiles/time-wait.yaml" "$profile"

for format in text json; do
	clean "check, $format" '0|1' "$TCPTUNE" check --verbose --root "$host" --format $format
	clean "apply --dry-run, $format" '[0-5]' "$TCPTUNE" apply --dry-run --root "$host" --format $format
	clean "explain, $format" '0' "$TCPTUNE" explain tcp_rmem tcp_fin_timeout TIME_WAIT tcp_congestion_control \
		--root "$host" --format $format
	clean "history, $format" '[0-3]' "$TCPTUNE" history --root "$host" --format $format
	clean "revert --dry-run, $format" '[0-4]' "$TCPTUNE" revert --dry-run --root "$host" --format $format
	clean "a profile's name, $format" '0|1' "$TCPTUNE" check --profile "$profile" --root "$host" --format $format
done
clean "reload --dry-run" '[0-3]' "$TCPTUNE" reload --dry-run "$conf/50-$esc$bad.conf" --root "$host"
clean "a word that is nothing" 2 "$TCPTUNE" explain "x$esc$bad" --root "$host"
clean "an option that is none" 2 "$TCPTUNE" "--x$esc$bad"
clean "a command that is none" 2 "$TCPTUNE" "x$esc$bad"
clean "a threshold that is none" 2 "$TCPTUNE" check --root "$host" --set "a.b$esc=$bad"
clean "a directory that is none" 2 "$TCPTUNE" check --root "$TMP/$esc$bad"
clean "a file that is none" 2 "$TCPTUNE" lint "$TMP/$esc$bad"
printf 'profile: "a\\x1b"\ntitle: "\\u202e"\n%s: 1\n' "$esc" >"$TMP/bad.yaml"
clean "lint" 2 "$TCPTUNE" lint "$TMP/bad.yaml"
# What escapes can bring in that libyaml would refuse raw.
printf -- '- key: "net.ipv4.\\x07"\n  "\\e[2J": x\n' >"$TMP/bad.yaml"
clean "lint of escapes" 2 "$TCPTUNE" lint "$TMP/bad.yaml"
rm "$host/var/lib/tcptune/000001.json"

# ------------------------------------------------------ what is no file

device=$TMP/device
if [ "$(id -u)" = 0 ] && mknod "$device" c 1 5 2>/dev/null; then
	zero=$device
else
	zero=/dev/zero
fi
mkfifo "$TMP/fifo"
mkdir "$TMP/directory"
truncate -s 3G "$TMP/huge"
ln -s "$TMP/loop" "$TMP/loop"
for thing in fifo directory huge loop; do
	path=$TMP/$thing
	clean "lint of a $thing" 2 "$TCPTUNE" lint "$path"
	has "lint of a $thing says so" "$err" "$path: error: "
	clean "a $thing as profile" 2 "$TCPTUNE" check --root "$host" --profile "$path"
done
clean "lint of a device" 2 "$TCPTUNE" lint "$zero"
for thing in directory huge loop; do
	clean "reload of a $thing" 1 "$TCPTUNE" reload --dry-run "$TMP/$thing"
done
clean "reload of a device" 1 "$TCPTUNE" reload --dry-run "$zero"
clean "a file as root" 2 "$TCPTUNE" check --root "$TMP/bad.yaml"

# One of them in the place of every file that is read, at once; the rest is still told.
# as COMMAND: what makes it, with the path as last word.
as()
{
	local name=$1
	shift
	rm -rf "$TMP/odd"
	cp -r "$TOP/tests/hosts/idle" "$TMP/odd"
	while read -r path; do
		mkdir -p "$TMP/odd/$(dirname "$path")"
		rm -rf "${TMP:?}/odd/$path"
		"$@" "$TMP/odd/$path"
	done <<-END
		proc/net/sockstat
		proc/net/netstat
		proc/net/softnet_stat
		proc/meminfo
		proc/uptime
		proc/sys/kernel/osrelease
		proc/sys/net/ipv4/tcp_rmem
		proc/sys/net/ipv4/ip_local_port_range
		etc/sysctl.conf
		etc/sysctl.d/10-x.conf
		etc/sysctl.d/60-tcptune.conf
		capture/sockets.all
		capture/missing
		capture/modes
		capture/links
		capture/hostname
		capture/interfaces
		var/lib/tcptune/000001.json
	END
	clean "$name everywhere" '0|1' "$TCPTUNE" check --root "$TMP/odd"
	like "$name everywhere: what could not be seen is told" "$out" 'not be (judged|seen|read)|not read|unknown'
	clean "$name everywhere: a dry run" '[0-3]' "$TCPTUNE" apply --dry-run --root "$TMP/odd"
}
link_to_zero()
{
	ln -s /dev/zero "$1"
}
hundred_gib()
{
	truncate -s 100G "$1"
}
as "a FIFO" mkfifo
as "a directory" mkdir -p
as "a link to a device" link_to_zero
as "a link to itself" ln -s loop
as "100 GiB" hundred_gib
random()
{
	head -c 20000 "$TCPTUNE" >"$1"
}
as "a program" random

# --------------------------------------------------------- out of the root

secret=$TMP/secret
printf 'net.ipv4.tcp_fin_timeout = 4711\n' >"$secret"
outside=$TMP/outside
cp -r "$TOP/tests/hosts/idle" "$outside"
mkdir -p "$outside/etc/sysctl.d"
ln -s "$secret" "$outside/etc/sysctl.d/10-absolute.conf"
ln -s "../../../$(basename "$secret")" "$outside/etc/sysctl.d/20-relative.conf"
rm "$outside/proc/sys/net/ipv4/tcp_fin_timeout"
printf '4711\n' >"$TMP/value"
ln -s "$TMP/value" "$outside/proc/sys/net/ipv4/tcp_fin_timeout"
clean "links out of a capture" '0|1' "$TCPTUNE" check --verbose --root "$outside"
hasnt "lead nowhere" "$out" 4711
clean "explain follows none either" 0 "$TCPTUNE" explain tcp_fin_timeout --root "$outside"
hasnt "and shows nothing of it" "$out" 4711

# --------------------------------------------------- keys that leave net/

tree=$TMP/tree
mkdir -p "$tree/proc/sys/net/ipv4" "$tree/proc/sys/kernel" "$tree/etc/sysctl.d"
echo 60 >"$tree/proc/sys/net/ipv4/tcp_fin_timeout"
echo core >"$tree/proc/sys/kernel/core_pattern"
echo safe >"$TMP/victim"
ln -s "$TMP/victim" "$tree/proc/sys/net/ipv4/link"
ln -s ../kernel "$tree/proc/sys/net/away"
ln -s "$TMP" "$tree/proc/sys/net/out"
n=0
while IFS= read -r line; do
	n=$((n + 1))
	printf '%s = owned\n' "$line" >"$TMP/keys"
	run bounded "$TCPTUNE" reload --root "$tree" "$TMP/keys"
	like "'$line': refused" "$rc" '^[1-3]$'
done <<'END'
kernel.core_pattern
net/../kernel/core_pattern
net.//.kernel.core_pattern
net/./../kernel/core_pattern
/proc/sys/kernel/core_pattern
net/away/core_pattern
net.away.core_pattern
net.out.victim
net/ipv4/link
net.ipv4.link
../kernel/core_pattern
net/ipv4/../../kernel/core_pattern
END
is "no file out there was written" "$(cat "$tree/proc/sys/kernel/core_pattern" "$TMP/victim")" "core
safe"
printf 'net.*.* = owned\nnet/*/core_pattern = owned\n*/core_pattern = owned\nnet/../*/core_pattern = owned\n' >"$TMP/keys"
run bounded "$TCPTUNE" reload --root "$tree" "$TMP/keys"
is "nor by a pattern" "$(cat "$tree/proc/sys/kernel/core_pattern" "$TMP/victim")" "core
safe"
for key in kernel.core_pattern net/../kernel/core_pattern net.ipv4.link 'net.ipv4.tcp_fin_timeout = 1\nkernel.x'; do
	printf 'profile: p\ntitle: t\nsettings:\n  - {key: "%s", value: 1, why: w}\n' "$key" >"$TMP/p.yaml"
	clean "a profile that asks for $key" 2 "$TCPTUNE" apply --dry-run --root "$tree" --profile "$TMP/p.yaml"
done

# ------------------------------------------------- values over several lines

cat >"$TMP/p.yaml" <<'END'
profile: "p"
title: t
settings:
  - key: net.ipv4.tcp_fin_timeout
    value: 20
    why: "first\nkernel.core_pattern = |/bin/sh\n# \tx"
    sources: ["a\nnet.ipv4.ip_forward = 1", "= 1"]
END
clean "line breaks in a reason" '0|1' "$TCPTUNE" apply --dry-run --root "$TOP/tests/hosts/idle" --profile "$TMP/p.yaml"
is "the drop-in sets one key" "$(printf '%s\n' "$out" | sed -n 's/^+\([^#+].*\)/\1/p')" "net.ipv4.tcp_fin_timeout = 20"
sed -i 's/value: 20/value: "20\\nkernel.core_pattern = x"/' "$TMP/p.yaml"
clean "a line break in a value" 2 "$TCPTUNE" apply --dry-run --root "$TOP/tests/hosts/idle" --profile "$TMP/p.yaml"
for value in '"cubic\nkernel.x = 1"' '"cubic\x1b[2J"' '"cubic\u009b"' '"cubic # x"'; do
	cat >"$TMP/p.yaml" <<-END
		profile: p
		title: t
		settings:
		  - {key: net.ipv4.tcp_congestion_control, value: $value, why: w}
	END
	clean "the text $value" '[12]' "$TCPTUNE" apply --dry-run --root "$TOP/tests/hosts/idle" --profile "$TMP/p.yaml"
	hasnt "the text $value: is not planned" "$out" "+net.ipv4.tcp_congestion_control"
done

# ------------------------------------------------------ YAML that explodes

# explode NAME MESSAGE: $TMP/bomb.yaml is refused with it.
explode()
{
	clean "$1" 2 "$TCPTUNE" lint "$TMP/bomb.yaml"
	has "$1: why" "$err" "$2"
}
{
	echo 'a: &a [x, x, x, x, x, x, x, x, x]'
	last=a
	for name in b c d e f g h i; do
		echo "$name: &$name [*$last, *$last, *$last, *$last, *$last, *$last, *$last, *$last, *$last]"
		last=$name
	done
} >"$TMP/bomb.yaml"
explode "aliases of aliases" "anchors (&a) are not allowed"
printf '%s' "$(printf '%5000s' '' | tr ' ' '[')" >"$TMP/bomb.yaml"
explode "5000 brackets" "nested deeper than 24"
{ printf -- '- '; yes -- '- ' | head -n 3000 | tr -d '\n'; } >"$TMP/bomb.yaml"
explode "3000 dashes" "nested deeper than 24"
{ echo '['; yes 'a,' | head -n 30000; echo ']'; } >"$TMP/bomb.yaml"
explode "30000 items" "more than 20000 parts"
head -c 5000000 /dev/zero | tr '\0' 'a' >"$TMP/bomb.yaml"
explode "5 MB" "File too large"
head -c 4000000 /dev/zero | tr '\0' '#' >"$TMP/bomb.yaml"
clean "4 MB of a comment" 2 "$TCPTUNE" lint "$TMP/bomb.yaml"
printf 'a: 1\0b: 2\n' >"$TMP/bomb.yaml"
explode "a NUL" "control characters are not allowed"
printf 'a: \xc3\x28\n' >"$TMP/bomb.yaml"
explode "no UTF-8" "not valid UTF-8"
printf -- '- id: r\n  title: t\n  when: %s1 > 0%s\n' "$(printf '%3000s' '' | tr ' ' '(')" \
	"$(printf '%3000s' '' | tr ' ' ')')" >"$TMP/bomb.yaml"
explode "3000 parentheses" "error: "
printf -- '- id: r\n  title: t\n  when: "%s"\n' "$(yes 'not ' | head -n 5000 | tr -d '\n') yes" >"$TMP/bomb.yaml"
explode "5000 times not" "error: "
# Rules that are costly to judge are given up, and said to be unknown.
mkdir -p "$host/etc/tcptune/rules.d"
tables=$(for i in 1 2 3; do printf 'count(configured as c%s where ' "$i"; done)
cat >"$host/etc/tcptune/rules.d/slow.yaml" <<END
- id: slow
  title: t
  when: ${tables}c1.line > c2.line + c3.line) > 0) > 0) > 0
  severity: low
  summary: s
  evidence: []
  remedy: []
  sources: []
END
clean "a rule over a table of tables" '0|1|2' "$TCPTUNE" check --root "$host"
rm -r "$host/etc/tcptune/rules.d"

# Files of sysctl.d: very many lines, very long lines, very many globs.
conf=$TMP/many/etc/sysctl.d
cp -r "$TOP/tests/hosts/idle" "$TMP/many"
mkdir -p "$conf"
yes 'net.ipv4.conf.*.rp_filter = 1' | head -n 5000 >"$conf/1.conf"
for i in $(seq 200); do
	echo "net.ipv4.conf.*$i.rp_filter = 1"
	echo "net.ipv4.*$(printf '%150s' '' | tr ' ' '*')x = 1"
done >"$conf/2.conf"
head -c 200000 /dev/zero | tr '\0' '*' >"$conf/3.conf"
echo "net.$(head -c 200000 /dev/zero | tr '\0' '?') = 1" >"$conf/4.conf"
clean "sysctl.d of globs" '0|1' "$TCPTUNE" check --root "$TMP/many"
done_testing
