"""The native loop in LLVM's language, and the columns of the table that it goes through."""

from __future__ import annotations

from typing import Final

ARGUMENTS: Final = 3  # of a loop at most


class RowLayout:
    """Where in a row what stands, in numbers of 64 bits."""

    FUNCTION: Final = 0
    DATA: Final = 1
    COUNT: Final = 2  # calls of the loop, with addresses that move on by BY_COUNT
    CHECK: Final = 3  # address of a byte that must not be 0 afterwards, or 0
    ADDRESS: Final = 4
    BY_COUNT: Final = ADDRESS + ARGUMENTS
    BY_STEP: Final = BY_COUNT + ARGUMENTS
    DIMENSIONS: Final = BY_STEP + ARGUMENTS
    STRIDES: Final = DIMENSIONS + 4
    END: Final = STRIDES + 9  # np.matmul has so many


# args: out; dimensions: how many; data: the address of two numbers, those of next_uint64 and of its state
RAW_BITS = """
define void @raw_bits(ptr %args, ptr %dimensions, ptr %strides, i64 %data) {
entry:
  %out = load ptr, ptr %args
  %size = load i64, ptr %dimensions
  %source = inttoptr i64 %data to ptr
  %next = load ptr, ptr %source
  %state_place = getelementptr i64, ptr %source, i64 1
  %state = load ptr, ptr %state_place
  br label %test

test:
  %number = phi i64 [0, %entry], [%after, %draw]
  %more = icmp slt i64 %number, %size
  br i1 %more, label %draw, label %done

draw:
  %bits = call i64 %next(ptr %state)
  %place = getelementptr i64, ptr %out, i64 %number
  store i64 %bits, ptr %place
  %after = add i64 %number, 1
  br label %test

done:
  ret void
}
"""


def _cast(name: str, kind: str) -> str:
    """A loop that writes truth values as numbers; both arrays without gaps."""
    return f"""
define void @{name}(ptr %args, ptr %dimensions, ptr %strides, i64 %data) {{
entry:
  %truths = load ptr, ptr %args
  %out_place = getelementptr ptr, ptr %args, i64 1
  %out = load ptr, ptr %out_place
  %size = load i64, ptr %dimensions
  br label %test

test:
  %number = phi i64 [0, %entry], [%after, %write]
  %more = icmp slt i64 %number, %size
  br i1 %more, label %write, label %done

write:
  %truth_place = getelementptr i8, ptr %truths, i64 %number
  %truth = load i8, ptr %truth_place
  %value = uitofp i8 %truth to {kind}
  %place = getelementptr {kind}, ptr %out, i64 %number
  store {kind} %value, ptr %place
  %after = add i64 %number, 1
  br label %test

done:
  ret void
}}
"""


def _to_length(name: str, kind: str) -> str:
    """A loop that writes what scales a vector to a length, or 1 where it is no longer; of the sum of its squares.

    Root and quotient are those of float64, as Python takes them.
    """
    widened, wide, narrowed, result = ("", "%squares", "", "%factor")
    if kind == "float":
        widened, wide = "%wide = fpext float %squares to double", "%wide"
        narrowed, result = "%result = fptrunc double %factor to float", "%result"
    return f"""
define void @{name}(ptr %args, ptr %dimensions, ptr %strides, i64 %data) {{
  %squares_at = load ptr, ptr %args
  %length_place = getelementptr ptr, ptr %args, i64 1
  %length_at = load ptr, ptr %length_place
  %out_place = getelementptr ptr, ptr %args, i64 2
  %out = load ptr, ptr %out_place
  %squares = load {kind}, ptr %squares_at
  {widened}
  %norm = call double @llvm.sqrt.f64(double {wide})
  %length = load double, ptr %length_at
  %quotient = fdiv double %length, %norm
  %is_longer = fcmp ogt double %norm, %length
  %factor = select i1 %is_longer, double %quotient, double 1.0
  {narrowed}
  store {kind} {result}, ptr %out
  ret void
}}
"""


REPLAY = """
define internal i64 @column(ptr %row, i64 %number) alwaysinline {
  %place = getelementptr i64, ptr %row, i64 %number
  %value = load i64, ptr %place
  ret i64 %value
}

define i64 @replay(i64 %table, i64 %size, i64 %first, i64 %end) {
entry:
  %args = alloca [N_ARGUMENTS x i64]
  %rows = inttoptr i64 %table to ptr
  br label %step_test

step_test:
  %step = phi i64 [%first, %entry], [%step_after, %step_end]
  %more_steps = icmp slt i64 %step, %end
  br i1 %more_steps, label %row_test, label %done

row_test:
  %number = phi i64 [0, %step_test], [%number_after, %row_end]
  %more_rows = icmp slt i64 %number, %size
  br i1 %more_rows, label %row_begin, label %step_end

row_begin:
  %row_place = mul i64 %number, ROW_END
  %row = getelementptr i64, ptr %rows, i64 %row_place
  %code = call i64 @column(ptr %row, i64 ROW_FUNCTION)
  %function = inttoptr i64 %code to ptr
  %data = call i64 @column(ptr %row, i64 ROW_DATA)
  %count = call i64 @column(ptr %row, i64 ROW_COUNT)
  %check = call i64 @column(ptr %row, i64 ROW_CHECK)
  %dimensions = getelementptr i64, ptr %row, i64 ROW_DIMENSIONS
  %strides = getelementptr i64, ptr %row, i64 ROW_STRIDES
  START_ARGUMENTS
  br label %call

call:
  %made = phi i64 [0, %row_begin], [%made_after, %again]
  call void %function(ptr %args, ptr %dimensions, ptr %strides, i64 %data)
  %made_after = add i64 %made, 1
  %more_calls = icmp slt i64 %made_after, %count
  br i1 %more_calls, label %again, label %called

again:
  MOVE_ARGUMENTS
  br label %call

called:
  %is_check = icmp ne i64 %check, 0
  br i1 %is_check, label %look, label %row_end

look:
  %byte_place = inttoptr i64 %check to ptr
  %byte = load i8, ptr %byte_place
  %holds = icmp ne i8 %byte, 0
  br i1 %holds, label %row_end, label %done

row_end:
  %number_after = add i64 %number, 1
  br label %row_test

step_end:
  %step_after = add i64 %step, 1
  br label %step_test

done:
  ret i64 %step
}
"""
# Where an argument begins in this step, and by how much it moves on from call to call.
START = """
  %base<i> = call i64 @column(ptr %row, i64 <ADDRESS>)
  %by_step<i> = call i64 @column(ptr %row, i64 <BY_STEP>)
  %of_step<i> = mul i64 %by_step<i>, %step
  %start<i> = add i64 %base<i>, %of_step<i>
  %arg<i> = getelementptr i64, ptr %args, i64 <i>
  store i64 %start<i>, ptr %arg<i>
"""
MOVE = """
  %now<i> = load i64, ptr %arg<i>
  %by_count<i> = call i64 @column(ptr %row, i64 <BY_COUNT>)
  %next<i> = add i64 %now<i>, %by_count<i>
  store i64 %next<i>, ptr %arg<i>
"""


OF_NUMBERS = {"of_bool": _cast, "to_length": _to_length}
OWN_LOOPS = ("raw_bits", *(f"{kind}_{name}" for name in OF_NUMBERS for kind in ("double", "float")))


def assembly() -> str:
    """All functions, with the numbers of the columns filled in."""
    start = "".join(_of_argument(START, i) for i in range(ARGUMENTS))
    move = "".join(_of_argument(MOVE, i) for i in range(ARGUMENTS))
    replay = REPLAY.replace("START_ARGUMENTS", start).replace("MOVE_ARGUMENTS", move)
    replay = replay.replace("N_ARGUMENTS", str(ARGUMENTS))
    for name in ("FUNCTION", "DATA", "COUNT", "CHECK", "DIMENSIONS", "STRIDES", "END"):
        replay = replay.replace(f"ROW_{name}", str(getattr(RowLayout, name)))
    loops = [make(f"{kind}_{name}", kind) for name, make in OF_NUMBERS.items() for kind in ("double", "float")]
    return "\n".join(["declare double @llvm.sqrt.f64(double)", *loops, RAW_BITS, replay])


def _of_argument(template: str, i: int) -> str:
    for name in ("ADDRESS", "BY_STEP", "BY_COUNT"):
        template = template.replace(f"<{name}>", str(getattr(RowLayout, name) + i))
    return template.replace("<i>", str(i))
