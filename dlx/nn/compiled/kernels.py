"""Kernels: elementwise operations, one after the other for each entry, as one loop in LLVM's language."""

from __future__ import annotations

from dataclasses import dataclass

LANES_BYTES = 64  # of a vector; a processor with shorter ones takes several
AHEAD = 4  # rows in any order are fetched from memory while so many before them are worked on
KINDS = {"f": ("float", "f32", 4), "d": ("double", "f64", 8)}  # LLVM's type, its name in intrinsics, bytes
COMPARISONS = {"greater": "ogt", "greater_equal": "oge", "less": "olt", "less_equal": "ole"}
ARITHMETIC = {"add": "fadd", "subtract": "fsub", "multiply": "fmul", "divide": "fdiv"}
OPERATIONS = frozenset({*ARITHMETIC, *COMPARISONS, "sqrt", "negative", "absolute", "maximum", "minimum", "number"})

LOOP = """
<DECLARATIONS>

define void @<NAME>(ptr %args, ptr %dimensions, ptr %strides, i64 %data) {
entry:
  %table = inttoptr i64 %data to ptr
  %moving = load i64, ptr %args
  %rows = load i64, ptr %dimensions
  %columns_place = getelementptr i64, ptr %dimensions, i64 1
  %columns = load i64, ptr %columns_place
  %whole = and i64 %columns, -<LANES>
<STARTS>
  br label %row_test

row_test:
  %row = phi i64 [0, %entry], [%row_after, %row_end]
  %more_rows = icmp slt i64 %row, %rows
  br i1 %more_rows, label %row_begin, label %done

row_begin:
<ROWS>
  br label %vector_test

vector_test:
  %i = phi i64 [0, %row_begin], [%i_after, %vector]
  %more_vectors = icmp slt i64 %i, %whole
  br i1 %more_vectors, label %vector, label %single_test

vector:
<OF_VECTOR>
  %i_after = add i64 %i, <LANES>
  br label %vector_test

single_test:
  %j = phi i64 [%whole, %vector_test], [%j_after, %single]
  %more_singles = icmp slt i64 %j, %columns
  br i1 %more_singles, label %single, label %row_end

single:
<OF_SINGLE>
  %j_after = add i64 %j, 1
  br label %single_test

row_end:
  %row_after = add i64 %row, 1
  br label %row_test

done:
  ret void
}
"""


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


@dataclass(frozen=True)
class Kernel:
    """Operations on the entries of arrays of one shape, each of which is read once and written once.

    char: of the type of the numbers, as NumPy has it.
    """

    char: str
    operands: tuple[KernelOperand, ...]
    operations: tuple[KernelCall, ...]

    def assembly(self, name: str) -> str:
        """The loop: ``dimensions`` are rows and columns, ``data`` the address of two numbers for each operand.

        These are its address, or for those that move on how far behind the first argument it lies, and the bytes from
        row to row.
        """
        count = range(len(self.operands))
        _, _, size = KINDS[self.char]
        lanes = LANES_BYTES // size
        vectors, singles = _Body(self, lanes, "i"), _Body(self, 1, "j")
        of_vector, of_single = vectors.text(), singles.text()
        parts = {
            "DECLARATIONS": "\n".join(sorted(vectors.declarations | singles.declarations)),
            "STARTS": "\n".join(self._start(k) for k in count),
            "ROWS": "\n".join(self._row(k) for k in count),
            "OF_VECTOR": of_vector,
            "OF_SINGLE": of_single,
            "NAME": name,
            "LANES": str(lanes),
        }
        text = LOOP
        for part, content in parts.items():
            text = text.replace(f"<{part}>", content)
        return text

    def _start(self, k: int) -> str:
        lines = [
            f"%address_place{k} = getelementptr i64, ptr %table, i64 {2 * k}",
            f"%address{k} = load i64, ptr %address_place{k}",
            f"%stride_place{k} = getelementptr i64, ptr %table, i64 {2 * k + 1}",
            f"%stride{k} = load i64, ptr %stride_place{k}",
            f"%start{k} = add i64 %address{k}, {'%moving' if self.operands[k].is_moving else '0'}",
        ]
        if self.operands[k].is_indexed:
            lines += ["%index_place = getelementptr i64, ptr %args, i64 1", "%index = load ptr, ptr %index_place"]
        return "\n".join(f"  {line}" for line in lines)

    def _row(self, k: int) -> str:
        kind, _, _ = KINDS[self.char]
        number, lines = "%row", list[str]()
        if self.operands[k].is_indexed:
            lines += [*_numbered(k, "number", "%row"), *self._fetched(k)]
            number = f"%number{k}"
        lines += [
            f"%offset{k} = mul i64 {number}, %stride{k}",
            f"%row_start{k} = add i64 %start{k}, %offset{k}",
            f"%row{k} = inttoptr i64 %row_start{k} to ptr",
        ]
        if self.operands[k].is_column:
            lines.append(f"%column{k} = load {kind}, ptr %row{k}")
        return "\n".join(f"  {line}" for line in lines)

    def _fetched(self, k: int) -> list[str]:
        """The row of an indexed array that will soon be needed."""
        return [
            f"%later{k} = add i64 %row, {AHEAD}",
            f"%is_inside{k} = icmp slt i64 %later{k}, %rows",
            f"%ahead{k} = select i1 %is_inside{k}, i64 %later{k}, i64 %row",
            *_numbered(k, "number_ahead", f"%ahead{k}"),
            f"%offset_ahead{k} = mul i64 %number_ahead{k}, %stride{k}",
            f"%start_ahead{k} = add i64 %start{k}, %offset_ahead{k}",
            f"%row_ahead{k} = inttoptr i64 %start_ahead{k} to ptr",
        ]


def _numbered(k: int, name: str, row: str) -> list[str]:
    """The number of a row of an indexed array."""
    return [
        f"%{name}_place{k} = getelementptr i64, ptr %index, i64 {row}",
        f"%{name}{k} = load i64, ptr %{name}_place{k}",
    ]


class _Body:
    """The operations on one vector of entries, or on one entry: loads, arithmetic, stores."""

    def __init__(self, kernel: Kernel, lanes: int, index: str) -> None:
        self.kernel, self.lanes, self.index = kernel, lanes, index
        self.scalar, self.name, self.size = KINDS[kernel.char]
        self.kind = self._vector(self.scalar)
        self.lines: list[str] = []
        self.values: dict[int, str] = {}  # what the entries of each array are by now
        self.temporaries = 0
        self.declarations: set[str] = set()

    def _vector(self, kind: str) -> str:
        return kind if self.lanes == 1 else f"<{self.lanes} x {kind}>"

    def text(self) -> str:
        for operation in self.kernel.operations:
            self.values[operation.output] = self._result(operation)
        for k, operand in enumerate(self.kernel.operands):
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
        operand, kind = self.kernel.operands[k], self.scalar
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
