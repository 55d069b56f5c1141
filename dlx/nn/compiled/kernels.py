"""Kernels: elementwise operations, one after the other for each entry, as one loop in LLVM's language."""

from __future__ import annotations

from dataclasses import dataclass

from dlx.nn.compiled.kernel_body import KINDS, KernelBody, KernelCall, KernelOperand

LANES_BYTES = 64  # of a vector; a processor with shorter ones takes several
AHEAD = 4  # rows in any order are fetched from memory while so many before them are worked on
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
        vectors, singles = (
            KernelBody(self.char, self.operands, self.operations, *width) for width in ((lanes, "i"), (1, "j"))
        )
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
