# Points in two heaps, by Keras; MLflow's autolog tells of it.
import mlflow
import numpy as np
from tensorflow import keras

# MLflow 3 has no format for a model of Keras 2.
mlflow.tensorflow.autolog(log_models=False)
rng = np.random.default_rng(7)
x = rng.normal(size=(200, 4))
y = (x.sum(axis=1) > 0).astype("int32")
model = keras.Sequential([keras.layers.Dense(2, activation="softmax")])
model.compile(keras.optimizers.Adam(0.01), "sparse_categorical_crossentropy", metrics=["accuracy"])
model.fit(x, y, epochs=3, batch_size=20, validation_split=0.2, verbose=2)
