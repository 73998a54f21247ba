# Digits, by scikit-learn; MLflow's autolog tells of it.
import mlflow
from sklearn.datasets import load_digits
from sklearn.model_selection import GridSearchCV
from sklearn.tree import DecisionTreeClassifier

mlflow.sklearn.autolog()
x, y = load_digits(return_X_y=True)
search = GridSearchCV(DecisionTreeClassifier(random_state=7), {"max_depth": [2, 8]}, cv=2)
search.fit(x[:400], y[:400])
