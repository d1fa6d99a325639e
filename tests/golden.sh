#!/bin/bash
# What tcptune says of captured hosts, byte by byte: for each host and each case the
# command, stdout, stderr and the status are tests/golden/HOST.CASE. Where a change is
# meant, `make golden` (golden.sh --update) rewrites them: read the difference as the
# administrator of a sick server would.
#
# The hosts: tests/hosts/NAME is a capture (see live.sh there), linux-3.10 and linux-4.9
# are made by make-old.sh.
. "$(dirname "$0")/lib.sh"
[ -x "$TCPTUNE" ] || skip_all "nothing is built in $BUILD"

golden=$TOP/tests/golden
update=no
[ "${1:-}" != --update ] || update=yes

# Names of hosts and files in what is said are those of this directory, not of a machine.
mkdir "$TMP/hosts" "$TMP/json"
cd "$TMP/hosts" || exit 1
for host in idle sick container no-netlink; do
	ln -s "$TOP/tests/hosts/$host" "$host"
done
for version in 3.10 4.9; do
	bash "$TOP/tests/hosts/make-old.sh" $version linux-$version
done
cp "$golden"/*.yaml .
hosts=(idle sick container no-netlink linux-3.10 linux-4.9)

# host case command...
cases()
{
	local host
	for host in "${hosts[@]}"; do
		echo "$host check check"
		echo "$host check-json check --format json"
		echo "$host verbose check --verbose"
		echo "$host dry-run apply --dry-run"
		echo "$host dry-run-json apply --dry-run --format json"
	done
	echo "sick quiet check --quiet"
	echo "sick override apply --dry-run --override"
	echo "sick numbers check --quiet --set close-wait-leak.many=1000 --severity high"
	echo "linux-3.10 info check --severity info"
	echo "idle bulk check --profile bulk-transfer --set bandwidth=10gbit --set rtt=80ms"
	echo "idle conflict check --profile web-server --profile wifi-edge"
	echo "linux-3.10 proxy apply --dry-run --profile reverse-proxy"
	for host in idle container linux-4.9; do
		echo "$host server check --profile ./server.yaml"
		echo "$host server-dry-run apply --dry-run --profile time-wait --profile ./server.yaml"
	done
}

# said HOST COMMAND...: sets $text to what a golden file holds of it.
said()
{
	local host=$1
	shift
	run env COLUMNS=80 NO_COLOR=1 "$TCPTUNE" "$@" --root "$host"
	text=$(
		echo "\$ tcptune $* --root $host"
		sed 's/^\(  "tcptune": \)".*"/\1"VERSION"/' "$TMP/out"
		echo "--- stderr"
		cat "$TMP/err"
		echo "--- status $rc"
	)
}

compare()
{
	if [ ! -e "$golden/$1" ]; then
		not_ok "$1" "there is no tests/golden/$1: make golden writes it"
	elif printf '%s\n' "$text" | diff -u --label "golden $1" --label "said now" "$golden/$1" - \
		>"$TMP/diff"; then
		ok "$1"
	else
		not_ok "$1" "$(cat "$TMP/diff")"
	fi
}

wide=
: >"$TMP/names"
while read -r host case command; do
	name=$host.$case
	echo "$name" >>"$TMP/names"
	# shellcheck disable=SC2086 # the words of a command
	said "$host" $command
	case $command in
	*json*) cp "$TMP/out" "$TMP/json/${command%% *}.$name" ;;
	check*) wide="$wide$(awk -v name="$name" 'length > 80 {print name ": " $0}' "$TMP/out")" ;;
	esac
	if [ $update = yes ]; then
		printf '%s\n' "$text" >"$golden/$name"
	else
		compare "$name"
	fi
done < <(cases)

stale=$(cd "$golden" && find . -type f ! -name '*.yaml' -printf '%f\n' | sort | grep -vxFf "$TMP/names")
if [ $update = yes ]; then
	(cd "$golden" && printf '%s' "$stale" | xargs -r rm --)
	tap_done=1
	exit 0
fi
is "every golden file has a case" "$stale" ""
is "check keeps to 80 columns" "$wide" ""
is "make-old.sh makes the same host again" \
	"$(bash "$TOP/tests/hosts/make-old.sh" 3.10 "$TMP/again" && diff -r linux-3.10 "$TMP/again")" ""

if command -v python3 >/dev/null; then
	for command in check apply; do
		run python3 "$TOP/tests/schema_validate.py" "$TOP/advisor/schemas/$command.schema.json" \
			"$TMP/json/$command".*
		if [ "$rc" = 77 ]; then
			skip "the documents of $command are as the schema says" "$err"
		else
			is "the documents of $command are as the schema says" "$rc $out$err" "0 "
		fi
	done
else
	skip "the documents are as the schema says" "python3 is not installed"
fi
done_testing
