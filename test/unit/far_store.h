/*
 * far_store.h: a store in memory, for the tests of what works on rows in files.
 */
#ifndef ORCHARD_TEST_FAR_STORE_H
#define ORCHARD_TEST_FAR_STORE_H

#include "kernel/dataset/dataset.h"
#include "unit.h"

/* A store that grows, and fails from a call on. */
typedef struct FarStore
{
	BlockStore store;
	uint8_t *bytes;
	int64_t length;
	int64_t capacity;
	int64_t calls;
	int64_t fails_at; /* 0: never */
} FarStore;

static inline bool
far_fails(FarStore *far)
{
	return ++far->calls == far->fails_at;
}

static inline Status
far_append(void *context, const void *bytes, size_t size, int64_t *place)
{
	FarStore *far = context;

	if (far_fails(far))
		return KERNEL_STOPPED;
	if (far->length + (int64_t) size > far->capacity)
	{
		far->capacity = 2 * (far->length + (int64_t) size);
		far->bytes = realloc(far->bytes, (size_t) far->capacity);
	}
	*place = far->length;
	memcpy(far->bytes + far->length, bytes, size);
	far->length += (int64_t) size;
	return KERNEL_OK;
}

static inline Status
far_read(void *context, int64_t place, void *bytes, size_t size)
{
	FarStore *far = context;

	if (far_fails(far) || place < 0 || place + (int64_t) size > far->length)
		return KERNEL_STOPPED;
	memcpy(bytes, far->bytes + place, size);
	return KERNEL_OK;
}

static inline Status
far_write(void *context, int64_t place, const void *bytes, size_t size)
{
	FarStore *far = context;

	if (far_fails(far) || place < 0 || place + (int64_t) size > far->length)
		return KERNEL_STOPPED;
	memcpy(far->bytes + place, bytes, size);
	return KERNEL_OK;
}

static inline void
far_begin(FarStore *far)
{
	*far = (FarStore){
		.store = {.append = far_append, .read = far_read, .write = far_write, .context = far}};
}

#endif /* ORCHARD_TEST_FAR_STORE_H */
