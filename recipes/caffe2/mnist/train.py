"""Trains a small network on handwritten digits with Caffe2: one process a node, which meet in files of a shared folder."""
import argparse
import os

import numpy
from caffe2.python import brew, core, data_parallel_model, model_helper, optimizer, workspace

options = argparse.ArgumentParser()
options.add_argument("--data", required=True)
options.add_argument("--shards", type=int, required=True)
options.add_argument("--shard", type=int, required=True)
options.add_argument("--rendezvous", required=True)
options.add_argument("--iterations", type=int, default=1000)
options = options.parse_args()


def read(part, header):
    return numpy.fromfile(os.path.join(options.data, f"train-{part}-ubyte"), dtype=numpy.uint8)[header:]


pixels = read("images-idx3", 16).reshape(-1, 784).astype(numpy.float32)[options.shard :: options.shards] / 255
labels = read("labels-idx1", 8).astype(numpy.int32)[options.shard :: options.shards]
workspace.RunOperatorOnce(core.CreateOperator("FileStoreHandlerCreate", [], ["store"], path=options.rendezvous))
meeting = dict(
    kv_handler="store", num_shards=options.shards, shard_id=options.shard, engine="GLOO", transport="tcp", exit_nets=None
)
model = model_helper.ModelHelper(name="digits")


def inputs(model):
    """The batch is fed from outside, see below."""


def network(model, loss_scale):
    brew.fc(model, "data", "hidden", dim_in=784, dim_out=64)
    brew.relu(model, "hidden", "hidden")
    brew.fc(model, "hidden", "scores", dim_in=64, dim_out=10)
    _, loss = model.SoftmaxWithLoss(["scores", "label"], ["softmax", "loss"])
    return [model.Scale(loss, "scaled_loss", scale=loss_scale)]


def feed(iteration):
    chosen = numpy.arange(iteration * 32, iteration * 32 + 32) % len(labels)
    workspace.FeedBlob("cpu_0/data", pixels[chosen])
    workspace.FeedBlob("cpu_0/label", labels[chosen])


feed(0)
data_parallel_model.Parallelize(
    model,
    input_builder_fun=inputs,
    forward_pass_builder_fun=network,
    optimizer_builder_fun=lambda model: optimizer.build_sgd(model, base_learning_rate=0.1),
    devices=[0],
    rendezvous=meeting,
    cpu_device=True,
)
workspace.RunNetOnce(model.param_init_net)
workspace.CreateNet(model.net)
for iteration in range(options.iterations):
    feed(iteration)
    workspace.RunNet(model.net)
    if iteration % 100 == 99:
        loss = float(workspace.FetchBlob("cpu_0/loss"))
        print(f"shard {options.shard}: iteration {iteration + 1} loss {loss:.4f}", flush=True)
