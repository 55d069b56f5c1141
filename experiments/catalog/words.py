"""What is translated besides: single words, what is put together of pieces, and the words that stand in places."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import combinations

from dlx.diagnose.causes import CAUSES
from dlx.diagnose.remedies.against_bias import AGAINST_BIAS
from dlx.diagnose.remedies.against_variance import AGAINST_VARIANCE
from dlx.diagnose.sections import SECTIONS, place_in_notes
from dlx.documents.diagnosis import GAPS as KEYS_OF_GAPS
from dlx.guide import REFERENCE, pages, terms
from dlx.show.words import minimized, title_of_finding, title_of_metric
from dlx.spec.schema import components
from dlx.stats.metrics.metric import Metric
from dlx.synonyms import NOTES

GAPS = ("bias", "variance", "mismatch", "overfitting to dev")
PARTS = ("train", "train-dev", "dev", "test", "out-of-fold", "data")
ERRORS = ("error", "relative error", "RMSE")
OF_EPOCHS = ("error (%)", "RMSE (units of the target)")
# What stands in the places of a sentence, by file and expression, where a translation agrees with it.
WORDS_IN: dict[tuple[str, str], Iterable[str | None]] = {
    ("verdict.py", "in_words(name)"): GAPS,
    ("verdict.py", "name"): GAPS[:2],
    ("verdict.py", "of_what(self.chart.task)"): ERRORS,
    ("page/folds.py", "what"): ERRORS,
    ("next_commands.py", "in_words(name)"): (*GAPS, "the verdict"),
    ("earlier_run.py", "were"): ("{} was", "{} were"),
    ("earlier_run.py", "relation"): ("larger", "not surely lower"),
    ("next_step.py", "gap"): GAPS[:2],
    ("next_step.py", "_level(gap, document)"): ("is high", "may be high"),
    ("next_step.py", "verb"): ("try", "collect more training examples, or try"),
    ("words.py", "unit"): ("epoch", "step"),
    ("before/optimization.py", "first"): ("bring the cost to {}", "diverge"),
    ("before/optimization.py", "what"): ("bring it to {}", "diverge"),
    ("after/optimization.py", "what"): ("of its units dead", "of its outputs saturated"),
    ("optimization.py", "spec.schedule.unit"): ("epoch", "step"),
    ("ending.py", "what"): ("of the units", "of the outputs"),
    ("ending.py", "column"): ("dead", "saturated"),
    ("duplicates.py", "about"): ("", "about "),
    ("mistaken_regions.py", "sign"): ("up to", "above"),
    ("label_rules.py", "what"): ("wrong about", "far off on"),
    ("error_remarks.py", "carry"): ("carry", "carries"),
    ("difference.py", "difference.example"): ("dev example", "example"),
    ("dividing.py", "in_words(MISLED)"): ("overfitting to dev",),
    ("watching.py", "unit"): ("epoch", "step"),
    ("extension.py", "status"): ("early_stopped", "diverged", "failed", "running"),
    ("recipe.py", "noun"): ("remedies", "remedy"),
    ("error_remarks.py", "intervals"): (None, "the intervals of {}"),
    ("metrics.py", "classes.kind"): ("class", "label"),
    ("charts.py", "curve.label"): ("cost", "train", "dev", "J", None),
    ("terminal/comparison.py", "what"): ("cost", "train cost", "dev cost", "train error", "dev error", None),
    ("repair_progress.py", "event.against"): GAPS[:2],
    ("predict.py", "are"): ("is", "are"),
    ("predict.py", "state"): ("unanswered", "left out"),
    ("study.py", "of_what(study.task)"): ("error", "RMSE"),
    ("search.py", "sure"): ("surely better", "not surely better"),
    ("tuning.py", "sure"): ("surely better than", "not surely better than"),
    ("forecast.py", "first"): ("of the first fold, ", ""),
    ("range_test.py", "enough"): ("", ", with which its {} steps get as far"),
    ("overview.py", "what"): ("numbers", "values"),
    ("tried.py", "race.against"): GAPS[:2],
    ("recipe.py", "race.against"): GAPS[:2],
    ("brief.py", "in_words(name)"): GAPS[:2],
    ("brief.py", "gap.level"): ("high", "low", "unsettled"),
    ("summary.py", "' and '.join(high)"): GAPS[2:],
    ("heading.py", "in_words(name)"): GAPS[2:],
    ("formats/format.py", "file_format.article"): ("a", "an"),
    ("encoding.py", "day"): ("first", "second"),
    ("encoding.py", "month"): ("first", "second"),
    ("references.py", "_where(name, root)"): ("named {} under {}", "under {}"),
    ("spec/messages.py", "of"): ("", " of {} {}"),
}
REMEDIES = {
    remedy.name.replace("_", " "): None
    for remedy in (*AGAINST_BIAS, *AGAINST_VARIANCE, *(remedy for cause in CAUSES.values() for remedy in cause.changes))
}
# How a training ended, and after what.
ENDINGS = ("completed", "early stopped", "diverged", "interrupted", "failed", "running")
UNITS = ("epochs", "epoch", "steps", "step")
WORDS: dict[str, Iterable[str]] = {
    "dlx/spec/messages.py": (
        *(f"{bound} {{0}}" for bound in ("more than", "at least", "less than", "at most", "a multiple of")),
        *(f"at {bound} {{0}} {what}" for bound in ("least", "most") for what in ("characters", "entries")),
        *(
            "text of the form {0}",
            "a number",
            "a whole number",
            "true or false",
            "a list",
            "a mapping",
            "a path",
            "nothing",
        ),
        *("allowed {0}", "allowed: {0}", "expected {0}", "got {0}", "did you mean {0}? {1}"),
    ),
    "dlx/cli/usage.py": ("the file stands behind the command, without an option: {0} spec.yaml",),
    "dlx/runs/reading/mistaken.py": (
        "is a program, not a spec: what it defines is named by plugins=[{0}] behind a spec, and checked by dlx "
        "gradcheck --plugin {1}",
    ),
    "dlx/data/values/encoding.py": ("{0} is not a number, but this column of train has numbers",),
    "dlx/synonyms.py": tuple(NOTES.values()),
    "dlx/component.py": (
        *(f"{'an' if kind[0] in 'aeiou' else 'a'} {kind}" for kind in components()),
        *("column {0}", "row {0}", "{0} {1} for {2}"),
    ),
    "dlx/guide/terms.py": (
        *(*terms.QUANTITIES.values(), *terms.GAPS.values(), *(term.meaning for term in terms.TERMS.values())),
    ),
    "dlx/runs/training/repeat.py": ("repeats {0}", "does not repeat {0}", "cannot be compared with {0}"),
    "dlx/data": (
        *("the network that predicts was trained again on all {0} examples", "the errors are those of the first one"),
        *(
            "{0} expected after {1}",
            "state {0}",
            "passed over, being a note below the table",
            "example {0} has no label",
        ),
        *("is a regression", "{0} is not above 0, as `transform: log` needs", "line {0}", "writing an ONNX file"),
        "this network needs float64, in which the layers of Keras do not compute: export it to ONNX or PyTorch",
        *("cannot be read: it is missing, though dlx wrote it", "does not go on: {0}"),
        *("is no address of a Dask scheduler", "bias is high", "mismatch is high"),
        "merge keys (<<) are not part of YAML 1.2: use extends, or write the keys out",
    ),
    "dlx/cli/shells.py": ("no completion for the shell {0} {1}", "{0}: {1} completes dlx from its next start on"),
    "dlx/guide": (
        *("there is no page {0} in the guide {1}{2}", "the word is in {0}"),
        *(page.summary for topic, page in pages().items() if topic != "curso"),
        *(summary for _, summary in REFERENCE.values()),
    ),
    "dlx/spec/starter/writing.py": (
        *("{0}: has {1}; a spec needs {2}, two to train on and one to judge by", "one example"),
        *("{0}: nothing is left to learn from{1}", "{0}: say with {1} what is to be predicted"),
        *("{0}: which column is to be predicted? {1}", "name columns with {0}", "the target is the only column"),
    ),
    "PyYAML": (
        *("expected key", "expected node content", "could not find expected ':'", "found unexpected end of stream"),
        *(f"expected ',' or '{sign}'" for sign in "]}"),
        *("found unknown escape character", "found unexpected document indicator", "found undefined tag handle"),
        *(f"while parsing a {what}" for what in ("block mapping", "block collection", "flow mapping", "flow sequence")),
        *("while scanning a quoted scalar", "while scanning a simple key", "while scanning for the next token"),
        *(f"while parsing a {kind}node" for kind in ("", "flow ", "block ")),
        *(f"while scanning a{what}" for what in (" block scalar", " plain scalar", "n alias", "n anchor")),
        "found a tab character that violates indentation",
    ),
    "the system": (
        *("No such file or directory", "Permission denied", "Is a directory", "Not a directory", "File exists"),
        *("No space left on device", "Read-only file system", "File name too long", "interrupted"),
    ),
    "dlx/show/pictures": ("falls from {0} on", "suggested: {0}", "grows from {0} on", "gone after {0}"),
    "dlx/cli/layout.py": (
        *("Arguments", "Options", "Examples", "Commands", "Say nothing but the result.", "Usage:"),
        *("[OPTIONS]", "COMMAND …", "[COMMAND …]"),
    ),
    "typer": ("Show this message and exit.", "[default: {0}]", "[required]"),
    "dlx/words.py": ("{0} to {1}",),
    "dlx/documents/findings.py": ("{0}; all the same {1}",),
    "dlx/show/words.py": (
        *(f"{ending} after {{0}} {unit} in {{1}}" for ending in ENDINGS for unit in UNITS),
        *("in layer {0}", "in epoch {0}", "in layer {0}, epoch {1}"),
    ),
    "dlx/diagnose/models/simple_models.py": ("always {0}",),
    "dlx/stats/two_samples.py": ("a projection of all features",),
    "dlx/diagnose/data/leaks.py": ("{0} together {1}{2}",),
    "dlx/diagnose/after/regularization.py": (
        *("{0} is the penalty", "{0} comes from averaging over the epoch", "{0} from {1}"),
    ),
    "dlx/diagnose/after/optimization.py": ("at α = {0} {1}; {2}", "{0} times"),
    "dlx/diagnose/before/regularization.py": ("with {0} {1}",),
    "dlx/diagnose/steps/next_commands.py": ("{0}; meanwhile {1}",),
    "dlx/documents/earlier_run.py": ("{0} in {1}, {2} here",),
    "dlx/runs/diagnosis/diagnose.py": ("the errors are those of diagnosis.json, because {0}",),
    "dlx/training/refit.py": (
        "the network that predicts was trained again on all {0} examples; the errors are those of the one that was "
        "trained on {1}",
    ),
    "dlx/cli/train.py": ("the training was interrupted: go on with it before it is judged (--resume)",),
    "dlx/diagnose/supply.py": (
        *(f"{{0}} {part} examples" for part in PARTS[:5]),
        *(f"{{0}} {part} and {{1}} {other} examples" for part, other in combinations(PARTS[:4], 2)),
        "{0} examples",
        "or let remedies race (--act)",
    ),
    "dlx/show/charts/learning_curve.py": ("95 % interval {0}",),
    "dlx/show/charts/metrics.py": (
        "from {0}",
        *("class, {0}", "label, {0}", "target, {0}", "95 % interval, {0}", "{0} of {1}"),
        *(f"{what}, data" for what in ("class", "label", "target", "95 % interval")),
    ),
    "dlx/training/fit.py": (
        "diverged in epoch {0}, step {1}: {2} (learning rate {3}: try a smaller one)",
        *(f"the cost of the frozen network on {part}" for part in ("train is not finite", "dev is not a number")),
        *(
            f"diverged in epoch {{0}}, step {{1}}: a {what} is not finite, first in {{2}}; the state before that step "
            "is kept ({3})"
            for what in ("cost", "gradient", "parameter")
        ),
    ),
    "dlx/cli/doctor.py": ("{0}, files {1}",),
    "dlx/runs/predictions/predict.py": (
        *(
            "{0}: {1}; what follows is of the network that predicts",
            "{0}; this is the one that was trained on train alone",
        ),
        "the network has not been trained again on all {0} examples yet",
    ),
    "dlx/spec/trust.py": ("trusted from now on, because you ran it: {0} (SHA-256 {1})",),
    "dlx/gradcheck/orders.py": ("all of θ",),
    "dlx/show/page/charts.py": (
        *("RMSE (units of the target), epochs {0} to {1}", "epochs {0} to {1}", "cost {0}"),
        *(f"{what}, epochs {{0}} to {{1}}" for what in ("Cost", "Dev cost", "Train cost")),
        *(f"{part} {what}, epochs {{0}} to {{1}}" for part in ("Dev", "Train") for what in OF_EPOCHS),
    ),
    "dlx/show/page/folds.py": ("fold {0}", "deviation {0}"),
    "dlx/show/page/heading.py": ("begun {0}", "{0} steps"),
    "dlx/show/page/pictures.py": ("no. {0}, p {1}",),
    "dlx/show/page/tried.py": ("after {0}",),
    "dlx/show/page/findings.py": tuple(f"Notes: {place_in_notes(topic)}" for topic in SECTIONS),
    "dlx/documents/repair.py": (
        *("means over {0} replicates", "of one replicate", "means over {0} replicates before and {1} now"),
    ),
    "dlx/show/terminal/recipe.py": ("{0} before", "round {0}", "{0} now", "{0} now, {1}"),
    "dlx/show/terminal/best_bet.py": ("{0} replicates", "{0} replicate"),
    "dlx/show/terminal/training_progress.py": ("{0} left", "refit epoch"),
    "dlx/show/numbers.py": ("under {0}", "over {0}"),
    "dlx/show/charts/recipe.py": ("above {0}", "below {0}", "at least {0}"),
    "dlx/show/terminal/brief.py": ("{0} trainings", "{0} training", "tolerance {0}"),
    "dlx/show/terminal/summary.py": ("{0}, but {1}", "{0} variables", "{0} variable"),
    "dlx/show/terminal/watching.py": (
        *(f"{{0}} {ending}" for ending in (*ENDINGS[1:-1], "trained", "in training", "stopped", "stopped early")),
        *("{0} damaged", "{0} unfinished", "{0} incomplete"),
    ),
    "dlx/diagnose/remedies": tuple(REMEDIES),
    "dlx/show/charts/search.py": ("{0} trained to the end",),
    "dlx/show/terminal/comparison_rows.py": ("{0}, mean (range)", "{0}, mean"),
    "dlx/runs/compare/groups.py": ("{0} ({1} runs)",),
    "dlx/show/terminal/tuning.py": tuple(
        f"{before}{{0}} {trials}{behind}"
        for trials in ("trials", "trial")
        for before, behind in (("", ""), ("", " after {1}"), ("after ", ""))
    ),
    "dlx/show/terminal/tuning_progress.py": ("{0} of {1} trials", "{0} of {1} trial", "round {0}{1}", "of {0}"),
    "dlx/show/terminal/study.py": ("by {0}", "{0} variants", "{0} variant"),
    "dlx/show/terminal/forecast.py": (
        *("about {0}", "at most {0}", "{0} input", "{0} inputs", "{0} output", "{0} outputs", "{0} bytes"),
        "{0}, {1} each",
    ),
    "dlx/show/terminal/gradcheck.py": (
        "{0} properties",
        *("none: {0} is not known to be analytic", "{0} example", "{0} entries", "{0} entry", "other θ"),
        *("and {0} directions", "and {0} direction", "after {0} steps", "after {0} step"),
        *("elsewhere, {0} examples", "elsewhere, {0} example"),
    ),
    "dlx/show/terminal/calibration.py": ("temperature {0}", "answered {0}"),
    "dlx/show/charts/columns.py": ("mean {0}, deviation {1}",),
    "dlx/spec/keys.py": (
        *("every {0}", "{0} is short for {1}", "{0} in place of a mapping", "a claim", "a number of units"),
        *("a list of {0}", "a name, or a mapping with its options"),
    ),
    "dlx/cli/list.py": ("Sections, each with its keys", "default {0}"),
    "dlx/show/terminal/difference.py": (
        "established: {0}{1}",
        "established {0}: {1}{2}",
        "established{0}: {1}{2}",
        "established for these two networks: {0}{1}",
        "established for these two trainings: {0}{1}",
        "{0} pairs",
        "about {0} dev examples in all",
    ),
    "dlx/show/page/collection.py": ("The complete plan (plan.yaml)", "{0} pictures", "a study"),
    "dlx/data/text_tables/dropped_lines.py": ("line {0} {1}", "lines {0}{1} {2}"),
}
# Words that stand alone: labels, heads of columns, what stands in their cells.
LABELS: dict[str, Iterable[str]] = {
    "dlx/show/terminal": (
        *(
            "or",
            "verdict",
            "cause",
            "advice",
            "beaten",
            "expected",
            "more",
            "then",
            "next",
            "run",
            "cost",
            "refit",
            "tested",
        ),
        *("kept", "try", "findings", "none", "pictures", "remedy:", "notes:", "written", "gap", "unknown", "taken"),
        *("as", "all", "fold", "probability", "loss", "optimal", "picture", "best", "result", "widened", "claims"),
        *("search", "fresh", "trial", "trials", "before", "importance", "share", "dimension", "scale", "variant"),
        *("first settings", "first cost", "one training", "steps", "method", "epochs at most", "group", "runs"),
        *("absent", "holds", "fails", "suggested", "falls", "grows", "column", "type", "missing", "different"),
        *("values", "value", "tells", "part", "target?", "(no name)", "rows", "target", "number", "text", "last"),
        *("replicate", "training", "in front", "as it is", "data", "memory", "difference", "worst entry", "analytic"),
        *("numeric", "covered", "left out", "rounding", "referee", "not seen", "elsewhere", "alone", "fault", "along"),
        *(
            "initialization",
            "met",
            "here",
            "trained",
            "and",
            "checked",
            "defined in",
            "passed",
            "with",
            "settings",
            "one-sided",
            "two-sided",
            "complex step",
            "not judged",
            "great",
        ),
        *("look", "worry", "great here only", "as trained", "threshold", "infinity", "-infinity", "best so far"),
    ),
    "dlx/gradcheck": (
        *("stale", "transposed", "unseeded", "uphill", "negative", "rises", "replaced", "zero", "mean"),
        *("missing γ", "missing 1/σ", "1/σ twice"),
    ),
    "dlx/documents": (
        *(
            "error",
            "warning",
            "note",
            "high",
            "low",
            "unsettled",
            *GAPS,
            "train − optimal",
            "not established",
            "early_stopped",
        ),
        *("keep", "harmful", "unclear", "failed", "stopped", "no effect", *ENDINGS[:-2], "running"),
    ),
    "dlx/show/charts": (
        *("95 % interval", "class", "label", "metric", "yes", "no", "remedy", "against", "replicates", "seconds"),
        *(f"on {part}" for part in PARTS),
        *("tolerance", "share (%)"),
    ),
    "dlx/show/page": (
        *(
            "Curves",
            "Diagnosis",
            "Findings",
            "Remedy:",
            "More:",
            "Spec",
            "Environment",
            "Kept:",
            "sections",
            "commands",
        ),
        *("Error (%)", "Cost", "RMSE (units of the target)", "linear", "logarithmic", "step", "epoch", "epochs"),
        *("parameters", "examples", "command", "started", "resumed", "ended", "seed", "threads", "tags", "task"),
        *(
            "layer",
            "saturated",
            "folds",
            "time",
            "status",
            "Trainings",
            "Plan",
            "example",
            "trainings",
            "overrides",
            "${plots[1 - which].dataset.scale} scale",
            "Rows with",
            "of ${rows.length}",
        ),
        *(
            "Claims",
            "Variants",
            "claim",
            "measured",
            "by",
            "variants",
            "Pictures",
            "activations",
            "boundaries",
            "curves",
            "paths",
            "sweep",
            "round",
            "diverged",
        ),
        *("hyperparameter", "Trials", "plan", "Columns", "Parts", "tells of the target", "in the search"),
        *(f"{part} {error}" for part in ("optimal", *PARTS[:-1]) for error in ERRORS),
    ),
    "dlx/diagnose/sections.py": tuple(SECTIONS),
    "dlx/diagnose/causes.py": (*map(title_of_finding, CAUSES), *(name.replace("_", " ") for name in CAUSES)),
    "dlx/documents/diagnosis.py": (
        *(f"{gap}: {level}" for gap in KEYS_OF_GAPS for level in ("high", "low", "unsettled", "unknown")),
    ),
    "dlx/stats/metrics": (
        *(title_of_metric(name) for name in Metric.members()),
        *(minimized(f"dev_{name}") for name in ("cost", *Metric.members())),
        *("train cost", "dev error (%)", "train error (%)"),
        *("Dev cost", "Train cost", "Dev error (%)", "Train error (%)"),
        *(f"{part} RMSE (units of the target)" for part in ("Dev", "Train", "dev", "train")),
    ),
    "dlx/words.py": ("budget spent", "incomplete", "unfinished", "damaged", "budget_spent"),
    "dlx/cli": (
        *("remark", "directory", "intact", "faulty", "not verified", "versions", "packages", "cores", "executable"),
        *("installed_in", "encoding", "terminal", "environment", "not recognized", "not installed", "removed", "name"),
        *("required", "optional"),
    ),
    "dlx/cli/explain.py": (
        *("meaning", "allowed", "default", "related", "short", "finding", "key", "severity", "notes", "--act tries"),
        *("of", "component", "quantity", "term", "all of it", "tasks", "better", "higher", "lower"),
    ),
}
