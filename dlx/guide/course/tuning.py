"""Terms of week 3: tuning, batch norm and softmax."""

from __future__ import annotations

from dlx.guide.course.term import CourseTerm

TUNING: dict[str, CourseTerm] = {
    "hyperparameter": CourseTerm(
        "A number that is chosen before training and not learned, such as α, β, or how many units a layer has. The "
        "notes advise values at random on the right scale, and no grid.",
        "Tuning process, p. 26",
        ("optimizer.learning_rate", "training.batch_size", "architecture.hidden", "search.space"),
        ("tune", "search.yaml"),
        (
            "hyperparameters",
            "hyperparameter tuning",
            "hiperparámetro",
            "hiperparámetros",
            "tuning process",
            "ajuste de hiperparámetros",
            "búsqueda de hiperparámetros",
            "elección de hiperparámetros",
            "hiper parámetro",
        ),
    ),
    "softmax": CourseTerm(
        "The output activation for several classes: exp(Z) of each, divided by the sum of all, so that they are "
        "probabilities. With two classes it comes to logistic regression.",
        "Regresión Softmax, p. 32",
        ("loss", "task", "log_loss"),
        ("list", "loss", "softmax"),
        (
            "softmax regression",
            "regresión softmax",
            "clasificador softmax",
            "multi-class classification",
            "clasificación multiclase",
        ),
    ),
    "random search": CourseTerm(
        "Settings are drawn at random rather than from a grid, so that each training tries another value of every "
        "hyperparameter. A grid tries few values of the one that matters.",
        "Tuning process, p. 26",
        ("search.method", "search.space", "coarse to fine"),
        ("tune", "search.yaml", "search.method=random"),
        ("grid search", "búsqueda aleatoria", "búsqueda en grilla", "búsqueda por cuadrícula", "grilla"),
    ),
    "coarse to fine": CourseTerm(
        "A search that goes on in the region where its first trials were best. Each round draws in a smaller one.",
        "Tuning process, p. 26",
        ("search.method", "search.rounds", "random search"),
        ("tune", "search.yaml", "search.method=coarse_to_fine"),
        ("coarse-to-fine search", "de grueso a fino"),
    ),
    "logarithmic scale": CourseTerm(
        "Values are drawn so that each power of ten is as likely as the next: 10^r with r at random. α needs it, "
        "and for β it is 1 − β that is drawn so.",
        "Tuning process, p. 26",
        ("search.space", "search.space.log_uniform", "search.space.one_minus_log_uniform"),
        ("tune", "search.yaml"),
        ("log scale", "appropriate scale", "escala logarítmica", "escala adecuada"),
    ),
    "batch norm": CourseTerm(
        "Each unit's Z is given mean 0 and variance 1 over the mini-batch, then scale γ and shift β that are "
        "learned. In evaluation running averages take the place of those of the batch.",
        "Normalización Batch, p. 28",
        ("batch_norm", "architecture.batch_norm", "layer_norm"),
        ("train", "spec.yaml", "architecture.batch_norm=true"),
        (
            "batch normalization",
            "covariate shift",
            "internal covariate shift",
            "normalización batch",
            "normalización por lotes",
            "normalización por batch",
        ),
    ),
    "cross entropy": CourseTerm(
        "The loss of a classification: −ln of the probability that the network gives to the true class. With two "
        "classes it is the logistic loss, with more that of softmax.",
        "Entrenar un clasificador Softmax, p. 34",
        ("loss", "softmax", "logistic", "log_loss"),
        ("list", "loss", "softmax"),
        ("cross-entropy loss", "categorical cross entropy", "binary cross entropy", "entropía cruzada"),
    ),
}
