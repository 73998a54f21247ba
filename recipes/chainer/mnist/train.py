"""Trains a small network on handwritten digits with ChainerMN: one rank per process, gradients averaged over MPI."""
import argparse
import os

import numpy
import chainer
import chainer.functions as functions
import chainer.links as links
import chainermn

options = argparse.ArgumentParser()
options.add_argument("--data", required=True)
options.add_argument("--communicator", default="naive")
options.add_argument("--epochs", type=int, default=3)
options = options.parse_args()


def load(half):
    def read(part, header):
        return numpy.fromfile(os.path.join(options.data, f"{half}-{part}-ubyte"), dtype=numpy.uint8)[header:]

    return read("images-idx3", 16).reshape(-1, 784).astype(numpy.float32) / 255, read("labels-idx1", 8).astype(numpy.int32)


world = chainermn.create_communicator(options.communicator)
print(f"rank {world.rank} of {world.size} on {os.environ['AZ_BATCH_NODE_ID']}", flush=True)

network = chainer.Sequential(links.Linear(784, 64), functions.relu, links.Linear(64, 10))
optimizer = chainermn.create_multi_node_optimizer(chainer.optimizers.MomentumSGD(lr=0.1), world)
optimizer.setup(network)

# The first rank has all digits and hands out equal shares.
digits = chainer.datasets.TupleDataset(*load("train")) if world.rank == 0 else None
mine = chainermn.scatter_dataset(digits, world, shuffle=True, seed=7)
batches = chainer.iterators.SerialIterator(mine, 64 // world.size)
losses = []
while batches.epoch < options.epochs:
    pixels, labels = chainer.dataset.concat_examples(batches.next())
    loss = functions.softmax_cross_entropy(network(pixels), labels)
    network.cleargrads()
    loss.backward()
    optimizer.update()
    losses.append(float(loss.array))
    if batches.is_new_epoch and world.rank == 0:
        print(f"epoch {batches.epoch}/{options.epochs} loss {numpy.mean(losses):.4f}", flush=True)
        losses.clear()

pixels, labels = load("test")
with chainer.using_config("train", False), chainer.no_backprop_mode():
    accuracy = float(functions.accuracy(network(pixels), labels).array)
accuracy = world.allreduce_obj(accuracy) / world.size
if world.rank == 0:
    print(f"test accuracy {accuracy * 100:.2f} % on {len(labels)} held-out digits", flush=True)
