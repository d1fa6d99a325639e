#!/bin/bash
# The laboratory: each scene makes one sickness, in a network namespace of its own, with
# real sockets, and looks whether tcptune finds that and nothing else; where the remedy is
# a sysctl, whether the sickness is less after "tcptune apply".
#
#	lab.sh [--quick] [--tap] [--update] [--list] [SCENE...]
#
# --quick   only scenes of a few seconds    --tap     as a test script prints
# --update  writes RESULTS.md too           --list    the scenes and their rules
#
# scenes/*.sh register scenes:  scene SPEED NAME RULE[,RULE...]  followed by a function
# of that name with _ for -. SPEED is quick (3 s at most), slow, or aged: these sleep for
# most of their time, and run side by side. The rule is - where nothing may be found.
# scene.sh says what a scene can do.
set -u
LC_ALL=C
PATH=$PATH:/usr/sbin:/sbin
lab=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
TOP=$(cd "$lab/../.." && pwd)
BUILD=${BUILD:-build}
case $BUILD in /*) ;; *) BUILD=$TOP/$BUILD ;; esac
TCPTUNE=${TCPTUNE:-$BUILD/tcptune}
LAB=$BUILD/tests/lab
export LC_ALL PATH TOP BUILD TCPTUNE LAB

names=()
declare -A speed rules
scene()
{
	names+=("$2")
	speed[$2]=$1
	rules[$2]=$3
}
for file in "$lab"/scenes/*.sh; do
	# shellcheck source=/dev/null
	. "$file"
done

if [ "${1:-}" = --inside ]; then
	# shellcheck source=scene.sh
	. "$lab/scene.sh"
	inside "$2" "$3"
	exit
fi

quick='' tap='' update='' chosen=()
for word; do
	case $word in
	--quick) quick=1 ;;
	--tap) tap=1 ;;
	--update) update=1 ;;
	--list)
		for name in "${names[@]}"; do
			echo "${speed[$name]} $name ${rules[$name]}"
		done
		exit 0
		;;
	-*)
		echo 'usage: lab.sh [--quick] [--tap] [--update] [--list] [SCENE...]' >&2
		exit 2
		;;
	*) chosen+=("$word") ;;
	esac
done

work=$(mktemp -d "${TMPDIR:-/tmp}/tcptune-lab.XXXXXX")
background=()
at_exit()
{
	local pid
	for pid in "${background[@]}"; do
		kill "$pid" 2>/dev/null
	done
	wait
	rm -rf "$work"
}
trap at_exit EXIT
trap 'exit 130' INT TERM HUP

is_chosen()
{
	local name
	if [ ${#chosen[@]} = 0 ]; then
		[ -z "$quick" ] || [ "${speed[$1]}" = quick ]
		return
	fi
	for name in "${chosen[@]}"; do
		[ "$name" = "$1" ] && return 0
	done
	return 1
}

# run NAME: the scene, in its own namespaces; what it said is then in $work/NAME/result.
run()
{
	mkdir -p "$work/$1"
	: >"$work/$1/result"
	# shellcheck disable=SC2016
	exec timeout -k 5 150 unshare -n -m --propagation private sh -c '
		ip link set lo up || exit 1
		for place in /etc/sysctl.d /run /var/lib; do
			mount -t tmpfs -o mode=755 tmpfs "$place" || exit 1
		done
		for place in /usr/lib/sysctl.d /lib/sysctl.d /usr/local/lib/sysctl.d /etc/tcptune; do
			[ ! -d "$place" ] || mount -t tmpfs -o mode=755 tmpfs "$place" || exit 1
		done
		if [ -e /etc/sysctl.conf ]; then
			mount --bind /dev/null /etc/sysctl.conf || exit 1
		fi
		exec bash "$@"' sh "$lab/lab.sh" --inside "$1" "$work/$1" \
		</dev/null >"$work/$1/out" 2>"$work/$1/err"
}

said()
{
	sed -n "s/^$2 //p" "$work/$1/result" | paste -sd';' | sed 's/;/; /g'
}

count=0
failed=0
report()
{
	local name=$1 status=$2 bad found cured also
	count=$((count + 1))
	bad=$(said "$name" fail)
	grep -q '^end' "$work/$name/result" ||
		bad="${bad:+$bad; }ended early, status $status: $(tail -n 3 "$work/$name/err" | paste -sd' ')"
	found=$(said "$name" found)
	cured=$(said "$name" figure)
	also=$(sed -n 's/^also //p' "$work/$name/result" | sort -u |
		grep -vxF "$(sed -n 's/^found //p' "$work/$name/result"; echo -)" | paste -sd';' | sed 's/;/; /g')
	[ -z "$bad" ] || failed=$((failed + 1))
	if [ -n "$tap" ]; then
		echo "$([ -z "$bad" ] || echo 'not ')ok $count - scene $name"
	else
		printf '%-28s %-48s %s\n' "$name" "$([ -z "$bad" ] && echo "${found:-nothing, as it should}" ||
			echo FAILED)" "$cured"
	fi
	[ -z "$bad" ] || printf '# %s\n' "$bad"
	[ -z "$bad" ] && [ -z "$tap" ] && [ -n "$also" ] && printf '%-28s   (and %s)\n' '' "$also"
	printf '| %s | %s | %s | %s |\n' "$name" "$([ -z "$bad" ] && echo "${found:-nothing}" || echo FAILED)" \
		"${also:-}" "${cured:-}" >>"$work/table"
}

[ -n "$tap" ] || printf '%-28s %-48s %s\n' SCENE FOUND 'CURED: before -> after'
declare -A pid
for name in "${names[@]}"; do
	if is_chosen "$name" && [ "${speed[$name]}" = aged ]; then
		(run "$name") &
		pid[$name]=$!
		background+=($!)
	fi
done
for name in "${names[@]}"; do
	if is_chosen "$name" && [ "${speed[$name]}" != aged ]; then
		(run "$name") &
		pid[$name]=$!
		background+=($!)
		wait "${pid[$name]}"
		report "$name" $?
	fi
done
for name in "${names[@]}"; do
	if is_chosen "$name" && [ "${speed[$name]}" = aged ]; then
		wait "${pid[$name]}"
		report "$name" $?
	fi
done
background=()

# reasons FILE: its lines "RULE  WHY" as rows.
reasons()
{
	sed -n 's/^\([a-z0-9-]*\)  *\([^# ].*\)/| \1 | \2 |/p' "$1"
}

if [ -n "$update" ]; then
	{
		cat <<-END
			# What the laboratory has shown

			Written by "make lab-results" on Linux $(uname -r), $(nproc) CPUs: $count scenes, $failed failed.
			A row is a scene: what "tcptune check" found, with its severity; what else it said, all of
			it allowed because it follows from the same sickness; and figures from before and after
			"tcptune apply", where the remedy is a sysctl. Anything else of medium or worse would have
			been a failure.

			| scene | found | also | before -> after |
			|---|---|---|---|
		END
		cat "$work/table"
		printf '\n## Rules that cannot be shown here\n\n| rule | why |\n|---|---|\n'
		reasons "$lab/not-in-the-lab.txt"
		printf '\n## Cures that cannot be tried here\n\n| rule | why |\n|---|---|\n'
		reasons "$lab/not-cured.txt"
	} >"$lab/RESULTS.md"
fi
if [ -n "$tap" ]; then
	echo "1..$count"
else
	echo "$((count - failed)) scenes of $count as they should be"
fi
[ "$failed" = 0 ]
