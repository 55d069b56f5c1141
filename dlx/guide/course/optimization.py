"""Terms of week 2: mini-batches, optimizers and the decay of the learning rate."""

from __future__ import annotations

from dlx.guide.course.term import CourseTerm

ADAM = "Algoritmo de optimización de Adam (Adaptive moment estimation), p. 21"
OPTIMIZATION: dict[str, CourseTerm] = {
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
        (
            "minibatch",
            "mini-batch gradient descent",
            "stochastic gradient descent",
            "gradiente descendiente estocástico",
            "descenso de gradiente estocástico",
            "mini-batch gradiente descendiente",
            "tamaño del mini-batch",
            "tamaño de lote",
            "tamaño del batch",
            "lote",
            "mini lote",
        ),
    ),
    "momentum": CourseTerm(
        "Steps follow an average of the last gradients in place of the last one. What oscillates then cancels, and "
        "what stays adds up.",
        "Gradiente descendente con momentum, p. 20",
        ("optimizer", "optimizer.beta", "nesterov"),
        ("train", "spec.yaml", "optimizer={name: momentum, beta: 0.9}"),
        (
            "gradient descent with momentum",
            "gradiente descendente con momentum",
            "momento",
        ),
    ),
    "rmsprop": CourseTerm(
        "Each entry of the gradient is divided by the root of an average of its squares. So directions that are steep "
        "and flat get steps of the same size.",
        "Otro algoritmo: RMSProp (RootMeanSquareProp), p. 21",
        ("optimizer", "optimizer.beta", "adam"),
        ("train", "spec.yaml", "optimizer=rmsprop"),
        (
            "root mean square prop",
            "rms prop",
        ),
    ),
    "adam": CourseTerm(
        "Momentum and RMSProp together, both with bias correction. It works with its usual β₁ and β₂ nearly "
        "everywhere, so that α is what has to be tuned.",
        ADAM,
        ("optimizer", "optimizer.beta1", "optimizer.beta2", "momentum", "rmsprop"),
        ("train", "spec.yaml", "optimizer=adam"),
        (
            "adaptive moment estimation",
            "adam optimization",
            "optimización de adam",
        ),
    ),
    "exponentially weighted average": CourseTerm(
        "v = β·v + (1 − β)·x, taken from value to value: an average over about the last 1/(1 − β) of them. Momentum, "
        "RMSProp, Adam and batch norm rest on it.",
        "Exponentially weighted averages, p. 18",
        ("momentum", "adam", "optimizer.beta"),
        ("average", "temperatures.csv", "--beta", "0.9,0.98"),
        (
            "exponentially weighted averages",
            "moving average",
            "promedio pesado exponencial",
            "promedio móvil",
            "exponentially weighted moving average",
            "exponential moving average",
            "ema",
            "media móvil",
            "media móvil exponencial",
            "promedio móvil exponencial",
            "promedio ponderado exponencial",
            "media ponderada exponencial",
        ),
    ),
    "bias correction": CourseTerm(
        "An average that begins with v = 0 is too small at first; divided by 1 − βᵗ it is not. After many steps that "
        "is 1 and changes nothing.",
        "Corrección del sesgo (bias), p. 19",
        ("adam", "exponentially weighted average"),
        ("average", "temperatures.csv", "--beta", "0.98"),
        ("corrección del sesgo",),
    ),
    "local optimum": CourseTerm(
        "A point that no small step improves, though a better one is elsewhere. Large networks hardly meet any: what "
        "slows them down are saddle points and plateaus.",
        "Óptimos locales en redes neuronales, p. 24",
        ("plateau", "saddle", "optimizer"),
        ("train", "spec.yaml", "optimizer=adam"),
        ("local optima", "local minimum", "local minima", "óptimo local", "óptimos locales", "mínimo local"),
    ),
    "gradient descent": CourseTerm(
        "Each step goes against the gradient of the cost: θ ← θ − α·dθ. With all of train in one step the cost "
        "falls steadily; with mini-batches it falls sooner, but not in every step.",
        "Mini-batch gradiente descendiente, p. 15",
        ("gradient_descent", "optimizer.learning_rate", "mini-batch"),
        ("train", "spec.yaml", "optimizer=gradient_descent"),
        (
            "batch gradient descent",
            "gradiente descendente",
            "gradiente descendiente",
            "descenso de gradiente",
            "descenso por gradiente",
        ),
    ),
    "forward propagation": CourseTerm(
        "From the inputs the values of each layer are computed, Z = W·A + b and A = g(Z), up to the answer and its "
        "cost. dlx config show prints it with the whole step.",
        "Mini-batch gradiente descendiente, p. 15",
        ("backpropagation", "architecture"),
        ("config", "show", "spec.yaml", "--step"),
        ("forward prop", "forward pass", "propagación hacia adelante"),
    ),
    "iteration": CourseTerm(
        "A step: the gradient of one mini-batch, and the change of the parameters by it. An epoch has as many as "
        "there are mini-batches.",
        "Función de coste en función del número de iteraciones, p. 16",
        ("training.epochs", "training.batch_size"),
        ("train", "spec.yaml", "training.epochs=20"),
        ("iteración", "número de iteraciones"),
    ),
    "learning rate decay": CourseTerm(
        "α becomes smaller from epoch to epoch, so that steps are long at first and end close to the minimum. The "
        "formula of the notes, α₀/(1 + decay_rate·epoch), is inverse_time.",
        "Decaimiento del ritmo de aprendizaje (α), p. 22",
        ("schedule", "inverse_time", "exponential", "staircase"),
        ("train", "spec.yaml", "schedule={name: inverse_time, decay_rate: 1.0}"),
        ("decaimiento de la tasa de aprendizaje", "decaimiento del ritmo de aprendizaje", "decaimiento de alfa"),
    ),
    "saddle point": CourseTerm(
        "A point where the cost rises in some directions and falls in others, so that the gradient is 0 at no "
        "minimum. In many dimensions it is far likelier than a local optimum.",
        "Óptimos locales en redes neuronales, p. 24",
        ("saddle", "plateau", "local optimum"),
        ("train", "spec.yaml", "optimizer=adam"),
        ("punto de silla", "punto silla", "punto de ensilladura"),
    ),
}
