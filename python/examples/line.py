"""A model that any Python trains in a moment: which side of a line points lie on, by logistic regression."""

import math
import os
import random
import sys


def points(count, seed):
    chance = random.Random(seed)
    made = [(chance.uniform(-1, 1), chance.uniform(-1, 1)) for _ in range(count)]
    return [(x, y, 1.0 if x + 2 * y > 0.1 else 0.0) for x, y in made]


def train(rate, epochs=20):
    a = b = c = 0.0
    for _ in range(epochs):
        for x, y, side in points(200, seed=1):
            error = side - 1 / (1 + math.exp(-(a * x + b * y + c)))
            a, b, c = a + rate * error * x, b + rate * error * y, c + rate * error
    right = sum((a * x + b * y + c > 0) == (side > 0.5) for x, y, side in points(500, seed=2))
    return {"accuracy": right / 500}


if __name__ == "__main__":
    accuracy = train(float(sys.argv[1]))["accuracy"]
    print(f"accuracy {accuracy}")
    with open(os.path.join(os.environ["AZ_BATCHAI_OUTPUT_OUTPUTS"], "accuracy.txt"), "w") as file:
        file.write(f"{accuracy}\n")
