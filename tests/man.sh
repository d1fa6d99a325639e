#!/bin/bash
# Every manual page is clean under mandoc's lint.
. "$(dirname "$0")/lib.sh"
need mandoc
cd "$TOP" || exit 1

found=0
for page in advisor/*.[1-8] rules/*.[1-8] profiles/*.[1-8]; do
	[ -e "$page" ] || continue
	found=$((found + 1))
	# A reference to a page that this machine has not got is no fault of the page.
	is "$page" "$(mandoc -T lint -W warning "$page" 2>&1)" ""
done
[ "$found" -gt 0 ] || not_ok "there are manual pages"
done_testing
