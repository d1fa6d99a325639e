#!/bin/bash
# The JSON documents against the schemas that are shipped: those of reports built by
# hand (tests/unit/out_samples.c), which have every member and every null, and those
# of the program. And the schemas against documents that they must refuse.
. "$(dirname "$0")/../lib.sh"
cd "$TOP" || exit 1

validate()
{
	python3 tests/schema_validate.py "advisor/schemas/$1.schema.json" "${@:2}"
}

need python3
unit=$BUILD/tests/unit/unit
[ -x "$unit" ] || skip_all "the unit tests are not built"
mkdir "$TMP/samples"
run env OUT_SAMPLES="$TMP/samples" CK_FORK=no "$unit" out
is "the samples are written" "$rc" 0
validate check "$TMP/samples/check-sick.json" >"$TMP/log" 2>&1
[ $? != 77 ] || skip_all "$(cat "$TMP/log")"

for command in check apply revert; do
	check "$command: the samples are as the schema says" \
		validate $command "$TMP/samples/$command"-*.json
done

# refused NAME EXPRESSION: the sick sample, changed by a line of python, must not pass.
refused()
{
	python3 - "$2" "$TMP/samples/check-sick.json" "$TMP/bad.json" <<'END'
import json, sys
with open(sys.argv[2], encoding="utf-8") as file:
    d = json.load(file)
exec(sys.argv[1])
with open(sys.argv[3], "w", encoding="utf-8") as file:
    file.write(json.dumps(d) + "\n")
END
	run validate check "$TMP/bad.json"
	is "refused: $1" "$rc" 1
}

refused "a member that is missing" 'del d["sockets"]["states"]["CLOSING"]'
refused "a member that nobody knows" 'd["host"]["ip"] = "10.0.0.1"'
refused "a number as text" 'd["sockets"]["total"] = "40212"'
refused "a verdict that is none" 'd["settings"][0]["verdict"] = "fine"'
refused "another version" 'd["schema"] = "tcptune.check/2"'
refused "a control character" 'd["findings"][0]["summary"] = "\x1b[31m"'
run validate apply "$TMP/samples/revert-done.json"
is "refused: a document of another command" "$rc" 1
printf '{"a": 1, "a": 2}\n' >"$TMP/bad.json"
run validate check "$TMP/bad.json"
has "refused: a member that stands there twice" "$out" "stands there twice"

if [ -x "$TCPTUNE" ]; then
	run "$TCPTUNE" check --format json
	cp "$TMP/out" "$TMP/live.json"
	like "check of this host ends as it may" "$rc" '^[01]$'
	check "check of this host is as the schema says" validate check "$TMP/live.json"
fi
done_testing
