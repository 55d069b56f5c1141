"""The results of a run: documents, arrays and pictures, each a file that is written whole.

NumPy is imported where arrays are read or written: listing a thousand runs takes less time than importing it.
"""

from __future__ import annotations

import io
import json
from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dlx.documents.diagnosis import DiagnosisDocument
from dlx.documents.learning_curve import LearningCurve
from dlx.documents.reading import record_of
from dlx.errors import DataError, ReadFailure, remark
from dlx.files import of_this_version, parse_json, to_document, unless_damaged, versioned
from dlx.runs.files import file_names
from dlx.runs.files.locked_directory import LockedDirectory
from dlx.runs.files.manifest import MANIFEST
from dlx.training import stored

if TYPE_CHECKING:
    import numpy as np

SOUND = 64  # contents of which it is remembered that they have the shape of their file: a trial's are read five times

_sound: dict[tuple[str, bytes], None] = {}  # the newest last


class ResultFiles(LockedDirectory):
    """The files of a run that hold its results."""

    def facts(self) -> dict[str, Any]:
        """The document ``run.json``."""
        return self._checked(file_names.FACTS, stored.RUN)

    def write_facts(self, **facts: Any) -> None:
        """Puts facts into ``run.json``, beside those that stand there already."""
        before = self.document(file_names.FACTS) if self.holds(file_names.FACTS) else {"manifest": MANIFEST}
        self.write(file_names.FACTS, to_document(before | facts))

    def diagnosis(self) -> DiagnosisDocument:
        """The document ``diagnosis.json``."""
        return DiagnosisDocument.from_file(self.path / file_names.DIAGNOSIS, self.document(file_names.DIAGNOSIS))

    def _checked(self, name: str, shape: stored.Shape) -> dict[str, Any]:
        content = self.read(name)
        document = of_this_version(self.path / name, parse_json(content, self.path / name))
        if (name, content) not in _sound:
            stored.check(self.path / name, document, shape)
            for oldest in list(_sound)[: 1 - SOUND]:
                _sound.pop(oldest, None)  # another thread may have been first
            _sound[name, content] = None
        return document

    def has_diagnosis(self) -> bool:
        """Whether there is a ``diagnosis.json``, or must be one."""
        return self.holds(file_names.DIAGNOSIS)

    def diagnosis_unless_damaged(self) -> DiagnosisDocument | None:
        """The same; None where there is none, or a damaged one, which a remark says."""
        try:
            return self.diagnosis() if self.has_diagnosis() else None
        except ReadFailure:
            raise
        except DataError as error:
            remark(f"{error}; it is not used")
            return None

    def write_diagnosis(self, document: DiagnosisDocument) -> None:
        """Keeps ``diagnosis.json``."""
        self.write(file_names.DIAGNOSIS, to_document(document))

    def write_calibration(self, document: Mapping[str, Any]) -> None:
        """Keeps ``calibration.json``: what ``predict`` does with the network's outputs."""
        self.write(file_names.CALIBRATION, to_document({**document, "model_sha256": self._model_sum()}))

    def calibration(self) -> dict[str, Any]:
        """What that file holds; empty where there is none, or where it is of another network, which a remark says."""
        if not self.holds(file_names.CALIBRATION):
            return {}
        document = self._checked(file_names.CALIBRATION, stored.CALIBRATION)
        if document["model_sha256"] != self._model_sum():
            what = "was made for another network, and is not used"
            remark(f"{self.path / file_names.CALIBRATION}: {what}: dlx calibrate makes it anew")
            return {}
        return document

    def _model_sum(self) -> str:
        return sha256(self.read(file_names.MODEL)).hexdigest()

    @property
    def act(self) -> Path:
        """The file with the spec that the basic recipe has come to."""
        return self.path / file_names.ACT

    def write_act(self, text: str | None) -> None:
        """Keeps that spec; None where there is no better one than the run's own."""
        if text is not None:
            self.write(file_names.ACT, text.encode())
        else:
            self.remove(file_names.ACT)

    @property
    def candidate(self) -> Path:
        """The file with the spec that is the best bet where the basic recipe has found nothing that surely helps."""
        return self.path / file_names.CANDIDATE

    def write_candidate(self, text: str | None) -> None:
        """Keeps that spec; None where there is none."""
        if text is not None:
            self.write(file_names.CANDIDATE, text.encode())
        else:
            self.remove(file_names.CANDIDATE)

    def write_mistakes(self, parts: Mapping[str, np.ndarray]) -> None:
        """Keeps what each example of a part adds to its error."""
        self.write(file_names.MISTAKES, _npz(parts))

    def mistakes(self) -> dict[str, np.ndarray]:
        """What ``write_mistakes`` was given."""
        return self._arrays(file_names.MISTAKES)

    def write_learning_curve(self, document: Mapping[str, Any], png: bytes) -> list[Path]:
        """Write the learning curve and its picture; returns their paths."""
        files = {file_names.LEARNING_CURVE: to_document(document), file_names.LEARNING_CURVE_PICTURE: png}
        return [self.write(name, content) for name, content in files.items()]

    def learning_curve(self) -> LearningCurve | None:
        """The learning curve; None where there is none, or it is damaged."""
        if not self.holds(file_names.LEARNING_CURVE):
            return None
        name = file_names.LEARNING_CURVE
        return unless_damaged(lambda: record_of(LearningCurve, self.document(name), self.path / name), None)

    def write_model(
        self, arrays: Mapping[str, np.ndarray], meta: Mapping[str, Any], name: str = file_names.MODEL
    ) -> None:
        """Keeps ``model.npz``, or another model: the arrays under their names, and ``meta`` as a text of JSON."""
        import numpy as np

        meta_text = np.array(json.dumps(versioned(meta)))
        self.write(name, _npz({"meta": meta_text, **arrays}))

    @property
    def predicting_model(self) -> str:
        """The name of the file with the network that predicts: the one that was trained again, where there is one."""
        return file_names.REFIT if self.holds(file_names.REFIT) else file_names.MODEL

    def model(self, name: str = file_names.MODEL) -> tuple[dict[str, np.ndarray], dict[str, Any]]:
        """The arrays and the plain values that ``write_model`` was given."""
        path = self.path / name
        if not self.holds(name):
            raise DataError(f"{self.path}: has no {name} yet: training goes on, or was killed before its end")
        arrays = self._arrays(name)
        try:
            meta = json.loads(str(arrays.pop("meta")))
        except (KeyError, ValueError) as error:
            raise DataError(f"{path}: is damaged: {error}") from error
        stored.check(path, of_this_version(path, meta), stored.MODEL)
        return arrays, meta

    def _arrays(self, name: str) -> dict[str, np.ndarray]:
        import numpy as np

        path = self.path / name
        content = io.BytesIO(self.read(name))
        try:
            return dict(np.load(content, allow_pickle=False))
        except Exception as error:  # the file's checksums find every damage, but many kinds of exception tell of it
            raise DataError(f"{path}: is damaged: {error}") from error

    def sizes(self) -> dict[str, int]:
        """The bytes of the arrays that are kept, by which later readers can check that they are still whole."""
        names = (file_names.MODEL, file_names.MISTAKES)
        return {name: size for name in names if (size := self.size(name)) is not None}

    def pictures(self) -> dict[str, bytes]:
        """Those of its pictures that show what no table can, by their names without ``.png``."""
        names = (file_names.BOUNDARY, file_names.TRAIL_PICTURE, file_names.LEARNING_CURVE_PICTURE)
        return {Path(name).stem: self.read(name) for name in names if self.holds(name)}

    def trail(self) -> tuple[list[int], np.ndarray]:
        """The steps and w after each of them, (points, n); raises `DataError` where the file is missing or damaged."""
        import numpy as np

        path = self.path / file_names.TRAIL
        try:
            rows = np.array(
                [line.split(",") for line in self.read(file_names.TRAIL).decode().splitlines()[1:]], dtype=float
            )
            return rows[:, 0].astype(int).tolist(), rows[:, 1:]
        except (ValueError, IndexError) as error:
            raise DataError(f"{path}: is damaged: {error}") from error


def _npz(arrays: Mapping[str, np.ndarray]) -> memoryview:
    import numpy as np

    file = io.BytesIO()
    members: dict[str, Any] = dict(arrays)
    np.savez(file, **members)
    return file.getbuffer()
