/* SPDX-License-Identifier: BSD-2-Clause */
#include "older.h"

const char *const older_steps[OLDER_VERSIONS] = {
    [1] = "DROP TABLE earlier; DROP TABLE subject; DROP TABLE queue;"
	  "UPDATE job SET gone = 1 WHERE gone; PRAGMA user_version = 1",
    [2] = "CREATE INDEX job_last ON job(cell, ended) WHERE state = 0 AND gone = 0;"
	  "PRAGMA user_version = 2",
    [3] = "DROP TABLE failure; DROP TABLE orphan;"
	  "ALTER TABLE job DROP COLUMN parent; ALTER TABLE job DROP COLUMN family;"
	  "ALTER TABLE job DROP COLUMN guessed;"
	  "ALTER TABLE earlier DROP COLUMN parent; ALTER TABLE earlier DROP COLUMN family;"
	  "ALTER TABLE subject DROP COLUMN run_at; ALTER TABLE subject DROP COLUMN run_id;"
	  "ALTER TABLE subject DROP COLUMN run_status; PRAGMA user_version = 3",
    [4] = "DROP TABLE resource; DROP TABLE resource_row; PRAGMA user_version = 4",
};
