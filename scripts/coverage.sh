#!/bin/bash
# coverage.sh DIR: lines of advisor/ that ran in a build with --coverage, worst file first.
set -eu
LC_ALL=C
export LC_ALL
cd "$(dirname "$0")/.."
dir=$1
find "$dir/obj" -name '*.gcda' | sort | while read -r data; do
	gcov --no-output --object-directory "$(dirname "$data")" "$data" 2>/dev/null
done | awk '
	/^File/ { gsub(/^File .|.$/, ""); file = $0 }
	/^Lines executed/ && file ~ /^advisor\/.*\.c$/ {
		split($0, part, /[:% ]+/)
		lines[file] = part[5]
		ran[file] = part[3] * part[5] / 100
	}
	END {
		for (file in lines) {
			printf "%5.1f%% of %4d  %s\n", 100 * ran[file] / lines[file], lines[file], file
			all += lines[file]
			done += ran[file]
		}
		if (all)
			printf "%5.1f%% of %d lines of %d files\n", 100 * done / all, all, length(lines)
	}' | sort -n
