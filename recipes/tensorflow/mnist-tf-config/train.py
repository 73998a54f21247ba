"""Trains a small Keras network on handwritten digits on all workers in step. Who is who comes from TF_CONFIG alone.

With one process TF_CONFIG names no cluster, and the same program trains alone. A job always has a parameter server when it
is distributed; this kind of training has no use for it, so it waits for its end.
"""
import json
import os
import threading

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
config = json.loads(os.environ["TF_CONFIG"])
task = f"{config['task']['type']} {config['task']['index']}"
print(f"{task} on {os.environ['AZ_BATCH_NODE_ID']} of {json.dumps(config['cluster'])}", flush=True)
if config["task"]["type"] == "ps":
    threading.Event().wait()
# The workers would wait for it to join them.
config["cluster"].pop("ps", None)
os.environ["TF_CONFIG"] = json.dumps(config)

import numpy
import tensorflow as tf

data = os.environ["AZ_BATCHAI_INPUT_DATA"]
tf.config.threading.set_intra_op_parallelism_threads(1)
distributed = "worker" in config["cluster"]
strategy = tf.distribute.MultiWorkerMirroredStrategy() if distributed else tf.distribute.get_strategy()


def load(half):
    def read(part, header):
        return numpy.fromfile(os.path.join(data, f"{half}-{part}-ubyte"), dtype=numpy.uint8)[header:]

    return read("images-idx3", 16).reshape(-1, 784).astype(numpy.float32) / 255, read("labels-idx1", 8).astype(numpy.int64)


def digits(half):
    options = tf.data.Options()
    options.experimental_distribute.auto_shard_policy = tf.data.experimental.AutoShardPolicy.DATA
    images, labels = load(half)
    dataset = tf.data.Dataset.from_tensor_slices((images, labels))
    return dataset.shuffle(10_000, seed=7).batch(64, drop_remainder=True).with_options(options)


with strategy.scope():
    layers = [tf.keras.layers.Dense(64, "relu", input_shape=(784,)), tf.keras.layers.Dense(10)]
    network = tf.keras.Sequential(layers)
    network.compile(
        optimizer=tf.keras.optimizers.SGD(0.1, momentum=0.9),
        loss=tf.keras.losses.SparseCategoricalCrossentropy(from_logits=True),
        metrics=["accuracy"],
    )

history = network.fit(digits("train"), epochs=3, verbose=0).history["loss"]
for epoch, loss in enumerate(history):
    print(f"epoch {epoch + 1}/{len(history)} loss {loss:.4f}", flush=True)
_, accuracy = network.evaluate(digits("test"), verbose=0)
print(f"{task}: {strategy.num_replicas_in_sync} in step, test accuracy {accuracy * 100:.2f} %", flush=True)
