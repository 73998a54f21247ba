"""Trains a softmax layer on handwritten digits with one parameter server and any number of workers (TensorFlow 1 API).

Workers compute gradients on their own digits and apply them to the variables that the parameter server holds; nobody waits
for anybody. The parameter server never ends by itself.
"""
import argparse
import os

import numpy
import tensorflow.compat.v1 as tf

options = argparse.ArgumentParser()
options.add_argument("--job_name", required=True, choices=["ps", "worker"])
options.add_argument("--task_index", required=True, type=int)
options.add_argument("--ps_hosts", required=True)
options.add_argument("--worker_hosts", required=True)
options.add_argument("--data")
options.add_argument("--steps", type=int, default=600)
options = options.parse_args()

tf.disable_eager_execution()
tf.disable_resource_variables()
workers = options.worker_hosts.split(",")
cluster = tf.train.ClusterSpec({"ps": options.ps_hosts.split(","), "worker": workers})
threads = tf.ConfigProto(intra_op_parallelism_threads=1, inter_op_parallelism_threads=2)
server = tf.train.Server(cluster, job_name=options.job_name, task_index=options.task_index, config=threads)
name = f"{options.job_name} {options.task_index}"
print(f"{name} on {os.environ['AZ_BATCH_NODE_ID']}", flush=True)
if options.job_name == "ps":
    server.join()


def load(half):
    def read(part, header):
        return numpy.fromfile(os.path.join(options.data, f"{half}-{part}-ubyte"), dtype=numpy.uint8)[header:]

    return read("images-idx3", 16).reshape(-1, 784).astype(numpy.float32) / 255, read("labels-idx1", 8).astype(numpy.int64)


device = tf.train.replica_device_setter(cluster=cluster, worker_device=f"/job:worker/task:{options.task_index}")
with tf.device(device):
    pixels = tf.placeholder(tf.float32, [None, 784])
    labels = tf.placeholder(tf.int64, [None])
    weights = tf.get_variable("weights", [784, 10], initializer=tf.zeros_initializer())
    biases = tf.get_variable("biases", [10], initializer=tf.zeros_initializer())
    scores = tf.matmul(pixels, weights) + biases
    loss = tf.reduce_mean(tf.nn.sparse_softmax_cross_entropy_with_logits(labels=labels, logits=scores))
    accuracy = tf.reduce_mean(tf.cast(tf.equal(tf.argmax(scores, 1), labels), tf.float32))
    step = tf.train.get_or_create_global_step()
    train = tf.train.GradientDescentOptimizer(0.3).minimize(loss, global_step=step)

images, digits = load("train")
order = numpy.random.RandomState(options.task_index).permutation(len(digits))
chief = options.task_index == 0
mine = 0
with tf.train.MonitoredTrainingSession(
    master=server.target, is_chief=chief, config=tf.ConfigProto(device_filters=["/job:ps", f"/job:worker/task:{options.task_index}"])
) as session:
    done = 0
    while done < options.steps:
        chosen = order[numpy.arange(mine * 64, mine * 64 + 64) % len(order)]
        _, value, done = session.run([train, loss, step], {pixels: images[chosen], labels: digits[chosen]})
        mine += 1
        if mine % 100 == 0:
            print(f"{name}: step {done} loss {value:.4f}", flush=True)
    if chief:
        images, digits = load("test")
        value = session.run(accuracy, {pixels: images, labels: digits})
        print(f"test accuracy {value * 100:.2f} % on {len(digits)} held-out digits", flush=True)
print(f"{name} took {mine} of {options.steps} steps", flush=True)
