"""The fine-tuned encoder as ONNX, its matrices in eight bits."""

import tempfile
from pathlib import Path
from typing import Any

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper
from onnxruntime.quantization import QuantType, quantize_dynamic

from training.encoder import ATTENTION_HEADS, LAYERS, WIDTH, Weights


class _Graph:
    """Nodes in the order in which they are asked for; every method gives the name of what it makes."""

    def __init__(self, weights: Weights) -> None:
        self.weights = weights
        self.nodes: list[Any] = []
        self.held: dict[str, Any] = {}

    def __call__(self, kind: str, *inputs: str, **attributes: Any) -> str:
        name = f"{kind}_{len(self.nodes)}"
        self.nodes.append(helper.make_node(kind, list(inputs), [name], name=name, **attributes))
        return name

    def hold(self, name: str, value: NDArray[Any]) -> str:
        self.held[name] = numpy_helper.from_array(np.ascontiguousarray(value), name)
        return name

    def weight(self, name: str, *, turned: bool = False) -> str:
        value = self.weights[name].numpy()
        return self.hold(f"{name}.T" if turned else name, value.T if turned else value)

    def constant(self, value: float | list[int]) -> str:
        kind = np.float32 if isinstance(value, float) else np.int64
        return self.hold(f"constant {value}", np.array(value, kind))

    def linear(self, x: str, name: str) -> str:
        product = self("MatMul", x, self.weight(f"{name}.weight", turned=True))
        return self("Add", product, self.weight(f"{name}.bias"))

    def norm(self, x: str, name: str) -> str:
        scale, shift = self.weight(f"{name}.weight"), self.weight(f"{name}.bias")
        return self("LayerNormalization", x, scale, shift, axis=-1, epsilon=1e-12)


def exported(weights: Weights) -> bytes:
    """The bytes of the model: `ids` and `mask` in, a row of values a text out."""
    graph = helper.make_graph(*_forward(weights))
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 20)], ir_version=9)
    onnx.checker.check_model(model)
    with tempfile.TemporaryDirectory() as folder:
        whole, small = Path(folder) / "whole.onnx", Path(folder) / "small.onnx"
        onnx.save(model, whole)
        quantize_dynamic(whole, small, weight_type=QuantType.QInt8, per_channel=True)
        return small.read_bytes()


def _forward(weights: Weights) -> tuple[list[Any], str, list[Any], list[Any], list[Any]]:
    g = _Graph(weights)
    x = _embedded(g)
    seen = g("Unsqueeze", g("Cast", "mask", to=TensorProto.FLOAT), g.constant([1, 2]))
    hidden = g("Mul", g("Sub", g.constant(1.0), seen), g.constant(-10000.0))
    for layer in (f"encoder.layer.{number}" for number in range(LAYERS)):
        x = g.norm(
            g("Add", x, _attended(g, x, hidden, layer)), f"{layer}.attention.output.LayerNorm"
        )
        inner = g("Gelu", g.linear(x, f"{layer}.intermediate.dense"))
        x = g.norm(
            g("Add", x, g.linear(inner, f"{layer}.output.dense")), f"{layer}.output.LayerNorm"
        )
    kept = g("Unsqueeze", g("Cast", "mask", to=TensorProto.FLOAT), g.constant([2]))
    total = g("ReduceSum", g("Mul", x, kept), g.constant([1]), keepdims=0)
    mean = g("Div", total, g("ReduceSum", kept, g.constant([1]), keepdims=0))
    g.nodes.append(helper.make_node("Identity", [g.linear(mean, "head")], ["values"]))
    rows, length = "texts", "pieces"
    inputs = [
        helper.make_tensor_value_info(name, TensorProto.INT64, [rows, length])
        for name in ("ids", "mask")
    ]
    outputs = [helper.make_tensor_value_info("values", TensorProto.FLOAT, [rows, None])]
    return g.nodes, "encoder", inputs, outputs, list(g.held.values())


def _embedded(g: _Graph) -> str:
    words = g("Gather", g.weight("embeddings.word_embeddings.weight"), "ids")
    length = g("Slice", g("Shape", "ids"), g.constant([1]), g.constant([2]))
    table = (
        g.weights["embeddings.position_embeddings.weight"]
        + g.weights["embeddings.token_type_embeddings.weight"][0]
    )
    places = g("Slice", g.hold("places", table.numpy()), g.constant([0]), length, g.constant([0]))
    return g.norm(g("Add", words, places), "embeddings.LayerNorm")


def _attended(g: _Graph, x: str, hidden: str, layer: str) -> str:
    def heads(part: str, order: list[int]) -> str:
        apart = g(
            "Reshape",
            g.linear(x, f"{layer}.attention.self.{part}"),
            g.constant([0, 0, ATTENTION_HEADS, WIDTH // ATTENTION_HEADS]),
        )
        return g("Transpose", apart, perm=order)

    query = g(
        "Mul", heads("query", [0, 2, 1, 3]), g.constant(float((WIDTH // ATTENTION_HEADS) ** -0.5))
    )
    each = g("Add", g("MatMul", query, heads("key", [0, 2, 3, 1])), hidden)
    mixed = g("MatMul", g("Softmax", each, axis=-1), heads("value", [0, 2, 1, 3]))
    joined = g("Reshape", g("Transpose", mixed, perm=[0, 2, 1, 3]), g.constant([0, 0, WIDTH]))
    return g.linear(joined, f"{layer}.attention.output.dense")
