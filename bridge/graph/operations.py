"""The operations that a captured network may consist of, and how each is understood.

| kind | what it does with numbers | understood by |
|---|---|---|
| `INPUT`, `CONSTANT` | given | everything |
| `MOVING` | puts entries elsewhere: views, slices, permutations, look-ups | everything |
| `LINEAR` | sums and products, of which one factor is constant in a PyTorch layer | everything |
| `PIECEWISE` | the same, by cases: ReLU, maxima, clamps | everything |
| `SMOOTH` | softmax, GELU, roots, …: irrational values | replay, intervals, certified balls |
| `DISCRETE` | sizes, positions, masks: no real number | everything, by running it |
| `CHECK` | asserts something that the capture has fixed | nothing: it is left out |

What is not listed is refused by name when a network is captured. A new operation is one line here and,
unless it only moves entries, one rule in `graph.rules`.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import final

__all__ = ["CONSTANT", "INPUT", "OPERATIONS", "OpKind", "Operation", "operation_of"]


class OpKind(Enum):
    """How an operation treats numbers."""

    INPUT = "input"
    CONSTANT = "constant"
    MOVING = "moving"
    LINEAR = "linear"
    PIECEWISE = "piecewise linear"
    SMOOTH = "smooth"
    DISCRETE = "discrete"
    CHECK = "check"


@final
@dataclass(frozen=True, slots=True)
class Operation:
    """An operation by its PyTorch name without the overload, such as `linear`."""

    name: str
    kind: OpKind


INPUT = Operation("input", OpKind.INPUT)
CONSTANT = Operation("constant", OpKind.CONSTANT)

_NAMES = {
    OpKind.MOVING: (
        "alias cat chunk clone contiguous detach diagonal dropout embedding expand expand_as "
        "flatten flip gather getitem index index_select lift_fresh_copy movedim narrow permute "
        "pixel_shuffle repeat repeat_interleave reshape roll select slice split "
        "split_with_sizes squeeze stack swapaxes t to _to_copy type_as transpose tril triu unbind unflatten "
        "unfold unsqueeze view view_as zeros_like ones_like full_like pad constant_pad_nd "
        "masked_fill where zeros ones full new_zeros new_ones scalar_tensor"
    ),
    OpKind.LINEAR: (
        "add sub rsub neg mul div linear addmm mm bmm matmul baddbmm sum mean cumsum conv1d conv2d "
        "conv3d avg_pool1d avg_pool2d adaptive_avg_pool1d adaptive_avg_pool2d batch_norm einsum square"
    ),
    OpKind.PIECEWISE: (
        "relu leaky_relu relu6 hardtanh abs maximum minimum max_pool1d max_pool2d clamp clamp_min "
        "clamp_max amax amin threshold prelu"
    ),
    OpKind.SMOOTH: (
        "gelu silu sigmoid tanh softmax _softmax log_softmax layer_norm native_layer_norm rms_norm "
        "group_norm scaled_dot_product_attention exp log sqrt rsqrt reciprocal pow erf cos sin "
        "elu softplus mish logsigmoid"
    ),
    OpKind.DISCRETE: (
        "arange eye sym_size eq ne lt le gt ge __and__ __or__ logical_and logical_or logical_not "
        "bitwise_and bitwise_or bitwise_not diff any all argmax floor_divide floordiv remainder "
        "sym_min sym_max sym_int new_full isinf isneginf one_hot"
    ),
    OpKind.CHECK: "_assert_tensor_metadata _assert_scalar sym_constrain_range_for_size",
}

OPERATIONS: dict[str, Operation] = {
    name: Operation(name, kind) for kind, names in _NAMES.items() for name in names.split()
}


def operation_of(target: object) -> Operation | None:
    """The operation of a PyTorch operator or of a function of sizes; `None` if it is not supported."""
    packet = getattr(target, "overloadpacket", None)
    if packet is not None:
        return OPERATIONS.get(packet.__name__)
    return OPERATIONS.get(getattr(target, "__name__", ""))
