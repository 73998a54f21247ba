"""What the tests run on nodes."""


def add(a, b=0):
    return {"sum": a + b}


def fail(word):
    raise KeyError(word)


class Stubborn(Exception):
    def __init__(self, one, two):
        super().__init__(f"{one} {two}")


def fail_stubbornly():
    raise Stubborn("cannot", "travel")


def accuracy(rate, kind):
    return {"accuracy": 1 - abs(rate - 0.5), "isDeep": kind == "deep"}
