"""Terms of the course, and quantities of a run: what each means, and where the notes speak of it."""

from __future__ import annotations

from dataclasses import dataclass

from dlx.synonyms import plainly

# What has no class of its own: what each run measures, by the last part of a column's name.
QUANTITIES = {
    "error": "The share of examples that are answered wrongly; of a regression the root of the mean squared error, in "
    "the unit of the target.",
    "cost": "The mean loss of the examples, without penalties where a part of the data is measured.",
    "gradient_norm": "The length of the gradient of all parameters, over the batches of an epoch.",
    "learning_rate": "α of a step, as the schedule makes it of optimizer.learning_rate.",
    "seconds": "How long the training has taken so far.",
}
# What a diagnosis judges, from the errors of the parts.
GAPS = {
    "bias": "How much the network errs on train beyond the optimal error: train − optimal. What lowers it is a larger "
    "network, longer training or another optimizer.",
    "variance": "How much more the network errs on dev than on train: dev − train, or train-dev − train where there is "
    "a train-dev set. What lowers it is more data or regularization.",
    "mismatch": "How much more the network errs on dev than on train-dev, which is of the distribution of train.",
    "overfitting_to_dev": "How much more the network errs on test than on dev, which choices were made by.",
    "verdict": "Whether bias and variance are high or low, which each is only if its whole interval lies on that side "
    "of diagnosis.tolerance.",
}
NOTES_OF_GAPS = "Bias/Variance, p. 5"
SHOWN_BY: dict[str, tuple[str, ...]] = {  # the command that shows a quantity
    "error": ("runs", "--sort", "dev_error"),
    "cost": ("runs", "--sort", "dev_cost"),
    "gradient_norm": ("runs", "--sort", "gradient_norm"),
    "learning_rate": ("runs", "--sort", "learning_rate"),
    "seconds": ("runs", "--sort", "seconds"),
}


@dataclass(frozen=True)
class CourseTerm:
    """A term.

    meaning: in two sentences.
    notes: the heading and the page of the course notes.
    related: keys, findings and components that can be explained, too.
    example: the words of a command behind ``dlx``.
    others: other names of it, also in Spanish.
    """

    meaning: str
    notes: str
    related: tuple[str, ...]
    example: tuple[str, ...]
    others: tuple[str, ...] = ()


ADAM = "Algoritmo de optimización de Adam (Adaptive moment estimation), p. 21"
GRADIENTS = "Configurando la optimización de problemas, p. 11"
DIAGNOSE = ("diagnose", "latest")
TERMS: dict[str, CourseTerm] = {
    "overfitting": CourseTerm(
        "The network has learned what is accidental in train, so that it errs more on examples that it has not seen: "
        "variance is high. What helps is more data, regularization, or an earlier end.",
        "¿Por qué la regularización reduce overfitting?, p. 8",
        ("variance", "overtraining", "few_examples", "regularization.l2", "regularization.keep_prob", "data.augment"),
        DIAGNOSE,
        ("overfit", "high variance", "sobreajuste", "varianza alta"),
    ),
    "underfitting": CourseTerm(
        "The network errs even on the examples that it has learned from: bias is high. What helps is a larger network, "
        "longer training, or another optimizer.",
        "Bias/Variance, p. 5",
        ("bias", "too_few_units", "too_few_epochs", "architecture.hidden", "training.epochs", "optimizer"),
        DIAGNOSE,
        ("underfit", "high bias", "subajuste", "infraajuste", "sesgo alto"),
    ),
    "bayes error": CourseTerm(
        "The error that the best possible answer still makes, since the inputs do not tell all of the label; people "
        "often come close to it. Bias is what the network errs on train beyond it.",
        "Bias/Variance, p. 5",
        ("diagnosis.optimal_error", "bias"),
        ("diagnose", "latest", "diagnosis.optimal_error=0.02"),
        ("optimal error", "human-level error", "human level performance", "error de bayes", "error óptimo"),
    ),
    "learning curve": CourseTerm(
        "The errors on train and dev by how many examples the network was trained on. Where they still approach each "
        "other, more examples will help.",
        "Bias/Variance, p. 5",
        ("data.train_examples", "variance", "few_examples"),
        ("diagnose", "latest", "--learning-curve"),
        ("learning curves", "curva de aprendizaje"),
    ),
    "epoch": CourseTerm(
        "One pass over all examples of train. It has a step for each mini-batch.",
        "Definición de epoch y decaimiento del ritmo de aprendizaje, p. 23",
        ("training.epochs", "training.batch_size"),
        ("train", "spec.yaml", "training.epochs=20"),
        ("época", "epoca"),
    ),
    "mini-batch": CourseTerm(
        "A part of train, by whose gradient a step is made. With small ones steps are many and noisy, with all of "
        "train in one they are few and exact.",
        "Mini-batch gradiente descendiente, p. 15",
        ("training.batch_size", "batch_size_small", "batch_too_large", "full_batch_fits"),
        ("train", "spec.yaml", "training.batch_size=64"),
        ("minibatch", "mini-batch gradient descent", "stochastic gradient descent"),
    ),
    "vanishing gradients": CourseTerm(
        "On its way back through many layers the gradient shrinks, so that the first ones hardly learn. Initial "
        "weights of the right size prevent it, as do ReLU and batch norm.",
        GRADIENTS,
        ("vanishing_gradient", "vanishing_signal", "initializer", "architecture.activation", "architecture.batch_norm"),
        ("diagnose", "spec.yaml"),
        ("vanishing gradient problem", "gradientes que se desvanecen", "desvanecimiento del gradiente"),
    ),
    "exploding gradients": CourseTerm(
        "On its way back through many layers the gradient grows, so that steps are far too long. Initial weights of "
        "the right size prevent it, and clipping bounds it.",
        GRADIENTS,
        ("exploding_gradient", "exploding_signal", "initializer", "optimizer.clip_norm"),
        ("diagnose", "spec.yaml"),
        ("exploding gradient problem", "gradientes que explotan", "explosión del gradiente"),
    ),
    "softmax": CourseTerm(
        "The output activation for several classes: exp(Z) of each, divided by the sum of all, so that they are "
        "probabilities. With two classes it comes to logistic regression.",
        "Regresión Softmax, p. 32",
        ("loss", "task", "log_loss"),
        ("list", "loss", "softmax"),
        ("softmax regression", "regresión softmax"),
    ),
    "momentum": CourseTerm(
        "Steps follow an average of the last gradients in place of the last one. What oscillates then cancels, and "
        "what stays adds up.",
        "Gradiente descendente con momentum, p. 20",
        ("optimizer", "optimizer.beta", "nesterov"),
        ("train", "spec.yaml", "optimizer={name: momentum, beta: 0.9}"),
    ),
    "rmsprop": CourseTerm(
        "Each entry of the gradient is divided by the root of an average of its squares. So directions that are steep "
        "and flat get steps of the same size.",
        "Otro algoritmo: RMSProp (RootMeanSquareProp), p. 21",
        ("optimizer", "optimizer.beta", "adam"),
        ("train", "spec.yaml", "optimizer=rmsprop"),
    ),
    "adam": CourseTerm(
        "Momentum and RMSProp together, both with bias correction. It works with its usual β₁ and β₂ nearly "
        "everywhere, so that α is what has to be tuned.",
        ADAM,
        ("optimizer", "optimizer.beta1", "optimizer.beta2", "momentum", "rmsprop"),
        ("train", "spec.yaml", "optimizer=adam"),
    ),
    "exponentially weighted average": CourseTerm(
        "v = β·v + (1 − β)·x, taken from value to value: an average over about the last 1/(1 − β) of them. Momentum, "
        "RMSProp, Adam and batch norm rest on it.",
        "Exponentially weighted averages, p. 18",
        ("momentum", "adam", "optimizer.beta"),
        ("average", "temperatures.csv", "--beta", "0.9,0.98"),
        ("exponentially weighted averages", "moving average", "promedio pesado exponencial", "promedio móvil"),
    ),
    "bias correction": CourseTerm(
        "An average that begins with v = 0 is too small at first; divided by 1 − βᵗ it is not. After many steps that "
        "is 1 and changes nothing.",
        "Corrección del sesgo (bias), p. 19",
        ("adam", "exponentially weighted average"),
        ("average", "temperatures.csv", "--beta", "0.98"),
        ("corrección del sesgo",),
    ),
    "gradient checking": CourseTerm(
        "The gradient of backprop is compared with two-sided differences of the cost. A relative difference of 10⁻⁷ is "
        "great, of 10⁻³ a mistake.",
        "Gradient Checking: técnica para verificar la implementación de backpropagation, p. 13",
        ("wrong_gradient",),
        ("gradcheck", "spec.yaml"),
        ("gradient check", "grad check", "verificación de gradientes"),
    ),
    "hyperparameter": CourseTerm(
        "A number that is chosen before training and not learned, such as α, β, or how many units a layer has. The "
        "notes advise values at random on the right scale, and no grid.",
        "Tuning process, p. 26",
        ("optimizer.learning_rate", "training.batch_size", "architecture.hidden", "search.space"),
        ("tune", "search.yaml"),
        ("hyperparameters", "hyperparameter tuning", "hiperparámetro", "hiperparámetros"),
    ),
    "local optimum": CourseTerm(
        "A point that no small step improves, though a better one is elsewhere. Large networks hardly meet any: what "
        "slows them down are saddle points and plateaus.",
        "Óptimos locales en redes neuronales, p. 24",
        ("plateau", "saddle", "optimizer"),
        ("train", "spec.yaml", "optimizer=adam"),
        ("local optima", "local minimum", "local minima", "saddle point", "óptimo local", "óptimos locales"),
    ),
}
# What the course calls in Spanish what has a name of its own here.
IN_SPANISH = {
    "sesgo": "bias",
    "varianza": "variance",
    "desajuste": "mismatch",
    "tasa de aprendizaje": "learning_rate",
    "ritmo de aprendizaje": "learning_rate",
    "gradiente descendente": "gradient_descent",
    "gradiente descendiente": "gradient_descent",
    "descenso de gradiente": "gradient_descent",
    "regularización": "regularization",
    "normalización batch": "batch_norm",
    "decaimiento de la tasa de aprendizaje": "schedule",
    "función de activación": "activation",
    "capas ocultas": "hidden",
    "coste": "cost",
}
_NAMES = {plainly(name): name for name in TERMS} | {
    plainly(other): name for name, term in TERMS.items() for other in term.others
}


def term_of(text: str) -> str | None:
    """The name of the term that a text is, in whatever spelling."""
    return _NAMES.get(plainly(text))


def name_here(text: str) -> str:
    """What dlx calls a word of the course in Spanish; other texts stay as they are."""
    plain = plainly(text)
    return next((name for word, name in IN_SPANISH.items() if plainly(word) == plain), text)
