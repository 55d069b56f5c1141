"""All that a terminal shows; rich is imported only where there is one, and each module when it is used."""

from dlx.show.late_names import late_names

late_names(
    __name__,
    {
        "averages": ("averages",),
        "calibration": ("calibration",),
        "comparison": ("comparison",),
        "comparison_export": ("csv_rows", "markdown"),
        "count_progress": ("CountProgress",),
        "diagnosis": ("diagnosis",),
        "evaluation": ("evaluation",),
        "folds": ("folds",),
        "forecast": ("forecast",),
        "learning_curve": ("learning_curve",),
        "lines": ("columns_of", "csv_table", "document", "facts", "labeled", "path", "say", "table", "table_of_most"),
        "markdown_page": ("markdown_page",),
        "overview": ("overview",),
        "progress": ("progress",),
        "range_test": ("range_test",),
        "recipe": ("recipe",),
        "repair_progress": ("RepairProgress",),
        "study": ("failing", "foretold", "study"),
        "summary": ("summary",),
        "training_progress": ("TrainingProgress",),
        "tuning": ("tuning", "tuning_foretold"),
        "tuning_progress": ("TuningProgress",),
        "watching": ("WatchProgress", "watch_end"),
    },
)
