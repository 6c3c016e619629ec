/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef SAMPLES_H
#define SAMPLES_H

/*
 * Certificates, made by openssl-req(1) for these tests; nobody has their keys. END is what stands
 * at the end of each line: in a JSON document it is written otherwise than in a file.
 */

#define SAMPLE_SHA256                                                                              \
	"43:8D:A5:98:06:70:03:54:95:52:3E:46:37:AA:06:28:8C:BF:91:A1:A8:A5:9E:A8:D4:CF:46:A2:1B:"  \
	"C3:1F:59"

/* Of an authority, and of another one. */
#define SAMPLE(end)                                                                                \
	"-----BEGIN CERTIFICATE-----" end                                                          \
	"MIIBrzCCAVWgAwIBAgIUG3jC8rIhCC6YlvjpaPvozEtmNi4wCgYIKoZIzj0EAwIw" end                     \
	"LTEQMA4GA1UEAwwHcHJpbWFyeTEZMBcGA1UECgwQR3LDtsOfZSAsIFPDtmhuZTAe" end                     \
	"Fw0yNjExMjgwODExMzdaFw00NjExMjMwODExMzdaMC0xEDAOBgNVBAMMB3ByaW1h" end                     \
	"cnkxGTAXBgNVBAoMEEdyw7bDn2UgLCBTw7ZobmUwWTATBgcqhkjOPQIBBggqhkjO" end                     \
	"PQMBBwNCAATTSxkzVUYSy2jx1HCAAzpPiHI4SfXUBHIHdPey6OLVg80pxArYV7Le" end                     \
	"XzDPLtH6r32RFiiUt3QJRcEPuoFIVG9Go1MwUTAdBgNVHQ4EFgQUZ/dy7B0/CcmH" end                     \
	"Pu5VzVAEHkyw4JgwHwYDVR0jBBgwFoAUZ/dy7B0/CcmHPu5VzVAEHkyw4JgwDwYD" end                     \
	"VR0TAQH/BAUwAwEB/zAKBggqhkjOPQQDAgNIADBFAiBt9rOLr7CqyK0uhU1azhmR" end                     \
	"gQ2MTsOQ8yaXy+ZYoldpoAIhAJe/zpokR6Tt1/LdC1YJw5WRPshHInCDFEKjp0Cs" end "OoYJ" end          \
	"-----END CERTIFICATE-----" end

#define SAMPLE_SECOND(end)                                                                         \
	"-----BEGIN CERTIFICATE-----" end                                                          \
	"MIIBdjCCAR2gAwIBAgIUfcc0VmvlRuuw2qh6Fq7bFCf4doQwCgYIKoZIzj0EAwIw" end                     \
	"ETEPMA0GA1UEAwwGc2Vjb25kMB4XDTI2MTEyODEzMDIzMloXDTQ2MTEyMzEzMDIz" end                     \
	"MlowETEPMA0GA1UEAwwGc2Vjb25kMFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE" end                     \
	"lBLLLm3StQV4Dc4Md7IwrWJRWjcvFsqbkC98lDkHnMQ02LwOGdO4wN6WL87VRWQA" end                     \
	"jcgYICoN4Rsc5TQpMpmPUqNTMFEwHQYDVR0OBBYEFFYWMR3bUZeGVKwLbtpkjXdA" end                     \
	"bUnyMB8GA1UdIwQYMBaAFFYWMR3bUZeGVKwLbtpkjXdAbUnyMA8GA1UdEwEB/wQF" end                     \
	"MAMBAf8wCgYIKoZIzj0EAwIDRwAwRAIgUjLHpfNNuExPWo+kW0UKNTZtiWv8Ucna" end                     \
	"7g3X9Wbh9AgCIGhTgUXjhOkI5d55Kj+RPUTq9/CKx0myctU5FloMKWrm" end                             \
	"-----END CERTIFICATE-----" end

/* Of one who may not sign for others. */
#define SAMPLE_LEAF(end)                                                                           \
	"-----BEGIN CERTIFICATE-----" end                                                          \
	"MIIBcDCCARagAwIBAgIUBRnlEpN8TE0HfgwCCwsMCU4ugNUwCgYIKoZIzj0EAwIw" end                     \
	"DzENMAsGA1UEAwwEbGVhZjAeFw0yNjExMjgxMzAyMzJaFw00NjExMjMxMzAyMzJa" end                     \
	"MA8xDTALBgNVBAMMBGxlYWYwWTATBgcqhkjOPQIBBggqhkjOPQMBBwNCAAToIA4L" end                     \
	"4GZE13l3m6YLlosLaub497ahUKVA8aJZY6tQqs8rZgjUU7GwrxKwrA02b4LyplA7" end                     \
	"slZHEnYc0RRG8LIIo1AwTjAdBgNVHQ4EFgQU0uNyJkfq6gjb39KTz0AKcRkVwlAw" end                     \
	"HwYDVR0jBBgwFoAU0uNyJkfq6gjb39KTz0AKcRkVwlAwDAYDVR0TAQH/BAIwADAK" end                     \
	"BggqhkjOPQQDAgNIADBFAiBi9KBHIMCSNrSY5XA52d45vIUCuFQ5sMqmXHezNbDi" end                     \
	"fgIhAPkJ92zL8H1L7XquhN7O1UVXplxg7E7jViBTpsdWKACO" end "-----END CERTIFICATE-----" end

#endif
