#!/bin/bash
# fuzz.sh SECONDS [NAME...]: runs each fuzz target, or those named, for so long, one after the
# other: tests/fuzz/corpus/NAME and what this tree has of such texts to begin with. Prints what
# each did; what it found is in $BUILD/found. Status 1 when anything was found.
# BUILD is build/fuzz; JOBS=N runs N at a time.
set -u
LC_ALL=C
TOP=$(cd "$(dirname "$0")/../.." && pwd)
cd "$TOP" || exit 1
BUILD=${BUILD:-build/fuzz}
seconds=${1:-60}
shift
export LC_ALL
export ASAN_OPTIONS=${ASAN_OPTIONS:-detect_leaks=1:allocator_may_return_null=1}

# Every item of the YAML lists as a file of its own, shorter than what they are in.
split()
{
	local to=$1
	shift
	mkdir -p "$to"
	awk -v to="$to" '
		FNR == 1 { if (out) close(out); out = "" }
		/^- / { if (out) close(out); out = sprintf("%s/%04d", to, ++n) }
		out && !/^#/ { print > out }' "$@"
}

# What to begin with beside the corpus.
seeds()
{
	local to=$BUILD/seeds/$1
	rm -rf "$to"
	mkdir -p "$to"
	case $1 in
	rules) split "$to" rules/*.yaml ;;
	knowledge) split "$to" rules/*/*.yaml ;;
	profile) cp profiles/*.yaml tests/cli/bad/profile-*.yaml "$to" ;;
	node) cp tests/cli/bad/*.yaml profiles/*.yaml "$to" ;;
	expr | template)
		# Texts in quotes, and what stands behind "when:".
		sed -n 's/^ *- *"\(.*{.*}.*\)"$/\1/p; s/^ *when: \(.*\)/\1/p; s/^ *[a-z_]*: \([a-z]*(.*)\)$/\1/p' \
			rules/*.yaml | awk -v to="$to" '{ out = sprintf("%s/%04d", to, NR); print > out; close(out) }'
		;;
	inetdiag) cp tests/hosts/container/capture/sockets.all "$to" ;;
	esac
}

# Words that YAML files and expressions are made of.
words()
{
	grep -ohE '[a-z][A-Za-z0-9_.]{2,40}:?|[<>=!]=|[0-9]+ (MiB|s|ms)|[0-9]+%' rules/*.yaml profiles/*.yaml tests/cli/bad/*.yaml |
		sort | uniq -c | sort -rn | awk 'NR <= 600 { sub(/^ *[0-9]+ /, ""); printf "\"%s\"\n", $0 }'
}

# How long an input may be.
longest()
{
	case $1 in
	host) echo 16384 ;;
	inetdiag | netdev | node) echo 8192 ;;
	*) echo 4096 ;;
	esac
}

fuzz()
{
	local name=$1 log=$BUILD/logs/$1 rc=0 grown=$BUILD/grown/$1 found=$BUILD/found/$1
	mkdir -p "$BUILD/logs" "$grown" "$found"
	seeds "$name"
	"$BUILD/tests/fuzz/$name" -max_total_time="$seconds" -max_len="$(longest "$name")" -timeout=20 \
		-rss_limit_mb=2048 -dict="$BUILD/words" -print_final_stats=1 -artifact_prefix="$found/" \
		"$grown" "tests/fuzz/corpus/$name" "$BUILD/seeds/$name" >"$log" 2>&1 || rc=$?
	awk -v name="$name" -v rc="$rc" '
		/ cov: / { for (i = 1; i < NF; i++) { if ($i == "cov:") cov = $(i + 1); if ($i == "corp:") corp = $(i + 1) } }
		/^stat::number_of_executed_units/ { n = $2 }
		/^Done [0-9]+ runs/ { for (i = 1; i <= NF; i++) if ($i == "in") secs = $(i + 1) }
		/^SUMMARY/ { summary = $0 }
		/does not hold/ { summary = $0 }
		END {
			sub(/\/.*/, "", corp)
			printf "%-12s %10d runs %6s s  %5d edges  corpus %5d  %s\n", name, n, secs, cov, corp,
				rc == 0 ? "nothing found" : "FOUND: " summary
		}' "$log"
	return "$rc"
}

mkdir -p "$BUILD"
words >"$BUILD/words"
status=0
running=0
for target in tests/fuzz/*.c; do
	name=$(basename "$target" .c)
	[ -d "tests/fuzz/corpus/$name" ] || continue
	if [ $# -gt 0 ]; then
		case " $* " in *" $name "*) ;; *) continue ;; esac
	fi
	fuzz "$name" &
	running=$((running + 1))
	if [ "$running" -ge "${JOBS:-1}" ]; then
		wait -n || status=1
		running=$((running - 1))
	fi
done
while [ "$running" -gt 0 ]; do
	wait -n || status=1
	running=$((running - 1))
done
exit $status
