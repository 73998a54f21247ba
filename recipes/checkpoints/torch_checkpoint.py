"""Checkpoints of a PyTorch training: parameters, optimizer, schedule, and the random numbers. Put checkpoint.py beside it."""
import os

import torch

from checkpoint import Checkpoints


class TorchCheckpoints(Checkpoints):
    """`parts`: what has `state_dict` and `load_state_dict` (network, optimizer, scheduler, scaler), by name."""

    def __init__(self, parts, folder=None, keep=3, rank=0):
        super().__init__(folder, keep)
        self.parts, self.rank = parts, rank

    def save_training(self, step):
        """After `step` steps (or epochs) are done. Only rank 0 writes; the others need not wait."""
        if self.rank != 0:
            return
        state = {name: part.state_dict() for name, part in self.parts.items()}
        random = {"cpu": torch.get_rng_state()}
        if torch.cuda.is_available():
            random["cuda"] = torch.cuda.get_rng_state_all()
        self.save(step, {"training.pt": lambda path: torch.save({"parts": state, "random": random}, path)})

    def resume(self):
        """Puts the newest complete checkpoint into the parts. Returns how many steps are done: 0 where there is none."""
        found = self.latest()
        if found is None:
            return 0
        step, folder = found
        loaded = torch.load(os.path.join(folder, "training.pt"), map_location="cpu")
        for name, part in self.parts.items():
            part.load_state_dict(loaded["parts"][name])
        torch.set_rng_state(loaded["random"]["cpu"])
        if torch.cuda.is_available() and "cuda" in loaded["random"]:
            torch.cuda.set_rng_state_all(loaded["random"]["cuda"])
        return step
