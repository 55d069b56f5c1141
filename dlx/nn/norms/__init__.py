"""Norms: what may stand between Z = W·A + b and the activation of a layer, a kind in each file."""

from dlx.nn.norms.batch_norm import BatchNorm as BatchNorm
from dlx.nn.norms.layer_norm import LayerNorm as LayerNorm
