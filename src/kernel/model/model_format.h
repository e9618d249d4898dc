/*
 * model_format.h: what encoder and decoder share; docs/model-format.md describes the bytes.
 */
#ifndef ORCHARD_KERNEL_MODEL_MODEL_FORMAT_H
#define ORCHARD_KERNEL_MODEL_MODEL_FORMAT_H

#include <stddef.h>
#include <stdint.h>

#include "kernel/model/model.h"

/* Offsets of the header's fields. */
#define MODEL_FORMAT_VERSION_AT 4
#define MODEL_FORMAT_LENGTH_AT 8
#define MODEL_FORMAT_CHECKSUM_AT 12
#define MODEL_FORMAT_DIGEST_AT 16
#define MODEL_FORMAT_PART_LENGTH_AT MODEL_HEADER_SIZE /* u32: bytes of the digest part */
#define MODEL_FORMAT_PART_AT (MODEL_HEADER_SIZE + 4)  /* the digest part; the facts follow it */

/* The one NaN that is written and read. */
#define MODEL_FORMAT_NAN UINT64_C(0x7ff8000000000000)

/* Least encoded bytes of one element: what bounds a count by the bytes that are left. */
#define MODEL_FORMAT_TEXT_SIZE 4
#define MODEL_FORMAT_FEATURE_SIZE 18
#define MODEL_FORMAT_TERM_SIZE 44
#define MODEL_FORMAT_METRIC_SIZE 13

/* CRC-32C of a whole model, its own field taken as zeros.  length >= MODEL_FORMAT_PART_AT. */
extern uint32_t model_format_checksum(const uint8_t *bytes, size_t length);

/* SHA-256 of the digest part; KERNEL_STOPPED. */
extern Status model_format_digest(const uint8_t *bytes, size_t part_length, const StopCheck *stop,
								  uint8_t digest[SHA256_SIZE]);

/* Writes checksum and digest into the header of a model with this digest part; KERNEL_STOPPED. */
extern Status model_format_sign(uint8_t *bytes, size_t length, size_t part_length,
								const StopCheck *stop);

#endif /* ORCHARD_KERNEL_MODEL_MODEL_FORMAT_H */
