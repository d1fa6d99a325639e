#!/bin/bash
# One profile, six kernels: each key gets the verdict that fits the kernel, whatever the
# release calls itself. 3.10 and 4.9 are tests/hosts/make-old.sh, 6.18 is the captured
# idle host, those between are 4.9 with the keys that came and went. (tcp_fack was 1 by
# default while it worked; the 3.10 host has the four lines of the seed document.)
. "$(dirname "$0")/../lib.sh"
. "$TOP/tests/hosts/kernels.sh"
need_python json

cat >"$TMP/kernels.yaml" <<'END'
profile: kernels
title: Keys that came and went
settings:
  - {key: net.core.somaxconn, at_least: 4096, why: default 128 before 5.4}
  - {key: net.ipv4.tcp_fack, value: 1, why: no-op since 4.15}
  - {key: net.ipv4.tcp_fin_timeout, value: 30, why: always there}
  - {key: net.ipv4.tcp_low_latency, value: 1, why: no-op since 4.14}
  - {key: net.ipv4.tcp_rto_max_ms, value: 120000 ms, why: since 6.15}
  - {key: net.ipv4.tcp_rx_skb_cache, value: 0, why: 5.3 to 5.15}
  - {key: net.ipv4.tcp_thin_dupack, value: 0, why: until 4.10}
  - {key: net.ipv4.tcp_tw_recycle, value: 0, why: until 4.11}
  - {key: net.ipv4.tcp_tw_reuse, value: 2, why: 2 is known since 4.18}
  - {key: net.ipv4.tcp_tw_reuse_delay, value: 1000 ms, why: since 6.14}
END

# verdicts VERSION: those of the profile's keys, in the order of keys.
verdicts()
{
	"$TCPTUNE" check --root "$TMP/$1" --profile "$TMP/kernels.yaml" --format json 2>/dev/null |
		"$PYTHON" -c 'import json, sys
print(*(s["verdict"] for s in json.load(sys.stdin)["settings"]))'
}

while read -r version expected; do
	kernel_host "$version" "$TMP/$version"
	is "$version" "$(verdicts "$version")" "$expected"
done <<'END'
3.10 differs ok ok differs absent absent ok differs differs absent
4.9 differs ok differs differs absent absent ok ok differs absent
4.14 differs ok differs no-op absent absent removed removed differs absent
5.4 ok no-op differs no-op absent ok removed removed ok absent
6.1 ok no-op differs no-op absent removed removed removed ok absent
6.18 ok no-op differs no-op ok removed removed removed ok ok
END

# A distribution may take a key back: what is there counts, not the release.
echo 0 >"$TMP/6.1/proc/sys/net/ipv4/tcp_tw_recycle"
like "a key that is there is not called removed" "$(verdicts 6.1)" \
	'^ok no-op differs no-op absent removed removed ok '
done_testing
