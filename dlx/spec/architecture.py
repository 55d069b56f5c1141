"""The layers that a spec describes: how wide each is, and what stands around its W·A + b."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated, Literal

from pydantic import Field

from dlx.component import Options
from dlx.spec.short_forms import as_mapping, as_switch

from dlx.spec.from_file import FromFile as FromFile  # isort: skip - registers initializers before what nn has
from dlx.nn.activations import Activation, ReLU
from dlx.nn.initializers import Initializer
from dlx.nn.norms.batch_norm import BatchNorm
from dlx.nn.norms.layer_norm import LayerNorm
from dlx.nn.norms.norm import Norm

KeepProb = Annotated[float, Field(gt=0, le=1)]
Count = Annotated[int, Field(ge=1, le=10**12)]


class LayerSection(Options):
    """One hidden layer; what is left out is taken from `architecture` and `regularization`."""

    units: Annotated[int, Field(ge=1, le=10**8)] = Field(description="n, the length of A")
    activation: Activation | None = Field(None, description="g in A = g(Z)")
    batch_norm: Annotated[BatchNorm | Literal[False] | None, as_switch(BatchNorm | bool | None, off=False)] = Field(
        None, description="true, false, or options"
    )
    layer_norm: Annotated[LayerNorm | Literal[False] | None, as_switch(LayerNorm | bool | None, off=False)] = Field(
        None, description="true, false, or options"
    )
    norm: Annotated[Norm | Literal[False] | None, as_switch(Norm | Literal[False] | None, off=False)] = Field(
        None, description="false, or a norm of any kind"
    )
    bias: bool | None = Field(None, description="false leaves b out; with batch norm there is none")
    keep_prob: KeepProb | None = Field(None, description="of inverted dropout after this layer")
    initializer: Initializer | None = Field(None, description="of W")

    @property
    def normalization(self) -> Norm | None:
        """The norm before the activation, in a complete spec."""
        return next(iter(norms_of(self).values()), None)


class Architecture(Options):
    """The hidden layers; input and output follow from the data."""

    hidden: Annotated[
        tuple[Annotated[LayerSection, as_mapping("units", ("a number of units",), LayerSection | Count)], ...],
        Field(strict=False),
    ] = Field((), description="from the input on; a number is short for {units: …}")
    activation: Activation = Field(ReLU(), description="of the hidden layers that name none")
    batch_norm: Annotated[BatchNorm | None, as_switch(BatchNorm | bool | None)] = Field(
        None, description="of the hidden layers that do not say: true, false, or options"
    )
    layer_norm: Annotated[LayerNorm | None, as_switch(LayerNorm | bool | None)] = Field(
        None, description="of the hidden layers that do not say: true, false, or options"
    )
    norm: Annotated[Norm | None, as_switch(Norm | Literal[False] | None)] = Field(
        None, description="of the hidden layers that do not say: false, or a norm of any kind"
    )

    def norms(self) -> list[Norm]:
        """Those of the hidden layers, in a complete spec."""
        return [layer.normalization for layer in self.hidden if layer.normalization is not None]

    def norms_before(self, layer: LayerSection) -> dict[str, Norm]:
        """Those of a layer by their keys, with what it takes from here; ``norm: false`` there takes nothing.

        A norm is refused by its own name too: ``batch_norm: false`` refuses ``norm: batch_norm`` from here.
        """
        stated = {key for key in NORM_KEYS if getattr(layer, key) is not None}
        taken = {} if layer.norm is False else norms_of(self)
        return norms_of(layer) | {key: norm for key, norm in taken.items() if not {key, norm.name} & stated}


# The keys that a norm can stand under: its own name, or `norm`.
NORM_KEYS = tuple(key for key in LayerSection.model_fields if key in ("norm", *Norm.members()))


def under_own_keys(norms: Iterable[Norm]) -> dict[str, Norm | Literal[False]]:
    """All keys of a complete layer with these norms: each under its own name, where there is such a key."""
    fields: dict[str, Norm | Literal[False]] = dict.fromkeys(NORM_KEYS, False)
    for norm in norms:
        fields[norm.name if norm.name in NORM_KEYS else "norm"] = norm
    return fields


def norms_of(section: LayerSection | Architecture) -> dict[str, Norm]:
    """The norms that a section states, by their keys."""
    return {key: norm for key in NORM_KEYS if (norm := getattr(section, key))}
