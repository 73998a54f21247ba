"""Makes digits-svm.json: how many of scikit-learn's digits a support vector machine gets wrong (three-fold cross-validation) on a grid of
log10 C and log10 gamma. What search-quality searches is this table with straight lines between its points: a real model, thousands of
times. Run: python digits_table.py > digits-svm.json (needs scikit-learn; a minute)."""
import json

from sklearn.datasets import load_digits
from sklearn.model_selection import cross_val_score
from sklearn.svm import SVC

C = [-3 + step for step in range(8)]
GAMMA = [-6 + step for step in range(7)]
x, y = load_digits(return_X_y=True)
wrong = [[round(1 - cross_val_score(SVC(C=10**c, gamma=10**g), x, y, cv=3).mean(), 5) for g in GAMMA] for c in C]
print(json.dumps({"c": [C[0], C[-1]], "gamma": [GAMMA[0], GAMMA[-1]], "wrong": wrong}))
