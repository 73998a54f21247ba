"""Trains a small network on handwritten digits with CNTK 2; under MPI the ranks average their gradients."""
import argparse
import os

import cntk
import numpy

options = argparse.ArgumentParser()
options.add_argument("--datadir", required=True)
options.add_argument("--outputdir", required=True)
options.add_argument("--epochs", type=int, default=5)
options = options.parse_args()


def load(half):
    def read(part, header):
        path = os.path.join(options.datadir, f"{half}-{part}-ubyte")
        return numpy.fromfile(path, dtype=numpy.uint8)[header:]

    pixels = read("images-idx3", 16).reshape(-1, 784).astype(numpy.float32) / 255
    return pixels, numpy.eye(10, dtype=numpy.float32)[read("labels-idx1", 8)]


features, labels = cntk.input_variable(784), cntk.input_variable(10)
network = cntk.layers.Sequential([cntk.layers.Dense(64, cntk.relu), cntk.layers.Dense(10)])(features)
loss = cntk.cross_entropy_with_softmax(network, labels)
errors = cntk.classification_error(network, labels)
learner = cntk.sgd(network.parameters, cntk.learning_parameter_schedule(0.1))
ranks = cntk.distributed.Communicator.num_workers()
rank = cntk.distributed.Communicator.rank()
if ranks > 1:
    learner = cntk.train.distributed.data_parallel_distributed_learner(learner)
trainer = cntk.Trainer(network, (loss, errors), [learner])

pixels, targets = (values[rank::ranks] for values in load("train"))
for epoch in range(options.epochs):
    for start in range(0, len(pixels), 64):
        trainer.train_minibatch({features: pixels[start : start + 64], labels: targets[start : start + 64]})
    print(f"rank {rank}: epoch {epoch + 1} loss {trainer.previous_minibatch_loss_average:.4f}", flush=True)

pixels, targets = load("test")
if rank == 0:
    print(f"test error {trainer.test_minibatch({features: pixels, labels: targets}):.4f}", flush=True)
    network.save(os.path.join(options.outputdir, "network.model"))
cntk.distributed.Communicator.finalize()
