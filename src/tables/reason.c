/* SPDX-License-Identifier: BSD-2-Clause */
#include "tables/reason.h"

#include <stddef.h>

static const char *const texts[] = {
    [0] = "no reason given",
    [1] = "MEDIA_IN_USE: the tape is in use by another job",
    [2] = "DRIVES_IN_USE: all drives that would do are in use",
    [3] = "MEDIA_SERVER_OFFLINE: the media server is offline",
    [4] = "ROBOT_DOWN: the tape library's robot is down",
    [5] = "MAX_STORAGE_UNIT_JOBS: the storage unit runs as many jobs as it may",
    [6] = "MEDIA_REQUEST_DELAY: the delay set for media requests has not passed yet",
    [7] = "LOCAL_DRIVES_DOWN: the drives of the media server are down",
    [8] = "MEDIA_IN_DRIVE_IN_USE: the tape is in a drive that another job uses",
    [9] = "PHYSICAL_DRIVE_UNAVAILABLE: no physical drive can be had",
    [10] = "CLEANING_MEDIA_UNAVAILABLE: a drive needs cleaning and no cleaning tape can be had",
    [11] = "DRIVE_SCAN_HOST_OFFLINE: the host that scans the shared drive is offline",
    [12] = "DISK_MEDIA_SERVER_OFFLINE: the media server of the disk storage is offline",
    [13] = "NO_MASTER_MEDIA_CONNECTIVITY: primary and media server cannot reach each other",
    [14] =
	("MEDIA_SERVER_NON_ACTIVE_MODE: the media server is not active for jobs, mostly since an "
	 "administrator has deactivated it"),
    [15] = ("STORAGEUNIT_JOB_COUNTS_THROTTLED: the number of jobs of the storage unit is held down "
	    "for now"),
    [16] = "JOB_HISTORY_DRIVES_IN_USE: going by jobs before it, the drives are in use",
    [17] = "DISK_VOLUME_UNAVAILABLE: the disk volume is down or cannot be reached",
    [18] = "MAX_CONCURRENT_VOLUME_READERS: as many jobs read from the disk volume as may",
    [19] = "DISK_GROUP_UNAVAILABLE: the disk pool is down or cannot be reached",
    [20] = "FAT_PIPE_IN_USE: the Fibre Transport pipe is in use by another job",
    [21] = "DISK_VOLUME_UNMOUNTING: the disk volume is being unmounted",
    [22] = "DISK_VOLUME_IN_USE: the disk volume is in use by another job",
    [23] = "MAX_PARTIAL_MEDIA: the volume pool has as many partly filled tapes as it may",
    [24] = ("LOGICAL_RESOURCE: a limit that is set in NetBackup is reached, such as jobs of a "
	    "policy or of a client"),
    [25] = "DRIVES_IN_STORAGE_UNIT_IN_USE: all drives of the storage unit are in use",
    [26] = "STOP_DRIVE_SCAN: the scan of a shared drive has to stop first",
    [27] = "DISK_VOLUME_MOUNTING: the disk volume is being mounted",
    [28] = "MOUNT_FILE_EXISTS: the mount file of an earlier mount is still there",
    [29] = "PENDING_ACTION: a request waits for an operator, see the device monitor",
    [30] = "DISK_VOLUME_STREAM_LIMIT: the disk volume serves as many streams as it may",
    [31] = ("MEDIA_SERVER_JOBS_THROTTLED: the number of jobs of the media server is held down for "
	    "now"),
};

const char *reason_text(uint32_t reason)
{
	return reason < sizeof texts / sizeof texts[0] ? texts[reason] : "unknown to this version";
}
