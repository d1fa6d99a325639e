#!/bin/bash
# Every fuzz target over its corpus: the seeds, and what once was found. `make fuzz` looks for more.
# shellcheck disable=SC2154
. "$(dirname "$0")/../lib.sh"

cd "$TOP" || exit 1
for corpus in tests/fuzz/corpus/*/; do
	name=$(basename "$corpus")
	files=$(find "$corpus" -type f | wc -l)
	run "$BUILD/tests/fuzz/$name" "$corpus"
	is "$name" "$rc $(tail -n 1 "$TMP/out")" "0 $files files"
	[ "$rc" = 0 ] || note "$(tail -n 2 "$TMP/out")" "$err"
done
targets=$(for file in tests/fuzz/*.c; do basename "$file" .c; done | grep -vxE 'fuzz|sockets|replay')
is "each target has a corpus" "$(ls tests/fuzz/corpus)" "$targets"
done_testing
