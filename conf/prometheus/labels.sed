# SPDX-License-Identifier: BSD-2-Clause
# Made by "make nms" from the MIB and mibs/monitoring.toml; change those.
# Gives the labels in what the generator has made their names.
s/^\( *labelname: \)nbuSiteLabel$/\1site/
s/^\( *labelname: \)nbuPolicyLabel$/\1policy/
s/^\( *labelname: \)nbuClientLabel$/\1client/
s/^\( *labelname: \)nbuQueueReasonCode$/\1reason/
s/^\( *labelname: \)nbuStorageUnitIdLabel$/\1unit_id/
s/^\( *labelname: \)nbuStorageUnitLabel$/\1unit/
s/^\( *labelname: \)nbuDiskPoolIdLabel$/\1pool_id/
s/^\( *labelname: \)nbuDiskPoolLabel$/\1pool/
s/^\( *labelname: \)nbuStorageServerIdLabel$/\1server_id/
s/^\( *labelname: \)nbuStorageServerLabel$/\1server/
s/^\( *labelname: \)nbuDriveLabel$/\1drive/
s/^\( *labelname: \)nbuMediaPoolLabel$/\1media_pool/
s/^\( *labelname: \)nbuMediaPoolType$/\1media_pool_type/
s/^\( *labelname: \)nbuResourceLabel$/\1resource/
s/^\( *labelname: \)nbuWorkloadJobTypeLabel$/\1job_type/
s/^\( *labelname: \)nbuWorkloadPolicyTypeLabel$/\1policy_type/
s/^\( *labelname: \)nbuJobTypeLabel$/\1job_type/
s/^\( *labelname: \)nbuJobPolicyTypeLabel$/\1policy_type/
s/^\( *labelname: \)nbuJobStatusCode$/\1status/
