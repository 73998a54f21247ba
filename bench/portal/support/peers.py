"""The same finished trials in the stores of Optuna and MLflow: trials.json FOLDER -> FOLDER/optuna.log, FOLDER/mlflow.db"""
import json
import sys
import uuid

trials, folder = json.load(open(sys.argv[1])), sys.argv[2]


def fill_optuna():
    import optuna
    from optuna.storages import JournalStorage
    from optuna.storages.journal import JournalFileBackend

    optuna.logging.set_verbosity(optuna.logging.ERROR)
    storage = JournalStorage(JournalFileBackend(folder + "/optuna.log"))
    study = optuna.create_study(storage=storage, study_name="large", direction="minimize")
    ranges = {
        name: optuna.distributions.FloatDistribution(1e-5 if name == "X0" else 0, 1, log=name == "X0")
        for name in trials[0]["parameters"]
    }
    state = optuna.trial.TrialState
    for trial in trials:
        study.add_trial(
            optuna.trial.create_trial(
                params=trial["parameters"],
                distributions=ranges,
                value=None if trial["failed"] else trial["values"][-1],
                intermediate_values=dict(enumerate(trial["values"])),
                state=state.FAIL if trial["failed"] else state.COMPLETE,
            )
        )


def fill_mlflow():
    from mlflow.store.tracking.dbmodels.models import SqlLatestMetric, SqlMetric, SqlParam, SqlRun, SqlTag
    from mlflow.store.tracking.sqlalchemy_store import SqlAlchemyStore

    store = SqlAlchemyStore("sqlite:///%s/mlflow.db" % folder, folder + "/artifacts")
    experiment = store.create_experiment("large")
    with store.ManagedSessionMaker() as session:
        for number, trial in enumerate(trials):
            run = uuid.uuid4().hex
            session.add(
                SqlRun(run_uuid=run, name="trial-%d" % number, experiment_id=int(experiment), user_id="u", source_type="LOCAL", source_name="",
                    entry_point_name="", source_version="", status="FAILED" if trial["failed"] else "FINISHED", start_time=1700000000000 + number,
                    end_time=1700000001000 + number, lifecycle_stage="active", artifact_uri="%s/artifacts/%s" % (folder, run))
            )
            session.add_all(SqlParam(run_uuid=run, key=key, value=str(value)) for key, value in trial["parameters"].items())
            session.add_all(
                SqlMetric(run_uuid=run, key="loss", value=value, timestamp=1700000000000 + step, step=step, is_nan=False)
                for step, value in enumerate(trial["values"])
            )
            last = len(trial["values"]) - 1
            session.add(SqlLatestMetric(run_uuid=run, key="loss", value=trial["values"][last], timestamp=1700000000000 + last, step=last, is_nan=False))
            session.add(SqlTag(run_uuid=run, key="mlflow.runName", value="trial-%d" % number))
            if number % 500 == 499:
                session.flush()
    print(experiment)


fill_optuna()
fill_mlflow()
