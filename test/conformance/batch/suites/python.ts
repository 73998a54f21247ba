import { casesOf, retired } from "./suite.ts";
import type { Suite } from "./suite.ts";

export const python: Suite = {
  title: "azure-batch for Python",
  source: "azure-sdk-for-python, `sdk/batch/azure-batch/tests/test_batch.py`",
  cases: casesOf({
    test_batch_applications: [
      "are seen by the data plane with their active versions",
      "of a task are there for it alone, and updated ones are fetched anew",
    ],
    test_batch_certificates: ["are added once, listed, read without their private part, and deleted at once"],
    test_batch_create_pools: [
      "is taken and listed with all that it states, and its image is among those supported",
      "an image or a network of the caller's own needs a caller with a name, not a key",
      "lists are paged and filtered; a page size out of range is refused",
      retired.ubuntu,
    ],
    test_batch_create_pool_with_blobfuse_mount: [
      "the management client makes a pool, the batch client sees it and runs a task on it",
      "not: its mount names the container by a whole URL on a Windows pool, which no test here asks for",
    ],
    test_batch_update_pools: [
      "a pool is created once, read back without secrets, patched, updated and selected",
    ],
    test_batch_scale_pools: [
      "a formula scales the pool; a broken one is refused, a failing one reported",
      "a pool is resized, a second resize meanwhile is refused, and a stopped one says what was left undone",
      "not: it wants no usage metrics right after the pool was made; the emulator's begin at once",
    ],
    test_batch_job_schedules: ["a schedule makes one job at a time and ends with it", "job schedules"],
    test_batch_network_configuration: [
      "a pool keeps every setting on its way through both planes",
      retired.endpoint,
    ],
    test_batch_compute_nodes: [
      "nodes are listed, counted, disabled, enabled, rebooted, reimaged and removed",
      "a node's log is really uploaded to the given container",
    ],
    test_batch_compute_node_extensions: [
      "extensions of a pool are listed by its nodes as simulated, without their protected settings",
      "not: it counts an extension that Azure puts on every node itself; the emulator lists the pool's own",
    ],
    test_batch_compute_node_user: [
      "users, login settings, extensions and node files answer",
      "not: it asks for remote login of a pool without an inbound NAT pool, which the emulator refuses, to our knowledge as Azure does today",
    ],
    test_batch_compute_node_remote_desktop: [
      "nodes of a cloud service have a remote desktop and are reimaged, but no remote login",
    ],
    test_batch_files: [
      "files of a task are listed, described, read and deleted",
      "users, login settings, extensions and node files answer",
      "not: its task runs cmd on a Windows node, where tasks fail before their command; passes on a Linux node",
    ],
    test_batch_tasks: [
      "tasks are added by collection, counted, filtered, paged, and end with their job",
      "terminate, reactivate and delete",
      "exit conditions act on dependants and on the job",
      "task constraints can be replaced until the task is done; identities and settings read back",
      "a user that the pool lacks is taken with the task, and the task fails with the reason",
      "bodies are checked: syntax, missing, unknown and wrong members, size",
    ],
    test_batch_jobs: [
      "a job is added, read with its defaults, replaced, patched and deleted",
      "a job manager task ends its job; an automatic pool lives as long as its job",
      "disable requeues, enable goes on, terminate leaves waiting tasks active",
    ],
  }),
};
