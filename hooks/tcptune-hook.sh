#!/bin/sh
# tcptune-hook.sh [OPTION...]: holds this host to its profiles, for whatever runs again and
# again: a configuration run, cron, the end of an installation. OPTIONs go to tcptune.
#
#	tcptune-hook.sh --profile time-wait
#	CHECK=1 tcptune-hook.sh --profile time-wait	# says what it would do, and does nothing
#
# Never asks. Says nothing but "unchanged" where there is nothing to do, otherwise what
# it changed. Status 0: as wanted, now or already; 1: CHECK=1, and it would change
# something; other: tcptune's own (2 bad usage, 3 failed, 4 not put back, 5 locked).
set -u

tcptune apply --dry-run --quiet "$@" >/dev/null </dev/null
rc=$?
case $rc in
0)
	echo "tcptune: unchanged"
	exit 0
	;;
1) ;;
*) exit $rc ;;
esac
if [ -n "${CHECK:-}" ]; then
	tcptune apply --dry-run "$@" </dev/null
	exit 1
fi
tcptune apply --yes "$@" </dev/null
