# shellcheck shell=bash
# Network namespaces, containers, nodes. /run is the scene's own.
# shellcheck disable=SC2154,SC2034

scene quick files-not-inherited netns-not-inherited
files_not_inherited()
{
	conf 50-web.conf 'net.core.somaxconn = 16384' 'net.ipv4.tcp_fin_timeout = 30'
	see medium netns-not-inherited
	put net.core.somaxconn 16384
	put net.ipv4.tcp_fin_timeout 30
	gone netns-not-inherited
}

scene quick pod k8s-unsafe-sysctl
pod()
{
	allow=netns-not-inherited
	mkdir -p /run/secrets/kubernetes.io
	conf 50-web.conf 'net.core.somaxconn = 16384' 'net.ipv4.tcp_fin_timeout = 30'
	see info k8s-unsafe-sysctl
}

scene quick host-keys-in-container netns-global-only
host_keys_in_container()
{
	: >/run/.containerenv
	conf 50-web.conf 'net.ipv4.tcp_mem = 100000 200000 300000'
	see medium netns-global-only
}

# Any program on the port of kube-proxy's health check.
scene quick node-conflict k8s-node-conflict
node_conflict()
{
	conf 50-node.conf 'net.netfilter.nf_conntrack_tcp_timeout_established = 600'
	begin server answer 10256
	see medium k8s-node-conflict
	put net.netfilter.nf_conntrack_tcp_timeout_established 600
	gone k8s-node-conflict
}

# The peer sends over the tunnel with an address that is reached over the other interface.
scene slow asymmetric-way cni-rp-filter
asymmetric_way()
{
	local before talk
	link
	ip link add v0 type veth peer name v1 netns "/proc/$link/ns/net" || fail 'no veth'
	ip address add 10.78.0.1/24 dev v0
	ip link set v0 up
	there ip address add 10.78.0.2/24 dev v1
	there ip link set v1 up
	there_put net.ipv4.conf.all.rp_filter 0
	there_put net.ipv4.conf.v1.rp_filter 0
	put net.ipv4.conf.all.rp_filter 1
	begin server answer 80
	there "$LAB/client" -s 10.78.0.2 -t 6000 -n 100 connect "$here" 80 >"$dir/ways" &
	talk=$!
	see high cni-rp-filter --interval 2
	wait $talk
	before=$(of ok "$(cat "$dir/ways")")
	there "$LAB/client" -s 10.78.0.2 -t 6000 -n 100 connect "$here" 80 >"$dir/ways" &
	talk=$!
	cure --interval 2
	wait $talk
	more 'connections of 100 whose ways there and back differ' "$before" \
		"$(of ok "$(there "$LAB/client" -s 10.78.0.2 -t 2500 -n 100 connect "$here" 80)")"
	gone cni-rp-filter --interval 1
}
