# Apache Airflow's own operator for Azure Batch, executed as a worker of Airflow executes it: makes the pool, waits for its nodes, adds job and
# task, waits for them, and deletes what it made. The connection comes from the environment. Prints what it found as JSON.
import json
import sys

from airflow.providers.microsoft.azure.hooks.batch import AzureBatchHook
from airflow.providers.microsoft.azure.operators.batch import AzureBatchOperator


def operator(name, command, **more):
    return AzureBatchOperator(
        task_id=name,
        batch_pool_id="airflow",
        batch_pool_vm_size="standard_d2s_v3",
        batch_job_id=f"airflow-{name}",
        batch_task_id="t",
        batch_task_command_line=command,
        vm_publisher="canonical",
        vm_offer="ubuntu-24_04-lts",
        vm_sku="server",
        vm_version="latest",
        vm_node_agent_sku_id="batch.node.ubuntu 24.04",
        target_dedicated_nodes=1,
        timeout=2,
        **more,
    )


reachable = AzureBatchHook().test_connection()
operator("good", "write from-airflow").execute({})
client = AzureBatchHook().get_conn()
output = b"".join(client.download_task_file("airflow-good", "t", "stdout.txt")).decode()
try:
    operator("bad", "exit 3", should_delete_job=True, should_delete_pool=True).execute({})
    refusal = None
except Exception as error:  # noqa: BLE001 - the kinds differ between versions of Airflow
    refusal = str(error)
json.dump(
    {
        "reachable": reachable[0],
        "output": output,
        "refusal": refusal,
        "jobs": [job.id for job in client.list_jobs()],
    },
    sys.stdout,
)
