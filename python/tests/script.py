"""As a person would have it: a function and its call in one file."""

import os

import openbatchai as ob


class Point:
    def __init__(self, x):
        self.x = x


def moved(point, by):
    return Point(point.x + by)


if __name__ == "__main__":
    here = os.path.dirname(os.path.abspath(__file__))
    print(ob.remote(moved, code=here)(Point(1), by=2).result().x)
