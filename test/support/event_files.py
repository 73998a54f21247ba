# Writes files for TensorBoard with TensorFlow, in each of its styles, and compares what the forwarder reads with what TensorBoard reads.
# `event_files.py FORWARDER FOLDER`: prints a line of JSON for each file. `… --time`: seconds that each takes for a million points.
import glob
import importlib.util
import json
import struct
import sys
import time

spec = importlib.util.spec_from_file_location("tfevents", sys.argv[1] + "/tfevents.py")
tfevents = importlib.util.module_from_spec(spec)
spec.loader.exec_module(tfevents)
folder = sys.argv[2]


def plain(points):
    return sorted((tag, step, seconds, "NaN" if value != value else value) for tag, step, seconds, value in points)


def ours(path):
    points = []
    with open(path, "rb") as file:
        data = file.read()
    assert tfevents.Events().read(data, points) == len(data)
    return points


def theirs(path):
    from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
    from tensorboard.util import tensor_util

    events = EventAccumulator(path, size_guidance={"tensors": 0, "scalars": 0})
    events.Reload()
    points = []
    for tag in events.Tags()["scalars"]:
        points += [(tag, point.step, point.wall_time, point.value) for point in events.Scalars(tag)]
    for tag in events.Tags()["tensors"]:
        if events.summary_metadata[tag].plugin_data.plugin_name == "scalars":
            numbers = [(point, tensor_util.make_ndarray(point.tensor_proto).item()) for point in events.Tensors(tag)]
            points += [(tag, point.step, point.wall_time, value) for point, value in numbers]
    return points


def write():
    import numpy
    import tensorflow as tf

    writer = tf.summary.create_file_writer(folder + "/tf2")
    with writer.as_default():
        for step in range(300):
            tf.summary.scalar("loss", 1.0 / (step + 1), step=step)
            tf.summary.scalar("accuracy/top1", numpy.float64(step / 300), step=step)
            tf.summary.scalar("count", tf.constant(step, tf.int64), step=step)
            tf.summary.scalar("half", tf.constant(step, tf.float16), step=step)
        tf.summary.scalar("never", float("nan"), step=3)
        tf.summary.scalar("infinite", float("inf"), step=1 << 40)
        tf.summary.scalar("before", 1.5, step=-4)
        tf.summary.text("note", "a text", step=0)
        tf.summary.histogram("weights", [1.0, 2.0, 3.0], step=0)
    writer.close()
    with tf.Graph().as_default():
        old = tf.compat.v1.summary.FileWriter(folder + "/tf1")
        value = tf.compat.v1.Summary.Value
        for step in range(300):
            pair = [value(tag="loss", simple_value=step / 2), value(tag="other", simple_value=-step)]
            old.add_summary(tf.compat.v1.Summary(value=pair), step)
            old.add_summary(tf.compat.v1.Summary(value=pair[:1]), step)
        old.close()
    model = tf.keras.Sequential([tf.keras.layers.Dense(1)])
    model.compile("sgd", "mse")
    x = numpy.random.rand(64, 3)
    board = tf.keras.callbacks.TensorBoard(folder + "/keras", update_freq=1)
    model.fit(x, x.sum(1), validation_split=0.25, epochs=3, verbose=0, callbacks=[board])


def write_million():
    from tensorboard.compat.proto.event_pb2 import Event
    from tensorboard.compat.proto.summary_pb2 import Summary
    from tensorboard.compat.tensorflow_stub.pywrap_tensorflow import masked_crc32c

    path = folder + "/events.out.tfevents.1.million"
    with open(path, "wb") as file:
        for step in range(1000000):
            summary = Summary(value=[Summary.Value(tag="loss", simple_value=step)])
            text = Event(wall_time=step, step=step, summary=summary).SerializeToString()
            length = struct.pack("<Q", len(text))
            file.write(length + struct.pack("<I", masked_crc32c(length)) + text + struct.pack("<I", masked_crc32c(text)))
    return path


if sys.argv[3:] == ["--time"]:
    path = write_million()
    took = []
    for read in (ours, theirs):
        began = time.process_time()
        assert len(read(path)) == 1000000
        took.append(time.process_time() - began)
    print(json.dumps(took))
else:
    write()
    for path in sorted(glob.glob(folder + "/**/*tfevents*", recursive=True)):
        read = ours(path)
        tags = sorted({tag for tag, _, _, _ in read})
        print(json.dumps([path[len(folder) + 1 :].split("/events")[0], plain(read) == plain(theirs(path)), len(read), tags]))
