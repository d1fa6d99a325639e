#!/bin/bash
# The quick scenes of the laboratory (tests/lab), and that every rule is either in a scene
# or in the list of those that cannot be.
# shellcheck disable=SC2154
. "$(dirname "$0")/../lib.sh"
lab=$TOP/tests/lab

known=$("$TCPTUNE" rules --format json | sed -n 's/^      "id": "\(.*\)",$/\1/p' | sort)
shown=$(bash "$lab/lab.sh" --list | awk '{ print $3 }' | tr ',' '\n' | grep -vx -e - | sort -u)
unshown=$(sed -n 's/^\([a-z0-9-]*\)  *[^ ].*/\1/p' "$lab/not-in-the-lab.txt" | sort)
is "every rule has a scene, or a reason for none" \
	"$(printf '%s\n' "$shown" "$unshown" | sort -u | comm -3 - <(echo "$known"))" ""
is "none has both" "$(comm -12 <(echo "$shown") <(echo "$unshown"))" ""
is "none is told twice" "$(uniq -d <<<"$unshown")" ""

# A rule that sets a sysctl has a figure that the sysctl changed, or a reason for none.
setting=$(awk '/^- id: / { id = $3 } / do: sysctl/ { print id }' "$TOP"/rules/*.yaml | sort -u)
cured=$(awk -F'|' 'NF >= 6 && $5 ~ /->/ {
	n = split($3, found, ";")
	for (i = 1; i <= n; i++) { split(found[i], word, " "); print word[1] }
}' "$lab/RESULTS.md")
reasoned=$(sed -n 's/^\([a-z0-9-]*\)  *[^ ].*/\1/p' "$lab/not-cured.txt")
is "every sysctl has cured something, or a reason for none" \
	"$(comm -23 <(echo "$setting") <(printf '%s\n' "$cured" "$reasoned" "$unshown" | sort -u))" ""
is "and no reason is left over" "$(comm -12 <(sort -u <<<"$cured") <(sort -u <<<"$reasoned"))" ""

[ "$(id -u)" = 0 ] || skip_all "needs root"
unshare -n -m true 2>/dev/null || skip_all "needs the right to make namespaces"
[ -c /dev/net/tun ] || skip_all "no /dev/net/tun"
need ip nsenter awk

while IFS= read -r line; do
	case $line in
	'ok '*) ok "${line#ok * - }" ;;
	'not ok '*) not_ok "${line#not ok * - }" ;;
	'# '*) echo "$line" ;;
	1..*) ran=1 ;;
	esac
done < <(bash "$lab/lab.sh" --quick --tap 2>&1)
is "all scenes came to their end" "${ran:-}" 1
done_testing
