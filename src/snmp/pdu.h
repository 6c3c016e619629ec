/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef PDU_H
#define PDU_H

/* PDUs of AgentX (RFC 2741, 6.1): types, sizes and flags. The library's headers do not have them.
 */
enum {
	PDU_OPEN = 1,
	PDU_CLOSE,
	PDU_REGISTER,
	PDU_GET = 5,
	PDU_GET_NEXT,
	PDU_GET_BULK,
	PDU_TEST_SET,
	PDU_COMMIT_SET,
	PDU_UNDO_SET,
	PDU_CLEANUP_SET,
	PDU_PING = 13,
	PDU_RESPONSE = 18
};

#define PDU_VERSION 1
#define PDU_HEADER_SIZE 20

/* Flags in the header. */
#define PDU_WITH_CONTEXT 0x08
#define PDU_NETWORK_ORDER 0x10

#endif
