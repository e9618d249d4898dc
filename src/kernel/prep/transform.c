/*
 * transform.c: the stored bytes of a transform.
 */
#include "kernel/prep/transform.h"

#include <string.h>

#include "kernel/base/hash.h"

#define MAGIC UINT32_C(0x5453524f) /* "ORST" */
#define VERSION 1

static void
digest_of(const uint8_t *bytes, size_t length, uint8_t digest[TRANSFORM_DIGEST])
{
	Sha256 sha;
	uint8_t full[SHA256_SIZE];

	sha256_begin(&sha);
	sha256_add(&sha, bytes, 8);
	sha256_add(&sha, bytes + TRANSFORM_HEADER, length - TRANSFORM_HEADER);
	sha256_end(&sha, full);
	memcpy(digest, full, TRANSFORM_DIGEST);
}

Status
transform_encode(const Transform *transform, const Allocator *allocator, uint8_t **bytes,
				 size_t *length)
{
	static const uint8_t no_digest[TRANSFORM_DIGEST] = {0};
	size_t size = TRANSFORM_HEADER + 4;
	ByteWriter writer;
	uint32_t i;

	for (i = 0; i < transform->n; i++)
		size += step_encoded_size(&transform->steps[i], true);
	if (size > TRANSFORM_LIMIT)
		return KERNEL_TOO_LARGE;
	*bytes = memory_allocate(allocator, size, 1);
	if (*bytes == NULL)
		return KERNEL_OUT_OF_MEMORY;
	writer = (ByteWriter){.allocator = allocator, .bytes = *bytes, .capacity = size, .limit = size};
	write_u32(&writer, MAGIC);
	write_u8(&writer, VERSION);
	write_u8(&writer, transform->is_recipe);
	write_u16(&writer, 0);
	write_bytes(&writer, no_digest, TRANSFORM_DIGEST);
	write_u32(&writer, transform->n);
	for (i = 0; i < transform->n; i++)
		step_encode(&transform->steps[i], true, &writer);
	if (writer.status != KERNEL_OK || writer.length != size)
	{
		memory_release(allocator, *bytes, size, 1);
		return KERNEL_INVALID;
	}
	digest_of(*bytes, size, *bytes + 8);
	*length = size;
	return KERNEL_OK;
}

static Status
decode_steps(Transform *transform, const Allocator *allocator, ByteReader *reader)
{
	uint32_t n = read_count(reader, STEP_LEAST_BYTES);
	Status status = reader->status;

	if (status == KERNEL_OK && (n == 0 || (!transform->is_recipe && n != 1)))
		status = KERNEL_CORRUPT;
	if (status != KERNEL_OK)
		return status;
	transform->steps = memory_allocate_zero(allocator, n, sizeof(Step));
	if (transform->steps == NULL)
		return KERNEL_OUT_OF_MEMORY;
	/* All of them, so that the block is released with its size: steps not read are empty. */
	transform->n = n;
	for (n = 0; n < transform->n && status == KERNEL_OK; n++)
	{
		status = step_decode(&transform->steps[n], true, allocator, reader);
		/* The numbers of a recipe are numbers. */
		if (status == KERNEL_OK && transform->is_recipe &&
			step_gives_text(step_encoder(&transform->steps[n])))
			status = KERNEL_CORRUPT;
	}
	if (status == KERNEL_OK && reader_left(reader) > 0)
		status = KERNEL_CORRUPT;
	return status;
}

Status
transform_decode(Transform *transform, const Allocator *allocator, const void *bytes, size_t length)
{
	ByteReader reader;
	uint32_t magic;
	uint8_t version;
	uint8_t is_recipe;
	uint8_t digest[TRANSFORM_DIGEST];
	Status status;

	*transform = (Transform){0};
	if (length < TRANSFORM_HEADER + 4)
		return KERNEL_CORRUPT;
	reader_begin(&reader, bytes, length);
	magic = read_u32(&reader);
	version = read_u8(&reader);
	is_recipe = read_u8(&reader);
	if (magic == MAGIC && version > VERSION)
		return KERNEL_UNSUPPORTED_VERSION;
	if (magic != MAGIC || version != VERSION || is_recipe > 1 || read_u16(&reader) != 0)
		return KERNEL_CORRUPT;
	transform->is_recipe = is_recipe == 1;
	digest_of(bytes, length, digest);
	if (memcmp(digest, read_bytes(&reader, TRANSFORM_DIGEST), TRANSFORM_DIGEST) != 0)
		return KERNEL_CORRUPT;
	status = decode_steps(transform, allocator, &reader);
	if (status != KERNEL_OK)
		transform_release(transform, allocator);
	return status;
}

void
transform_release(Transform *transform, const Allocator *allocator)
{
	uint32_t i;

	for (i = 0; i < transform->n; i++)
		step_release(&transform->steps[i], allocator);
	memory_release(allocator, transform->steps, transform->n, sizeof(Step));
	*transform = (Transform){0};
}

size_t
transform_outputs(const Transform *transform)
{
	size_t n = 0;
	uint32_t i;

	for (i = 0; i < transform->n; i++)
		n += step_outputs(&transform->steps[i]);
	return n;
}
