#!/bin/bash
# /etc/tcptune/tcptune.yaml: findings that the operator accepts, thresholds, profiles and
# their parameters.
. "$(dirname "$0")/../lib.sh"
[ -x "$TCPTUNE" ] || skip_all "nothing is built in $BUILD"

host=$TMP/host
cp -r "$TOP/tests/hosts/sick" "$host"
mkdir -p "$host/etc/tcptune"
file=$host/etc/tcptune/tcptune.yaml

# choose: the file is what stands on the standard input.
choose()
{
	cat >"$file"
}

# severities: of the findings in $out, those that count.
severities()
{
	sed -n 's/^[0-9]* findings*: \(.*\) (.*/\1/p' <<<"$out"
}

run "$TCPTUNE" apply --dry-run --root "$host"
has "without it: a finding brings a line" "$out" "+# finding accept-queue-overflow: "
run "$TCPTUNE" check --root "$host"
is "without it" "$(severities)" "2 critical, 3 high, 5 medium"

choose <<'END'
accept:
  - id: close-wait-leak
    subject: python3[*]
    reason: the vendor mends it in spring
    until: 2999-12-31
  - id: accept-queue-overflow
    reason: a test machine
  - id: sack-off
    reason: never met
END
run "$TCPTUNE" check --root "$host"
is "accepted ones are not counted" "$(severities)" "1 critical, 2 high, 5 medium"
has "they are named" "$out" "Accepted, not counted"
has "with the reason" "$out" "the vendor mends"
hasnt "what was not met is for --verbose" "$out" "sack-off"
run "$TCPTUNE" check --root "$host" --verbose
has "there it is" "$out" "/etc/tcptune/tcptune.yaml:8 accepts sack-off"
run "$TCPTUNE" apply --dry-run --root "$host"
hasnt "an accepted finding changes nothing" "$out" "+# finding accept-queue-overflow: "
run "$TCPTUNE" check --root "$host" --format json
is "JSON: accepted" "$(grep -c '"place": "/etc/tcptune/tcptune.yaml:' <<<"$out")" 2

choose <<'END'
accept:
  - id: close-wait-leak
    reason: the vendor mends it in spring
    until: 2026-01-31
END
run "$TCPTUNE" check --root "$host"
is "an acceptance that has ended counts for nothing" "$(severities)" "2 critical, 3 high, 5 medium"
has "and that is said" "$out" "accepted until 2026-01-31: the vendor mends it in spring"

choose <<'END'
thresholds:
  close-wait-leak.many: 1000000
  close-wait-leak.few: 1000000
END
run "$TCPTUNE" check --root "$host"
is "an unknown threshold: status" "$rc" 2
is "and where it stands" "$err" \
	"/etc/tcptune/tcptune.yaml:3:3: error: 'close-wait-leak.few' is no threshold of a rule (tcptune rules ID lists them)"

choose <<'END'
thresholds: {eph-port-exhaustion-dest.high_share: 99%, eph-port-exhaustion-dest.critical_share: 99%}
END
run "$TCPTUNE" check --root "$host" --quiet
hasnt "a threshold" "$out" eph-port-exhaustion-dest
run "$TCPTUNE" check --root "$host" --quiet --set eph-port-exhaustion-dest.high_share=50%
has "--set goes over it" "$out" eph-port-exhaustion-dest

mkdir "$host/etc/tcptune/profiles.d"
cat >"$host/etc/tcptune/profiles.d/mine.yaml" <<'END'
profile: mine
title: Mine
parameters: {seconds: {value: 40 s, means: how long}}
settings:
  - {key: net.ipv4.tcp_fin_timeout, value: seconds, why: a test, sources: [none]}
END
choose <<'END'
profiles: [mine]
set: {seconds: 41}
END
run "$TCPTUNE" lint "$host/etc/tcptune/profiles.d/mine.yaml"
is "the profile is good" "$rc$err" 0
run "$TCPTUNE" apply --dry-run --root "$host"
has "a profile and its parameter" "$out" "net.ipv4.tcp_fin_timeout = 41"
run "$TCPTUNE" apply --dry-run --root "$host" --set seconds=42
has "--set goes over it" "$out" "net.ipv4.tcp_fin_timeout = 42"
run "$TCPTUNE" apply --dry-run --root "$host" --profile time-wait
has "--profile goes over it, and need not know the parameter" "$out" "net.ipv4.tcp_fin_timeout = 30"

choose <<'END'
profiles: [mine]
set: {second: 41}
END
run "$TCPTUNE" check --root "$host"
is "a parameter that no profile has" "$rc $err" \
	"2 /etc/tcptune/tcptune.yaml:2:15: error: no chosen profile has a parameter 'second'"
choose <<'END'
profiles: [time-wiat]
END
run "$TCPTUNE" check --root "$host"
is "a profile that there is not" "$rc $err" \
	"2 /etc/tcptune/tcptune.yaml:1:12: error: there is no profile 'time-wiat', did you mean 'time-wait'?; tcptune profiles lists them"

choose <<'END'
accept: [{id: sack-off, reason: r}]
thresholds: {close-wait-leak.many: 7}
profiles: [time-wait]
END
run "$TCPTUNE" lint "$file"
is "lint knows the file" "$rc $out$err" "0 $file: good"
choose <<'END'
accept: [{id: sack-of, reason: r}]
profiles: [time-wiat]
END
run "$TCPTUNE" lint "$file"
is "lint: status" "$rc" 2
has "lint: a rule" "$err" "$file:1:15: error: there is no rule 'sack-of', did you mean 'sack-off'?"
done_testing
