# A tiny language model with random weights, by Hugging Face's Trainer. Where it reports to: the first word.
import sys

import torch
from transformers import GPT2Config, GPT2LMHeadModel, Trainer, TrainingArguments

ids = torch.randint(0, 50, (64, 16), generator=torch.Generator().manual_seed(7))
data = [{"input_ids": row, "labels": row} for row in ids]
model = GPT2LMHeadModel(GPT2Config(vocab_size=50, n_positions=16, n_embd=16, n_layer=1, n_head=2))
settings = TrainingArguments(
    output_dir="out", num_train_epochs=2, per_device_train_batch_size=8, logging_steps=4, eval_strategy="epoch",
    save_strategy="no", use_cpu=True, disable_tqdm=True, report_to=sys.argv[1],
)
Trainer(model=model, args=settings, train_dataset=data, eval_dataset=data[:16]).train()
