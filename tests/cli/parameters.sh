#!/bin/bash
# The parameter and counter files, and tcptune-parameters.5: what it shows is accepted,
# what it says of keys is what the reader knows.
. "$(dirname "$0")/../lib.sh"
cd "$TOP" || exit 1
page=rules/tcptune-parameters.5

run "$TCPTUNE" lint rules/parameters/*.yaml rules/counters/*.yaml
is "the files that come with the program are good" "$rc:$err" "0:"

# One file for each example of the page, which stand between .Bd -literal and .Ed.
awk -v dir="$TMP" '
	/^\.Bd -literal/ { file = dir "/example" ++n ".yaml"; next }
	/^\.Ed/ { file = ""; next }
	file { print >file }' "$page"
check "the page has examples" test -s "$TMP/example4.yaml"
run "$TCPTUNE" lint "$TMP"/example*.yaml
is "the examples of the page are good" "$rc:$err" "0:"

# Every key of the reader's tables has its entry in the page, and the page no other.
in_code=$(sed -n 's/^\t\(FIELD(\|NEEDED(\|{\)"\([a-z_]*\)", NODE_.*/\2/p' \
	advisor/core/param_read.c advisor/core/counter.c | sort -u)
in_page=$(sed -n 's/^\.It Ic \(.*\)/\1/p' "$page" | tr -d ' ' | tr ',' '\n' | sort -u)
is "the page has the keys that the files may have" "$in_page" "$in_code"

sed 's/^  effect:/  efect:/' "$TMP/example1.yaml" >"$TMP/bad.yaml"
run "$TCPTUNE" lint "$TMP/bad.yaml"
is "a misspelt key is status 2" "$rc" 2
has "and is told with its place and the right word" "$err" \
	"bad.yaml:10:3: error: unknown key 'efect' in a parameter, did you mean 'effect'?"

if command -v mandoc >/dev/null; then
	is "mandoc has nothing to say" "$(mandoc -T lint -W warning "$page" 2>&1)" ""
else
	skip "mandoc has nothing to say" "mandoc is not installed"
fi
done_testing
