"""Checkpoints of a Keras training, optimizer and all: one after each epoch. Put checkpoint.py beside it.

    checkpoints = KerasCheckpoints()
    model, done = checkpoints.resume(build_model)
    model.fit(data, epochs=20, initial_epoch=done, callbacks=[checkpoints])
"""
import os

from tensorflow import keras

from checkpoint import Checkpoints


class KerasCheckpoints(keras.callbacks.Callback):
    def __init__(self, folder=None, keep=3, writes=True, file="model.keras"):
        """`writes`: whether this process is the one of the job that writes. `file`: `model.h5` for versions before 2.12."""
        super().__init__()
        self.store, self.writes, self.file = Checkpoints(folder, keep), writes, file
        self.store.stop_on_sigterm()

    def resume(self, build_model):
        """The model of the newest complete checkpoint and its epochs; where there is none, a new one and 0."""
        found = self.store.latest()
        if found is None:
            return build_model(), 0
        epochs, folder = found
        return keras.models.load_model(os.path.join(folder, self.file)), epochs

    def on_epoch_end(self, epoch, logs=None):
        if self.writes:
            self.store.save(epoch + 1, {self.file: self.model.save})
        if self.store.stop_asked:
            raise SystemExit(143)
