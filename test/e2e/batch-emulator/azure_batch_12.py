# A program for azure-batch 12 as its users write them: adds a pool, a job and tasks, waits, reads the output, cleans up. Prints
# what it found as JSON. Arguments: URL, account name; the key comes on standard input.
import json
import sys
import time

from azure.batch import BatchServiceClient, models
from azure.batch.batch_auth import SharedKeyCredentials

url, account = sys.argv[1:3]
client = BatchServiceClient(SharedKeyCredentials(account, sys.stdin.read().strip()), url)
image = models.ImageReference(publisher="canonical", offer="0001-com-ubuntu-server-jammy", sku="22_04-lts")
client.pool.add(
    models.PoolAddParameter(
        id="p",
        vm_size="Standard_D2s_v3",
        virtual_machine_configuration=models.VirtualMachineConfiguration(
            image_reference=image, node_agent_sku_id="batch.node.ubuntu 22.04"
        ),
        target_dedicated_nodes=1,
        task_slots_per_node=2,
        certificate_references=[],
    )
)
client.job.add(models.JobAddParameter(id="j", pool_info=models.PoolInformation(pool_id="p")))
tasks = [models.TaskAddParameter(id=name, command_line="write " + name) for name in ("a", "b")]
added = client.task.add_collection("j", tasks).value
while any(task.state != models.TaskState.completed for task in client.task.list("j")):
    time.sleep(0.05)
output = b"".join(client.file.get_from_task("j", "a", "stdout.txt")).decode()
length = client.file.get_properties_from_task("j", "a", "stdout.txt", raw=True).headers["Content-Length"]
pool = client.pool.get("p")
counts = client.job.get_task_counts("j").task_counts
client.pool.patch("p", models.PoolPatchParameter(metadata=[models.MetadataItem(name="a", value="b")]))
try:
    client.pool.get("nobody")
    missing = None
except models.BatchErrorException as error:
    missing = error.error.code
client.job.delete("j")
client.pool.delete("p")
print(
    json.dumps(
        {
            "api": client.pool.api_version,
            "added": [str(one.status) for one in added],
            "output": output,
            "length": length,
            "slots": pool.task_slots_per_node,
            "succeeded": counts.succeeded,
            "missing": missing,
        }
    )
)
