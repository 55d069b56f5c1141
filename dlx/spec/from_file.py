"""The initializer that takes the first parameters from a file, such as the model of another run."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Annotated
from zipfile import BadZipFile

import numpy as np
from pydantic import AfterValidator, Field

from dlx.component import FilePath
from dlx.errors import DataError
from dlx.files import unread
from dlx.nn.initializers import Initializer, Normal01
from dlx.types import Array


class FromFile(Initializer):
    """W1, b1, gamma1, beta1 … as an .npz file has them under these names; b, γ and β may be absent (0, 1 and 0).

    ``model.npz`` of a run is such a file.
    """

    name = "file"
    path: Annotated[FilePath, AfterValidator(os.path.realpath), Field(description="the .npz file")]  # a link may move

    def fill(self, parameters: Mapping[str, Array], l: int, rng: Normal01) -> None:
        with self._open() as file:
            for name, own in parameters.items():
                if name == f"{name.rstrip('0123456789')}{l}":
                    own[...] = self._array(file, name, own, is_weight=name == f"W{l}")

    def _open(self) -> np.lib.npyio.NpzFile:
        try:
            file = np.load(self.path, allow_pickle=False)
        except OSError as error:
            raise unread(self.path, error) from error
        except (ValueError, BadZipFile, EOFError) as error:
            raise DataError(f"{self.path}: cannot be read as .npz: {error}") from error
        if not isinstance(file, np.lib.npyio.NpzFile):
            raise DataError(f"{self.path}: is a single array; parameters come from an .npz file with W1, b1 …")
        return file

    def _array(self, file: Mapping[str, Array], name: str, like: Array, is_weight: bool) -> Array:
        if name not in file:
            if is_weight:
                raise DataError(f"{self.path}: has no {name} (it has {', '.join(sorted(file)) or 'nothing'})")
            return like  # 0 for b, and what a norm begins with
        try:
            array = file[name]
        except OSError as error:
            raise unread(self.path, error) from error
        except (ValueError, BadZipFile, EOFError) as error:
            raise DataError(f"{self.path}: {name} cannot be read: {error}") from error
        if array.size != like.size or (is_weight and array.shape != like.shape):
            raise DataError(f"{self.path}: {name} has shape {array.shape}, the network needs {like.shape}")
        if not np.isfinite(array).all():
            raise DataError(f"{self.path}: {name} is not finite")
        return array.reshape(like.shape)
