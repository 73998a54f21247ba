# Runs no-op subprocesses with a scheduler from PyPI, one worker with two slots, and prints the seconds from the submission
# of the first to the end of the last. Arguments: hyperqueue|distributed COUNT. Its files go to the current directory.
import pathlib
import subprocess
import sys
import time


def with_hyperqueue(count):
    from hyperqueue import Job, LocalCluster
    from hyperqueue.cluster import WorkerConfig

    here = pathlib.Path.cwd()
    with LocalCluster(server_dir=str(here / "server"), worker_config=WorkerConfig(cores=2)) as cluster:
        client = cluster.client()
        start = time.perf_counter()
        job = Job(default_workdir=here)
        for _ in range(count):
            job.program(["/bin/true"])
        client.wait_for_jobs([client.submit(job)])
        return time.perf_counter() - start


def run_one(_):
    return subprocess.run(["/bin/true"]).returncode


def with_distributed(count):
    from distributed import Client, LocalCluster

    with LocalCluster(n_workers=1, threads_per_worker=2, processes=True, dashboard_address=None) as cluster:
        with Client(cluster) as client:
            start = time.perf_counter()
            client.gather(client.map(run_one, range(count), pure=False))
            return time.perf_counter() - start


if __name__ == "__main__":
    run = {"hyperqueue": with_hyperqueue, "distributed": with_distributed}[sys.argv[1]]
    print(run(int(sys.argv[2])))
