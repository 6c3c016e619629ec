/* SPDX-License-Identifier: BSD-2-Clause */
#include "unit/store/faulty.h"

#include <errno.h>
#include <fcntl.h>
#include <sqlite3.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/mem.h"

struct file {
	sqlite3_file base;
	const char *path; /* SQLite's, valid as long as the file is open */
	sqlite3_file *real;
};

/* What a write or truncation that has not been synced has replaced. */
struct undo {
	struct undo *older;
	char *path;
	sqlite3_int64 size; /* of the file before */
	sqlite3_int64 at;
	int length;
	char bytes[];
};

static sqlite3_vfs *disk;
static struct undo *undos;

static struct {
	const struct faulty *fault; /* NULL = the disk is well */
	unsigned at, hits;
	bool ever;
	unsigned counts[FAULTY_CALLS];
} state;

/* The code with which CALL is to fail now, or SQLITE_OK; CODE is for a computer that has stopped.
 */
static int fail(enum faulty_call call, int code)
{
	const struct faulty *fault = state.fault;
	unsigned now;

	state.counts[call]++;
	state.counts[FAULTY_ANY]++;
	if (!fault || (fault->call != call && fault->call != FAULTY_ANY))
		return SQLITE_OK;
	now = state.counts[fault->call];
	if (now < state.at || (now > state.at && !state.ever))
		return SQLITE_OK;
	state.hits++;
	errno = fault->error;
	return fault->code ? fault->code : code;
}

static bool is_partial(void)
{
	return state.fault->partial && (state.fault->code || state.hits == 1);
}

static sqlite3_file *real(sqlite3_file *file)
{
	return ((struct file *)file)->real;
}

static void remember(sqlite3_file *file, sqlite3_int64 at, sqlite3_int64 length)
{
	struct undo *undo;
	sqlite3_int64 size;

	/* Only a computer that stops loses anything. */
	if (!state.fault || state.fault->code)
		return;
	real(file)->pMethods->xFileSize(real(file), &size);
	if (at + length > size)
		length = size > at ? size - at : 0;
	undo = mem_zalloc(1, sizeof *undo + (size_t)length);
	undo->path = mem_strdup(((struct file *)file)->path);
	undo->size = size;
	undo->at = at;
	undo->length = (int)length;
	if (length > 0)
		real(file)->pMethods->xRead(real(file), undo->bytes, undo->length, at);
	undo->older = undos;
	undos = undo;
}

/* Forgets what was done to the file PATH, NULL = to any. */
static void forget(const char *path)
{
	struct undo **link = &undos, *undo;

	while ((undo = *link)) {
		if (path && strcmp(undo->path, path) != 0) {
			link = &undo->older;
			continue;
		}
		*link = undo->older;
		free(undo->path);
		free(undo);
	}
}

void faulty_keep(void)
{
	forget(NULL);
}

void faulty_lose(void)
{
	for (struct undo *undo = undos; undo; undo = undo->older) {
		int file = open(undo->path, O_WRONLY);

		/* Gone since: then it had been emptied before. */
		if (file < 0)
			continue;
		if (pwrite(file, undo->bytes, (size_t)undo->length, undo->at) != undo->length ||
		    ftruncate(file, undo->size) != 0)
			abort();
		close(file);
	}
	forget(NULL);
}

static int close_it(sqlite3_file *file)
{
	int code = real(file)->pMethods->xClose(real(file));

	free(real(file));
	return code;
}

static int read_it(sqlite3_file *file, void *bytes, int length, sqlite3_int64 at)
{
	int code = fail(FAULTY_READ, SQLITE_IOERR_READ);

	if (code == SQLITE_OK)
		return real(file)->pMethods->xRead(real(file), bytes, length, at);
	if (is_partial()) {
		real(file)->pMethods->xRead(real(file), bytes, length, at);
		memset((char *)bytes + length / 2, 0, (size_t)(length - length / 2));
	}
	return code;
}

static int write_it(sqlite3_file *file, const void *bytes, int length, sqlite3_int64 at)
{
	int code = fail(FAULTY_WRITE, SQLITE_IOERR_WRITE);
	int error = errno;

	if (code != SQLITE_OK && !is_partial())
		return code;
	remember(file, at, length);
	if (code == SQLITE_OK)
		return real(file)->pMethods->xWrite(real(file), bytes, length, at);
	real(file)->pMethods->xWrite(real(file), bytes, length / 2, at);
	errno = error;
	return code;
}

static int truncate_it(sqlite3_file *file, sqlite3_int64 size)
{
	int code = fail(FAULTY_TRUNCATE, SQLITE_IOERR_TRUNCATE);

	if (code != SQLITE_OK)
		return code;
	remember(file, size, INT32_MAX);
	return real(file)->pMethods->xTruncate(real(file), size);
}

static int sync_it(sqlite3_file *file, int flags)
{
	int code = fail(FAULTY_SYNC, SQLITE_IOERR_FSYNC);

	(void)flags;
	if (code == SQLITE_OK)
		forget(((struct file *)file)->path);
	return code;
}

static int size_it(sqlite3_file *file, sqlite3_int64 *size)
{
	int code = fail(FAULTY_SIZE, SQLITE_IOERR_FSTAT);

	return code ? code : real(file)->pMethods->xFileSize(real(file), size);
}

static int lock_it(sqlite3_file *file, int kind)
{
	int code = fail(FAULTY_LOCK, SQLITE_IOERR_LOCK);

	return code ? code : real(file)->pMethods->xLock(real(file), kind);
}

static int unlock_it(sqlite3_file *file, int kind)
{
	return real(file)->pMethods->xUnlock(real(file), kind);
}

static int check_lock(sqlite3_file *file, int *answer)
{
	return real(file)->pMethods->xCheckReservedLock(real(file), answer);
}

static int control(sqlite3_file *file, int what, void *arg)
{
	return real(file)->pMethods->xFileControl(real(file), what, arg);
}

static int sector_size(sqlite3_file *file)
{
	return real(file)->pMethods->xSectorSize(real(file));
}

static int characteristics(sqlite3_file *file)
{
	return real(file)->pMethods->xDeviceCharacteristics(real(file));
}

static int map_it(sqlite3_file *file, int region, int size, int more, void volatile **memory)
{
	int code = fail(FAULTY_MAP, SQLITE_IOERR_SHMMAP);

	return code ? code : real(file)->pMethods->xShmMap(real(file), region, size, more, memory);
}

static int map_lock(sqlite3_file *file, int at, int count, int flags)
{
	return real(file)->pMethods->xShmLock(real(file), at, count, flags);
}

static void map_barrier(sqlite3_file *file)
{
	real(file)->pMethods->xShmBarrier(real(file));
}

static int map_end(sqlite3_file *file, int delete)
{
	return real(file)->pMethods->xShmUnmap(real(file), delete);
}

static const sqlite3_io_methods methods = {.iVersion = 2,
					   .xClose = close_it,
					   .xRead = read_it,
					   .xWrite = write_it,
					   .xTruncate = truncate_it,
					   .xSync = sync_it,
					   .xFileSize = size_it,
					   .xLock = lock_it,
					   .xUnlock = unlock_it,
					   .xCheckReservedLock = check_lock,
					   .xFileControl = control,
					   .xSectorSize = sector_size,
					   .xDeviceCharacteristics = characteristics,
					   .xShmMap = map_it,
					   .xShmLock = map_lock,
					   .xShmBarrier = map_barrier,
					   .xShmUnmap = map_end};

static int open_it(sqlite3_vfs *vfs, const char *path, sqlite3_file *file, int flags, int *out)
{
	struct file *opened = (struct file *)file;
	int code = fail(FAULTY_OPEN, SQLITE_CANTOPEN);

	(void)vfs;
	memset(opened, 0, sizeof *opened);
	if (code != SQLITE_OK)
		return code;
	opened->path = path;
	opened->real = mem_zalloc(1, (size_t)disk->szOsFile);
	code = disk->xOpen(disk, path, opened->real, flags, out);
	if (code == SQLITE_OK)
		opened->base.pMethods = &methods;
	else
		free(opened->real);
	return code;
}

static int delete_it(sqlite3_vfs *vfs, const char *path, int sync)
{
	int code = fail(FAULTY_DELETE, SQLITE_IOERR_DELETE);

	(void)vfs;
	(void)sync;
	if (code != SQLITE_OK)
		return code;
	forget(path);
	return disk->xDelete(disk, path, 0);
}

static int access_it(sqlite3_vfs *vfs, const char *path, int flags, int *answer)
{
	int code = fail(FAULTY_ACCESS, SQLITE_IOERR_ACCESS);

	(void)vfs;
	return code ? code : disk->xAccess(disk, path, flags, answer);
}

void faulty_begin(void)
{
	static sqlite3_vfs vfs;

	faulty_disarm();
	if (disk)
		return;
	disk = sqlite3_vfs_find(NULL);
	vfs = *disk;
	vfs.szOsFile = sizeof(struct file);
	vfs.zName = "faulty";
	vfs.xOpen = open_it;
	vfs.xDelete = delete_it;
	vfs.xAccess = access_it;
	sqlite3_vfs_register(&vfs, 1);
}

void faulty_arm(const struct faulty *fault, unsigned at, bool ever)
{
	memset(&state, 0, sizeof state);
	state.fault = fault;
	state.at = at;
	state.ever = ever || (fault && fault->code == SQLITE_OK);
}

void faulty_disarm(void)
{
	faulty_arm(NULL, 0, false);
}

unsigned faulty_count(enum faulty_call call)
{
	return state.counts[call];
}

unsigned faulty_hits(void)
{
	return state.hits;
}
