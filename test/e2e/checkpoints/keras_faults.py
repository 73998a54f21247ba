"""A Keras training with recipes/checkpoints/keras_checkpoint.py whose process is killed at every call by which its second checkpoint is written,
one after the other. What is left is the first or the second, whole; and the training that goes on ends as one that nobody disturbed. Prints
how many calls there were. Each run is a fork from before TensorFlow does anything: to import it takes longer than all the rest."""
import os
import shutil
import signal
import sys
import tempfile
import traceback
import zipfile

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
os.environ["CUDA_VISIBLE_DEVICES"] = "-1"
sys.path.insert(0, sys.argv[1])
import numpy
import tensorflow as tf
from tensorflow import keras

from keras_checkpoint import KerasCheckpoints

epochs = 3


def build_model():
    keras.utils.set_random_seed(5)
    model = keras.Sequential([keras.layers.Input((4,)), keras.layers.Dense(8, "tanh"), keras.layers.Dense(1)])
    # Both have a state of their own: momentum, and how many steps it was.
    rate = keras.optimizers.schedules.ExponentialDecay(0.05, 4, 0.8)
    model.compile(keras.optimizers.SGD(rate, momentum=0.9), "mse")
    return model


def train(folder, until):
    checkpoints = KerasCheckpoints(folder, keep=1)
    model, done = checkpoints.resume(build_model)
    x = numpy.random.RandomState(1).rand(32, 4).astype("float32")
    y = (x**2).sum(1, keepdims=True)
    model.fit(x, y, batch_size=8, epochs=until, initial_epoch=done, shuffle=False, verbose=0, callbacks=[checkpoints])
    return model


def weights(model):
    return b"".join(array.tobytes() for array in model.get_weights())


def in_fork(work):
    """What `work` writes into the file it is given, and whether it was killed."""
    handle, path = tempfile.mkstemp()
    os.close(handle)
    child = os.fork()
    if child == 0:
        code = 1
        try:
            tf.config.threading.set_intra_op_parallelism_threads(1)
            tf.config.threading.set_inter_op_parallelism_threads(1)
            tf.config.experimental.enable_op_determinism()
            with open(path, "wb") as out:
                out.write(work())
            code = 0
        except BaseException:
            traceback.print_exc()
        os._exit(code)
    _, status = os.waitpid(child, 0)
    with open(path, "rb") as file:
        answer = file.read()
    os.unlink(path)
    killed = os.WIFSIGNALED(status)
    assert killed or os.waitstatus_to_exitcode(status) == 0, status
    return answer, killed


def killed_at(folder, at):
    """Trains to the end of the second epoch, or to the call number `at` that changes the folder."""
    calls = 0

    def count():
        nonlocal calls
        calls += 1
        if calls == at:
            os.kill(os.getpid(), signal.SIGKILL)

    def counted(function):
        def call(*arguments, **named):
            count()
            return function(*arguments, **named)

        return call

    def audit(event, arguments):
        inside = arguments and str(arguments[0]).startswith(folder)
        if inside and (event in ("os.mkdir", "os.rename", "os.rmdir", "os.remove") or (event == "open" and "w" in str(arguments[1]))):
            count()

    sys.addaudithook(audit)
    os.fsync = counted(os.fsync)
    for name in ("open", "writestr", "close"):
        setattr(zipfile.ZipFile, name, counted(getattr(zipfile.ZipFile, name)))
    return weights(train(folder, 2))


def left(folder):
    model, done = KerasCheckpoints(folder).resume(build_model)
    return bytes([done]) + weights(model)


def run(until):
    return in_fork(lambda: weights(train(tempfile.mkdtemp(), until)))[0]


expected = {until: run(until) for until in range(1, epochs + 1)}
assert len(set(expected.values())) == epochs
first = tempfile.mkdtemp()
in_fork(lambda: weights(train(first, 1)))
at = 0
while True:
    at += 1
    folder = os.path.join(tempfile.mkdtemp(), "checkpoints")
    shutil.copytree(first, folder)
    _, killed = in_fork(lambda: killed_at(folder, at))
    found, _ = in_fork(lambda: left(folder))
    assert found[0] in (1, 2) and found[1:] == expected[found[0]], (at, found[0])
    ended, _ = in_fork(lambda: weights(train(folder, epochs)))
    assert ended == expected[epochs], at
    assert len(os.listdir(folder)) == 1, (at, os.listdir(folder))
    shutil.rmtree(os.path.dirname(folder))
    if not killed:
        assert found[0] == 2
        break
print(at - 1)
