# shellcheck shell=bash
# What a scene can do. Sourced by lab.sh inside the scene's namespaces.

allow='' # rules that may be found besides, because they follow from the same sickness
link=    # the process id of the link; its network namespace is the peer's
here=10.77.0.1
peer=10.77.0.2
export here peer

say()
{
	echo "$@" >>"$dir/result"
}

fail()
{
	say fail "$@"
}

# inside NAME DIRECTORY: runs a scene.
inside()
{
	dir=$2
	fds=() last=0
	put net.ipv4.tcp_rmem '4096 131072 33554432'
	put net.ipv4.tcp_wmem '4096 16384 4194304'
	put net.ipv4.tcp_congestion_control reno
	printf 'profile: none\ntitle: asks for nothing\nsettings:\n  %s\n' \
		'- {key: net.ipv4.tcp_rfc1337, value: 0, why: it is so}' >"$dir/none.yaml"
	"${1//-/_}"
	local fd
	for fd in "${fds[@]}"; do
		eval "exec $fd>&-"
	done
	say end
}

# --------------------------------------------------------------- settings

# put KEY VALUE: in this namespace; there_put: in the peer's.
put()
{
	echo "$2" >"/proc/sys/${1//.//}" || fail "cannot set $1"
}

there_put()
{
	# shellcheck disable=SC2016
	there sh -c 'echo "$2" >"/proc/sys/$1"' sh "${1//.//}" "$2" || fail "cannot set $1 there"
}

# conf NAME LINE...: a file in /etc/sysctl.d, which nobody has loaded.
conf()
{
	local name=$1
	shift
	printf '%s\n' "$@" >"/etc/sysctl.d/$name"
}

# counter NAME: of TcpExt, since this namespace began.
counter()
{
	awk -v name="$1" '/^TcpExt:/ {
		if (!seen++) { for (i = 2; i <= NF; i++) if ($i == name) n = i }
		else print n ? $n : 0
	}' /proc/net/netstat
}

# ---------------------------------------------------------------- programs

# begin PROGRAM ARGUMENT...: one that says "ready"; its number is then $last.
begin()
{
	launch '' "$@"
}

# begin_there: the same, in the peer's namespace.
begin_there()
{
	launch there "$@"
}

launch()
{
	local where=$1 program=$2 fd i
	shift 2
	last=$((last + 1))
	mkfifo "$dir/in$last"
	(
		for fd in "${fds[@]}"; do
			eval "exec $fd>&-"
		done
		[ -z "$where" ] || exec nsenter --net="/proc/$link/ns/net" "$LAB/$program" "$@"
		exec "$LAB/$program" "$@"
	) <"$dir/in$last" >"$dir/out$last" &
	pids[last]=$!
	exec {fd}>"$dir/in$last"
	fds[last]=$fd
	for ((i = 0; i < 600; i++)); do
		[ -s "$dir/out$last" ] && return
		kill -0 "${pids[last]}" 2>/dev/null || break
		sleep 0.05
	done
	fail "$program did not start"
}

# finish N: ends a program that was begun.
finish()
{
	eval "exec ${fds[$1]}>&-"
	unset "fds[$1]"
	wait "${pids[$1]}"
}

# link [OPTION...]: a link to a peer's namespace, see delay.c.
link()
{
	begin delay "$@"
	link_at=$last
	link=$(sed -n 's/^ready //p' "$dir/out$last")
	there ip link set lo up
	there_put net.ipv4.tcp_rmem '4096 131072 33554432'
	there_put net.ipv4.tcp_wmem '4096 16384 4194304'
	there_put net.ipv4.tcp_congestion_control reno
}

# unlink: ends it; what it counted is then in $passed.
unlink()
{
	finish "$link_at"
	# shellcheck disable=SC2034
	passed=$(tail -n 1 "$dir/out$link_at")
	link=
}

there()
{
	nsenter --net="/proc/$link/ns/net" "$@"
}

# client ARGUMENT...: its figures; of NAME FIGURES: one of them.
client()
{
	"$LAB/client" "$@"
}

of()
{
	local word
	for word in $2; do
		[ "${word%%=*}" = "$1" ] && echo "${word#*=}" && return
	done
	echo 0
}

# ----------------------------------------------------------------- tcptune

# look [OPTION...]: sets $findings, one "RULE SEVERITY" a line.
look()
{
	local rc=0
	"$TCPTUNE" check --profile "$dir/none.yaml" --format json "$@" \
		>"$dir/check.json" 2>"$dir/check.err" || rc=$?
	[ "$rc" -le 1 ] || fail "check ended with $rc: $(head -n 2 "$dir/check.err")"
	findings=$(awk '
		/^  "findings": \[/ { on = 1 }
		/^  "settings": \[/ { on = 0 }
		on && /^      "id":/ { id = $2; gsub(/[",]/, "", id) }
		on && /^      "severity":/ { gsub(/[",]/, "", $2); print id, $2 }' "$dir/check.json")
}

# judge RULE...: records what was found; all but these and $allow is a failure from
# medium on.
judge()
{
	local id severity
	while read -r id severity; do
		[ -n "$id" ] || continue
		case " $* " in *" $id "*) continue ;; esac
		case " $allow " in
		*" $id "*) say also "$id $severity" ;;
		*)
			case $severity in
			low | info) say also "$id $severity" ;;
			*) fail "also found: $id $severity" ;;
			esac
			;;
		esac
	done <<<"$findings"
}

# see SEVERITY RULE [OPTION...]: exactly this is found.
see()
{
	local severity=$1 rule=$2
	shift 2
	look "$@"
	found "$severity" "$rule"
}

found()
{
	if grep -qx "$2 $1" <<<"$findings"; then
		say found "$2 $1"
	else
		fail "not found: $2 $1 (but: ${findings//$'\n'/, })"
	fi
	judge "$2"
}

# soon SEVERITY RULE [OPTION...]: the same of something that is not so at every moment.
soon()
{
	local severity=$1 rule=$2 left=10
	shift 2
	while [ $((left--)) -gt 0 ]; do
		look "$@"
		grep -qx "$rule $severity" <<<"$findings" && break
		sleep 0.1
	done
	found "$severity" "$rule"
}

# with SEVERITY RULE: see found this too.
with()
{
	if grep -qx "$2 $1" <<<"$findings"; then
		say found "$2 $1"
	else
		fail "not found: $2 $1"
	fi
}

# calm [OPTION...]: nothing of medium or worse.
calm()
{
	look "$@"
	judge
}

# gone RULE [OPTION...]: not found any more, or as something that was.
gone()
{
	local rule=$1
	shift
	look "$@"
	grep -Eq "^$rule (critical|high|medium)" <<<"$findings" && fail "after the cure still $rule"
}

# cure [OPTION...]: what the findings ask for, and no profile.
cure()
{
	local rc=0
	"$TCPTUNE" apply --yes --profile "$dir/none.yaml" "$@" >"$dir/apply.out" 2>"$dir/apply.err" || rc=$?
	[ "$rc" = 0 ] || fail "apply ended with $rc: $(head -n 3 "$dir/apply.err")"
}

# less WHAT BEFORE AFTER; more WHAT BEFORE AFTER [FACTOR]: the figure got better.
less()
{
	say figure "$1: $2 -> $3"
	[ "$3" -lt "$2" ] || fail "not less after the cure: $1: $2 -> $3"
}

more()
{
	say figure "$1: $2 -> $3"
	[ "$3" -gt $(($2 * ${4:-1})) ] || fail "not more after the cure: $1: $2 -> $3"
}
