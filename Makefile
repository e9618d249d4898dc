# Minimal build; the full set of goals follows.
EXTENSION = orchard
MODULE_big = orchard
EXTVERSION = 0.1.0
SQL_ROOMS = schema stat window metric model
KERNEL_SRCS = $(wildcard src/kernel/*/*.c)
GLUE_SRCS = $(wildcard src/pg/*.c)
OBJS = $(KERNEL_SRCS:.c=.o) $(GLUE_SRCS:.c=.o)
ROOM_HEADERS = $(wildcard src/*/*.h src/*/*/*.h)
DATA_built = orchard--$(EXTVERSION).sql
PG_CPPFLAGS = -Isrc -DPGDLLEXPORT='__attribute__((visibility("default")))'
PG_CFLAGS = -std=gnu11 -Wall -Wextra -Wno-unused-parameter -Wno-sign-compare -ffp-contract=off -fvisibility=hidden
PG_CONFIG = pg_config
PGXS := $(shell $(PG_CONFIG) --pgxs)
include $(PGXS)
BITCODE_CFLAGS += $(PG_CFLAGS)
$(OBJS): $(ROOM_HEADERS)
orchard--$(EXTVERSION).sql: $(wildcard sql/*.sql)
	cat $(foreach room,$(SQL_ROOMS),$(wildcard sql/$(room).sql)) > $@
