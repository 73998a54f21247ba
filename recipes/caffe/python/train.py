"""Trains the network of the neighbour recipe (caffe/solver) through Caffe's Python interface."""
import argparse

import caffe

options = argparse.ArgumentParser()
options.add_argument("--solver", required=True)
options.add_argument("--iterations", type=int, default=1000)
options = options.parse_args()

caffe.set_mode_cpu()
solver = caffe.get_solver(options.solver)
for iteration in range(0, options.iterations, 100):
    solver.step(100)
    print(f"iteration {iteration + 100} loss {float(solver.net.blobs['loss'].data):.4f}", flush=True)
solver.test_nets[0].forward()
print(f"test accuracy {float(solver.test_nets[0].blobs['accuracy'].data):.4f}", flush=True)
