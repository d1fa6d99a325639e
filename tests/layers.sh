#!/bin/bash
# Deciding is separate from doing. Fails when an object of advisor/core uses a symbol
# that can touch the machine, when one of advisor/sys prints or ends the program, or
# when an include points upwards:
#
#	main, cmd_* -> out_*, sys -> core
. "$(dirname "$0")/lib.sh"
cd "$TOP/advisor" || exit 1

# What core may use of libc and the libraries, as one extended regex (whole names).
# Memory and text only: nothing that opens, prints, reads the clock, the environment
# or the locale's files, and nothing that ends the program.
pure='mem(cpy|move|set|cmp|chr|rchr|mem|pcpy)|bcmp|explicit_bzero|rawmemchr'
pure+='|str(n?len|n?cmp|n?casecmp|n?cpy|n?cat|r?chr|chrnul|c?spn|pbrk|(case)?str|sep|tok_r)|stp(n?cpy)'
pure+='|str(to(l|ul|ll|ull|d|f|ld|imax|umax))|ato(i|l|ll|f)|strerror(_r|name_np|desc_np)?|xpg_strerror_r'
pure+='|v?sn?printf|v?sscanf|free|qsort(_r)?|bsearch|l?l?abs|l?l?div|fnmatch'
pure+='|ctype_(b|tolower|toupper)_loc|is(al(num|pha)|blank|cntrl|x?digit|graph|lower|print|punct|space|upper)|to(lower|upper)'
pure+='|errno_location|timegm|gmtime_r|inet_(ntop|pton|addr)|[hn]to[hn][sl]'
pure+='|f?(sqrt|cbrt|pow|exp2?|log2?|log10|log1p|floor|ceil|round|trunc|l?l?rint|l?l?round|nearbyint|fmod|abs|min|max|modf|ldexp|frexp|copysign|isnan|isinf|isfinite|nan)[fl]?'
pure+='|yaml_.*|json_.*|jsonp_.*|mnl_(attr|nlmsg|nlattr)_.*'
pure+='|popcountdi2'
pure+='|_?stack_chk_fail(_local)?|GLOBAL_OFFSET_TABLE_|_?tls_get_addr|stack_chk_guard'
pure+='|(asan|ubsan|sanitizer|gcov|llvm|sancov)_.*'

# ... except the entry points of those libraries that read or write files.
files='yaml_(parser_set_input|emitter_set_output)_file|mnl_nlmsg_fprintf'
files+='|json_(load_file|loadf|loadfd|load_callback|dump_file|dumpf|dumpfd|object_seed)'

# arena.o alone may allocate, and end the program when there is no memory.
arena='malloc|calloc|realloc|reallocarray|stderr|fputs|fputc|fwrite|v?fprintf|_?exit|abort'

# What sys must leave to the commands: it returns errors, it does not print them.
loud='stdout|stderr|v?printf|puts|putchar|perror|exit|abort|v?errx?|v?warnx?|error|assert_fail|v?syslog'

# Undefined symbols of an object: libc's decorations (__x_chk, __isoc99_x, x@GLIBC) removed.
undefined_of()
{
	nm -u "$1" | awk '{print $NF}' | sed -E 's/@.*//; s/^__isoc(99|23)_//; s/^__(.*)_chk$/\1/; s/^__?//; s/_finite$//'
}

# impure DIR: "object uses symbol" for each object of DIR/core and DIR/sys that does what it must not.
impure()
{
	local object name extra
	nm --defined-only -A "$1"/core/*.o | awk '{print $NF}' | sed -E 's/^__?//' | sort -u >"$TMP/own"
	for object in "$1"/core/*.o; do
		name=$(basename "$object")
		extra='^$'
		[ "$name" = arena.o ] && extra="^($arena)\$"
		undefined_of "$object" | sort -u | comm -23 - "$TMP/own" |
			awk -v pure="^($pure)\$" -v files="^($files)\$" -v extra="$extra" -v name="core/$name" \
				'($0 ~ files || $0 !~ pure) && $0 !~ extra {print name " uses " $0}'
	done
	for object in "$1"/sys/*.o; do
		[ -e "$object" ] || continue
		name=$(basename "$object")
		extra='^$'
		# A process of its own, which ends itself.
		[ "$name" = guard.o ] && extra='^exit$'
		undefined_of "$object" | sort -u |
			awk -v loud="^($loud)\$" -v extra="$extra" -v name="sys/$name" \
				'$0 ~ loud && $0 !~ extra {print name " uses " $0}'
	done
}

# upward DIR: "file:line: include" for each include under DIR (a copy of advisor/) that
# points upwards. Quoted includes are ours; the compiler finds none of ours in <>.
upward()
{
	(cd "$1" && grep -nE '^[[:space:]]*#[[:space:]]*include[[:space:]]*"' -r . --include='*.[ch]') |
		sed 's|^\./||' | awk -F: '
		{ split($3 ":" $4, part, "\""); want = part[2]; ok = 1 }
		want ~ /\.c$/ || want ~ /\.\./ { ok = 0 }
		$1 ~ /^core\// && want !~ /^core\// { ok = 0 }
		$1 ~ /^sys\// && want !~ /^(core|sys)\// { ok = 0 }
		$1 ~ /^out/ && want !~ /^(core\/|out)/ { ok = 0 }
		!ok { print $1 ":" $2 ": includes " want }'
}

need nm
objects=$BUILD/obj
[ -e "$objects/core/arena.o" ] || skip_all "nothing is built in $BUILD"

# Copies of the objects that have a source: a build directory may hold older ones too.
mkdir -p "$TMP/obj/core" "$TMP/obj/sys" "$TMP/src/core" "$TMP/src/sys"
cp "$objects/core/builtin.o" "$TMP/obj/core/"
for source in core/*.c sys/*.c; do
	cp "$objects/${source%.c}.o" "$TMP/obj/$(dirname "$source")/"
done

is "core touches nothing, sys prints nothing" "$(impure "$TMP/obj")" ""
is "no include points upwards" "$(upward .)" ""

# The check itself: planted violations are caught, by name.

# planted NAME DIRECTORY CODE EXPECTED
planted()
{
	printf '%s\n' "$3" >"$TMP/bad.c"
	if ! ${CC:-cc} -c -o "$TMP/obj/$2/bad.o" "$TMP/bad.c" 2>"$TMP/err"; then
		not_ok "$1" "$(cat "$TMP/err")"
		return
	fi
	is "$1" "$(impure "$TMP/obj" | grep /bad.o)" "$4"
	rm "$TMP/obj/$2/bad.o"
}
planted "a file opened in core is caught" core \
	'#include <stdio.h>
	void *bad(void); void *bad(void) { return fopen("/proc/sys/net", "r"); }' \
	"core/bad.o uses fopen"
planted "the clock in core is caught" core \
	'#include <time.h>
	long bad(void); long bad(void) { return (long)time(0); }' \
	"core/bad.o uses time"
planted "a library that reads a file for core is caught" core \
	'void *json_load_file(const char *, unsigned long, void *);
	void *bad(void); void *bad(void) { return json_load_file("x", 0, 0); }' \
	"core/bad.o uses json_load_file"
planted "a call from core into sys is caught" core \
	'int source_open(void); int bad(void); int bad(void) { return source_open(); }' \
	"core/bad.o uses source_open"
planted "malloc outside the arena is caught" core \
	'#include <stdlib.h>
	void *bad(void); void *bad(void) { return malloc(3); }' \
	"core/bad.o uses malloc"
planted "a message from sys is caught" sys \
	'#include <stdio.h>
	int bad(int x); int bad(int x) { return fprintf(stderr, "%d\n", x); }' \
	"sys/bad.o uses stderr"

printf '#include "core/arena.h"\n#include "sys/source.h"\n' >"$TMP/src/core/bad.c"
printf '#include <sys/stat.h>\n# include "out.h"\n' >"$TMP/src/sys/bad.h"
printf '#include "core/report.h"\n#include "sys/source.h"\n' >"$TMP/src/out_bad.c"
printf '#include "sys/source.h"\n#include "out.h"\n' >"$TMP/src/cmd_good.c"
is "includes upwards are caught" "$(upward "$TMP/src" | sort)" \
	"core/bad.c:2: includes sys/source.h
out_bad.c:2: includes sys/source.h
sys/bad.h:2: includes out.h"
done_testing
