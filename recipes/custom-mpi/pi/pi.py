"""Computes pi with every rank taking its share of the strips, and tells where each rank ran."""
import os
import socket

from mpi4py import MPI

world = MPI.COMM_WORLD
strips = int(os.environ["STRIPS"])
mine = sum(4 / (1 + ((strip + 0.5) / strips) ** 2) for strip in range(world.rank, strips, world.size))
pi = world.reduce(mine / strips, root=0)

with open(os.path.join(os.environ["AZ_BATCHAI_OUTPUT_SHARES"], f"{world.rank}.txt"), "w") as file:
    file.write(f"{mine}\n")
print(f"rank {world.rank} of {world.size} on {os.environ['AZ_BATCH_NODE_ID']} ({socket.gethostname()})", flush=True)
world.Barrier()
if world.rank == 0:
    print(f"pi is about {pi:.6f}", flush=True)
