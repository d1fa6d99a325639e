#include <string.h>

#include "core/tcpinfo.h"

static const struct {
	uint16_t offset;
	uint8_t size;
} fields[] = {
	[TCPINFO_RETRANSMITS] = {2, 1},
	[TCPINFO_SND_MSS] = {16, 4},
	[TCPINFO_UNACKED] = {24, 4},
	[TCPINFO_LAST_DATA_SENT] = {44, 4},
	[TCPINFO_LAST_DATA_RECV] = {52, 4},
	[TCPINFO_LAST_ACK_RECV] = {56, 4},
	[TCPINFO_PMTU] = {60, 4},
	[TCPINFO_RCV_SSTHRESH] = {64, 4},
	[TCPINFO_RTT] = {68, 4},
	[TCPINFO_SND_CWND] = {80, 4},
	[TCPINFO_RCV_RTT] = {92, 4},
	[TCPINFO_RCV_SPACE] = {96, 4},
	[TCPINFO_TOTAL_RETRANS] = {100, 4},
	[TCPINFO_BYTES_ACKED] = {120, 8},
	[TCPINFO_BYTES_RECEIVED] = {128, 8},
	[TCPINFO_NOTSENT_BYTES] = {144, 4},
	[TCPINFO_MIN_RTT] = {148, 4},
	[TCPINFO_DATA_SEGS_OUT] = {156, 4},
	[TCPINFO_BUSY_TIME] = {168, 8},
	[TCPINFO_RWND_LIMITED] = {176, 8},
	[TCPINFO_SNDBUF_LIMITED] = {184, 8},
};

bool tcpinfo_get(const void *bytes, size_t length, enum tcpinfo_field field, uint64_t *ret)
{
	const unsigned char *at;
	uint32_t word;

	if (!bytes || length < (size_t)fields[field].offset + fields[field].size)
		return false;
	at = (const unsigned char *)bytes + fields[field].offset;
	if (fields[field].size == 8) {
		memcpy(ret, at, 8);
	} else if (fields[field].size == 4) {
		memcpy(&word, at, 4);
		*ret = word;
	} else {
		*ret = *at;
	}
	return true;
}
