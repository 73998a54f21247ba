# Digits, by Lightning, with its own logger for MLflow.
import pytorch_lightning as pl
import torch
from pytorch_lightning.loggers import MLFlowLogger
from sklearn.datasets import load_digits
from torch.utils.data import DataLoader, TensorDataset


class Digits(pl.LightningModule):
    def __init__(self, rate=0.01):
        super().__init__()
        self.save_hyperparameters()
        self.layer = torch.nn.Linear(64, 10)

    def training_step(self, batch, _):
        x, y = batch
        loss = torch.nn.functional.cross_entropy(self.layer(x), y)
        self.log("train_loss", loss)
        return loss

    def validation_step(self, batch, _):
        x, y = batch
        self.log("val_acc", (self.layer(x).argmax(1) == y).float().mean())

    def configure_optimizers(self):
        return torch.optim.SGD(self.parameters(), lr=self.hparams.rate)


x, y = load_digits(return_X_y=True)
data = DataLoader(TensorDataset(torch.tensor(x[:320]).float(), torch.tensor(y[:320])), batch_size=16)
trainer = pl.Trainer(
    max_epochs=2, accelerator="cpu", enable_progress_bar=False, log_every_n_steps=5, default_root_dir="out",
    logger=MLFlowLogger(experiment_name="digits", log_model=True),
)
trainer.fit(Digits(), data, data)
