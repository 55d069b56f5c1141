"""The body of a kernel in LLVM's language: its operations on one vector of entries, or on one entry."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

KINDS = {"f": ("float", "f32", 4), "d": ("double", "f64", 8)}  # LLVM's type, its name in intrinsics, bytes
COMPARISONS = {"greater": "ogt", "greater_equal": "oge", "less": "olt", "less_equal": "ole"}
ARITHMETIC = {"add": "fadd", "subtract": "fsub", "multiply": "fmul", "divide": "fdiv"}
OPERATIONS = frozenset({*ARITHMETIC, *COMPARISONS, "sqrt", "negative", "absolute", "maximum", "minimum", "number"})


@dataclass(frozen=True)
class KernelCall:
    """One elementwise function: the arrays that it reads and the one that it writes, by their numbers."""

    name: str
    inputs: tuple[int, ...]
    output: int


@dataclass(frozen=True)
class KernelOperand:
    """How an array lies in memory: whether its row is one number or one for each column, and whether it moves on.

    An indexed one holds bytes; which of its rows comes next is said by the integers at the second argument.
    """

    is_bool: bool = False
    is_column: bool = False
    is_moving: bool = False
    is_stored: bool = False
    is_indexed: bool = False


class KernelBody:
    """The operations on one vector of entries, or on one entry: loads, arithmetic, stores."""

    def __init__(
        self,
        char: str,
        operands: Sequence[KernelOperand],
        operations: Sequence[KernelCall],
        lanes: int,
        index: str,
    ) -> None:
        self.operands, self.operations, self.lanes, self.index = operands, operations, lanes, index
        self.scalar, self.name, self.size = KINDS[char]
        self.kind = self._vector(self.scalar)
        self.lines: list[str] = []
        self.values: dict[int, str] = {}  # what the entries of each array are by now
        self.temporaries = 0
        self.declarations: set[str] = set()

    def _vector(self, kind: str) -> str:
        return kind if self.lanes == 1 else f"<{self.lanes} x {kind}>"

    def text(self) -> str:
        for operation in self.operations:
            self.values[operation.output] = self._result(operation)
        for k, operand in enumerate(self.operands):
            if operand.is_stored:
                self._store(k, operand)
        return "\n".join(f"  {line}" for line in self.lines)

    def _new(self, text: str) -> str:
        self.temporaries += 1
        value = f"%{self.index}_{self.temporaries}"
        self.lines.append(f"{value} = {text}")
        return value

    def _place(self, k: int, kind: str) -> str:
        return self._new(f"getelementptr {kind}, ptr %row{k}, i64 %{self.index}")

    def _value(self, k: int) -> str:
        if k not in self.values:
            self.values[k] = self._load(k)
        return self.values[k]

    def _load(self, k: int) -> str:
        operand, kind = self.operands[k], self.scalar
        if operand.is_indexed:
            return self._bytes(k)
        if operand.is_column and self.lanes == 1:
            return f"%column{k}"
        if operand.is_column:
            first = self._new(f"insertelement {self.kind} poison, {kind} %column{k}, i32 0")
            mask = f"<{self.lanes} x i32> zeroinitializer"
            return self._new(f"shufflevector {self.kind} {first}, {self.kind} poison, {mask}")
        return self._new(f"load {self.kind}, ptr {self._place(k, kind)}, align {self.size}")

    def _bytes(self, k: int) -> str:
        """Bytes of a row as numbers; the same places of a later row are on their way meanwhile."""
        ahead = self._new(f"getelementptr i8, ptr %row_ahead{k}, i64 %{self.index}")
        self.declarations.add("declare void @llvm.prefetch.p0(ptr, i32, i32, i32)")
        self.lines.append(f"call void @llvm.prefetch.p0(ptr {ahead}, i32 0, i32 3, i32 1)")
        values = self._new(f"load {self._vector('i8')}, ptr {self._place(k, 'i8')}, align 1")
        return self._new(f"uitofp {self._vector('i8')} {values} to {self.kind}")

    def _store(self, k: int, operand: KernelOperand) -> None:
        if operand.is_bool:
            truths = self._vector("i8")
            value = self._new(f"zext {self._vector('i1')} {self.values[k]} to {truths}")
            self.lines.append(f"store {truths} {value}, ptr {self._place(k, 'i8')}, align 1")
        else:
            self.lines.append(
                f"store {self.kind} {self.values[k]}, ptr {self._place(k, self.scalar)}, align {self.size}"
            )

    def _result(self, operation: KernelCall) -> str:
        inputs, kind, name = [self._value(k) for k in operation.inputs], self.kind, operation.name
        if name in ARITHMETIC:
            return self._new(f"{ARITHMETIC[name]} {kind} {inputs[0]}, {inputs[1]}")
        if name in COMPARISONS:
            return self._new(f"fcmp {COMPARISONS[name]} {kind} {inputs[0]}, {inputs[1]}")
        if name in ("maximum", "minimum"):  # the first where it is NaN or they are equal, as in NumPy
            holds = self._new(f"fcmp {'uge' if name == 'maximum' else 'ule'} {kind} {inputs[0]}, {inputs[1]}")
            is_number = self._new(f"fcmp ord {kind} {inputs[1]}, {inputs[1]}")
            larger = self._new(f"select {self._vector('i1')} {holds}, {kind} {inputs[0]}, {kind} {inputs[1]}")
            first_is_nan = self._new(f"fcmp uno {kind} {inputs[0]}, {inputs[0]}")
            either = self._new(f"select {self._vector('i1')} {is_number}, {kind} {larger}, {kind} {inputs[1]}")
            return self._new(f"select {self._vector('i1')} {first_is_nan}, {kind} {inputs[0]}, {kind} {either}")
        if name == "negative":
            return self._new(f"fneg {kind} {inputs[0]}")
        if name == "number":
            return self._new(f"uitofp {self._vector('i1')} {inputs[0]} to {kind}")
        intrinsic = {"sqrt": "sqrt", "absolute": "fabs"}[name]
        suffix = self.name if self.lanes == 1 else f"v{self.lanes}{self.name}"
        self.declarations.add(f"declare {kind} @llvm.{intrinsic}.{suffix}({kind})")
        return self._new(f"call {kind} @llvm.{intrinsic}.{suffix}({kind} {inputs[0]})")
