# Digits, by LightGBM; MLflow's autolog tells of it.
import lightgbm
import mlflow
from sklearn.datasets import load_digits

mlflow.lightgbm.autolog()
x, y = load_digits(return_X_y=True)
train = lightgbm.Dataset(x[:400], y[:400])
valid = lightgbm.Dataset(x[400:600], y[400:600], reference=train)
settings = {"objective": "multiclass", "num_class": 10, "num_leaves": 7, "num_threads": 1, "verbosity": -1}
lightgbm.train(settings, train, num_boost_round=8, valid_sets=[valid])
