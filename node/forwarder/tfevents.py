# Reads the scalars of TensorBoard's event files (TFRecord frames around messages `Event`, by their public descriptions in TensorFlow's
# record_writer and event.proto): of `SummaryWriter` of PyTorch, `tf.summary` of both styles, Keras. What is no scalar is passed over.
# Checksums are not compared: a frame whose end is not there yet is read later, from its beginning.
import struct

MOST_RECORD = 64 * 1024 * 1024
FRAME, FLOAT, DOUBLE = struct.Struct("<Q4x"), struct.Struct("<f"), struct.Struct("<d")
# By number of the type in tensorflow's types.proto: how one number lies in a tensor's bytes.
TYPES = {1: FLOAT, 2: DOUBLE, 3: struct.Struct("<i"), 5: struct.Struct("<h"), 6: struct.Struct("<b")}
TYPES.update({4: struct.Struct("<B"), 9: struct.Struct("<q"), 19: struct.Struct("<e")})


def varint(data, at):
    value = shift = 0
    while True:
        byte = data[at]
        at += 1
        value |= (byte & 127) << shift
        if byte < 128:
            return value, at
        shift += 7


def signed(value):
    return value - (1 << 64) if value >= 1 << 63 else value


def fields(data, at, end):
    """(number, kind, value, end of the field): a number, or where the field's bytes begin."""
    while at < end:
        key, at = varint(data, at)
        number, kind = key >> 3, key & 7
        begin = at
        if kind == 0:
            begin, at = varint(data, at)
        elif kind == 1:
            at += 8
        elif kind == 5:
            at += 4
        elif kind == 2:
            length, begin = varint(data, at)
            at = begin + length
        else:
            raise ValueError("a field of kind %d" % kind)
        if at > end:
            raise ValueError("a field that is longer than its message")
        yield number, kind, begin, at


class Events:
    """What one writer writes: its tags, and how the records of each look."""

    def __init__(self):
        self.scalar_tags = set()
        # Records of a tag differ in time, step and value alone. By length: where the value lies; by what is around it: whose it is.
        self.layouts = {}
        self.tags = {}

    def read(self, data, points):
        """Adds (tag, step, seconds since 1970, value) of each scalar in whole records; how many bytes these are. ValueError: no such file."""
        at, size, known, layouts, frame = 0, len(data), self.tags, self.layouts, FRAME.unpack_from
        while at + 12 <= size:
            length = frame(data, at)[0]
            begin = at + 12
            end = begin + length
            if length > MOST_RECORD:
                raise ValueError("a record of %d bytes" % length)
            if end + 4 > size:
                break
            if length > 10 and data[begin] == 9:
                rest, step = begin + 9, 0
                if data[rest] == 16:
                    step, rest = varint(data, rest + 1)
                for value_at, value_end, unpack in layouts.get(end - rest, ()):
                    tag = known.get(data[rest : rest + value_at] + data[rest + value_end : end])
                    if tag is not None:
                        points.append((tag, signed(step), DOUBLE.unpack_from(data, begin + 1)[0], unpack(data, rest + value_at)[0]))
                        break
                else:
                    self._read_event(data, begin, rest, end, points)
            else:
                self._read_event(data, begin, begin, end, points)
            at = end + 4
        return at

    def _read_event(self, data, begin, rest, end, points):
        seconds, step, found = 0.0, 0, []
        try:
            for number, kind, value, after in fields(data, begin, end):
                if (number, kind) == (1, 1):
                    seconds = DOUBLE.unpack_from(data, value)[0]
                elif (number, kind) == (2, 0):
                    step = signed(value)
                elif (number, kind) == (5, 2):
                    for inner, inner_kind, start, stop in fields(data, value, after):
                        if (inner, inner_kind) == (1, 2):
                            found += self._scalar(data, start, stop)
        except (IndexError, struct.error):
            raise ValueError("a record that is no event")
        for tag, packed, where in found:
            points.append((tag, step, seconds, packed.unpack_from(data, where)[0]))
        if len(found) == 1 and rest > begin:
            tag, packed, where = found[0]
            layout = (where - rest, where - rest + packed.size, packed.unpack_from)
            places = self.layouts.setdefault(end - rest, [])
            if layout not in places:
                places.append(layout)
            self.tags[data[rest:where] + data[where + packed.size : end]] = tag

    def _scalar(self, data, at, end):
        """[(tag, how the number is packed, where)] of a Summary.Value; empty where it is no scalar."""
        tag, place, plugin = "", None, None
        for number, kind, value, after in fields(data, at, end):
            if (number, kind) == (1, 2):
                tag = data[value:after].decode("utf-8", "replace")
            elif (number, kind) == (2, 5):
                place, plugin = (FLOAT, value), "scalars"
            elif (number, kind) == (8, 2):
                place = self._number_of_tensor(data, value, after)
            elif (number, kind) == (9, 2):
                plugin = plugin or self._plugin(data, value, after)
        if plugin == "scalars":
            self.scalar_tags.add(tag)
        if place is None or tag not in self.scalar_tags:
            return []
        return [(tag,) + place]

    @staticmethod
    def _plugin(data, at, end):
        for number, kind, value, after in fields(data, at, end):
            if (number, kind) == (1, 2):
                for inner, inner_kind, start, stop in fields(data, value, after):
                    if (inner, inner_kind) == (1, 2):
                        return data[start:stop].decode("utf-8", "replace")
        return None

    @staticmethod
    def _number_of_tensor(data, at, end):
        """Where the one number of a tensor lies; None where it has another number of them, or is of a type that is not here."""
        packed, place = None, None
        for number, kind, value, after in fields(data, at, end):
            if (number, kind) == (1, 0):
                packed = TYPES.get(value)
            elif number == 4 and kind == 2:
                place = (value, after)
            elif number in (5, 6) and kind in (2, 1, 5):
                packed = FLOAT if number == 5 else DOUBLE
                place = (value, after)
        if packed is None or place is None or place[1] - place[0] != packed.size:
            return None
        return packed, place[0]
