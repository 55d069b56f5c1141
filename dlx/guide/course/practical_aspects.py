"""Terms of week 1: data, errors, regularization, initialization and the check of gradients."""

from __future__ import annotations

from dlx.guide.course.term import CourseTerm

GRADIENTS = "Configurando la optimización de problemas, p. 11"
DIAGNOSE = ("diagnose", "latest")
PRACTICAL_ASPECTS: dict[str, CourseTerm] = {
    "overfitting": CourseTerm(
        "The network has learned what is accidental in train, so that it errs more on examples that it has not seen: "
        "variance is high. What helps is more data, regularization, or an earlier end.",
        "¿Por qué la regularización reduce overfitting?, p. 8",
        ("variance", "overtraining", "few_examples", "regularization.l2", "regularization.keep_prob", "data.augment"),
        DIAGNOSE,
        ("overfit", "high variance", "sobreajuste", "varianza alta", "sobre ajuste", "sobreentrenamiento"),
    ),
    "underfitting": CourseTerm(
        "The network errs even on the examples that it has learned from: bias is high. What helps is a larger network, "
        "longer training, or another optimizer.",
        "Bias/Variance, p. 5",
        ("bias", "too_few_units", "too_few_epochs", "architecture.hidden", "training.epochs", "optimizer"),
        DIAGNOSE,
        ("underfit", "high bias", "subajuste", "infraajuste", "sesgo alto", "sub ajuste"),
    ),
    "bayes error": CourseTerm(
        "The error that the best possible answer still makes, since the inputs do not tell all of the label; people "
        "often come close to it. Bias is what the network errs on train beyond it.",
        "Bias/Variance, p. 5",
        ("diagnosis.optimal_error", "bias"),
        ("diagnose", "latest", "diagnosis.optimal_error=0.02"),
        (
            "optimal error",
            "human-level error",
            "human level performance",
            "error de bayes",
            "error óptimo",
            "bayes optimal error",
            "nivel humano",
            "error humano",
        ),
    ),
    "learning curve": CourseTerm(
        "The errors on train and dev by how many examples the network was trained on. Where they still approach each "
        "other, more examples will help.",
        "Bias/Variance, p. 5",
        ("data.train_examples", "variance", "few_examples"),
        ("diagnose", "latest", "--learning-curve"),
        ("learning curves", "curva de aprendizaje"),
    ),
    "gradient checking": CourseTerm(
        "The gradient of backprop is compared with two-sided differences of the cost. A relative difference of 10⁻⁷ is "
        "great, of 10⁻³ a mistake.",
        "Gradient Checking: técnica para verificar la implementación de backpropagation, p. 13",
        ("wrong_gradient",),
        ("gradcheck", "spec.yaml"),
        (
            "gradient check",
            "grad check",
            "verificación de gradientes",
            "gradcheck",
            "comprobación de gradientes",
            "chequeo de gradientes",
            "numerical gradient",
            "numerical approximation of gradients",
            "aproximación numérica de gradientes",
            "gradiente numérico",
            "diferencias centradas",
        ),
    ),
    "vanishing gradients": CourseTerm(
        "On its way back through many layers the gradient shrinks, so that the first ones hardly learn. Initial "
        "weights of the right size prevent it, as do ReLU and batch norm.",
        GRADIENTS,
        ("vanishing_gradient", "vanishing_signal", "initializer", "architecture.activation", "architecture.batch_norm"),
        ("diagnose", "spec.yaml"),
        (
            "vanishing gradient problem",
            "gradientes que se desvanecen",
            "gradiente que se desvanece",
            "desvanecimiento del gradiente",
            "desvanecimiento de gradientes",
            "gradientes desvanecientes",
            "gradientes que desaparecen",
        ),
    ),
    "exploding gradients": CourseTerm(
        "On its way back through many layers the gradient grows, so that steps are far too long. Initial weights of "
        "the right size prevent it, and clipping bounds it.",
        GRADIENTS,
        ("exploding_gradient", "exploding_signal", "initializer", "optimizer.clip_norm"),
        ("diagnose", "spec.yaml"),
        (
            "exploding gradient problem",
            "gradientes que explotan",
            "gradiente que explota",
            "explosión del gradiente",
            "explosión de gradientes",
            "gradientes explosivos",
        ),
    ),
    "dev set": CourseTerm(
        "Train is what the network learns from, dev what choices are made by, and test what is measured once, at "
        "the end. With a million examples one in a hundred is enough for dev, and for test.",
        "Train/dev/tests sets, p. 4",
        ("data.split", "data.dev", "mismatch"),
        ("train", "spec.yaml", "data.split={train: 0.8, dev: 0.1, test: 0.1}"),
        (
            "development set",
            "validation set",
            "training set",
            "train set",
            "test set",
            "train dev test sets",
            "conjunto de entrenamiento",
            "conjunto de desarrollo",
            "conjunto de validación",
            "conjunto de prueba",
            "conjunto de test",
        ),
    ),
    "basic recipe": CourseTerm(
        "First bias is brought down, by a larger network, longer training or another architecture, and then "
        "variance, by more data or regularization. Each change is judged by the errors on train and dev.",
        "Bias/Variance, p. 5",
        ("bias", "variance", "verdict"),
        ("diagnose", "latest", "--act"),
        ("basic recipe for machine learning", "receta básica"),
    ),
    "logistic regression": CourseTerm(
        "A network without hidden layers whose output is the probability of one of two classes. Its boundary is a "
        "straight line.",
        "Aplicado a Regresión Logística, p. 7",
        ("architecture.hidden", "logistic", "softmax"),
        ("train", "spec.yaml", "architecture.hidden=[]"),
        ("regresión logística",),
    ),
    "l2 regularization": CourseTerm(
        "λ/2m times the sum of all squared weights is added to the cost, so that each step makes weights smaller. "
        "Small weights keep the function of the network smooth, which lowers variance.",
        "¿Qué forma toma la regularización para una red neuronal?, p. 8",
        ("regularization.l2", "regularization.l1", "optimizer.weight_decay"),
        ("train", "spec.yaml", "regularization.l2=0.7"),
        (
            "regularización l2",
            "frobenius norm",
            "norma de frobenius",
            "parámetro de regularización",
            "decaimiento de pesos",
        ),
    ),
    "dropout": CourseTerm(
        "In each step some units are left out at random, so that none can rely on another, and what remains is "
        "divided by keep_prob. That is the share that stays: keep_prob = 1 − dropout.",
        "Dropout regularización, p. 9",
        ("regularization.keep_prob", "architecture.hidden.keep_prob", "overfitting"),
        ("train", "spec.yaml", "regularization.keep_prob=0.8"),
        ("inverted dropout", "dropout invertido", "dropout regularization", "regularización por dropout"),
    ),
    "data augmentation": CourseTerm(
        "Altered copies of the examples of train, such as images that are flipped, shifted or rotated a little, "
        "which are new in each epoch. That costs less than more examples, and lowers variance.",
        "Data Augmentation, p. 10",
        ("data.augment", "few_examples", "flip", "shift", "rotate", "noise"),
        ("train", "spec.yaml", "data.augment=[{name: shift, pixels: 1}]"),
        ("aumento de datos", "aumentación de datos", "augmentación de datos", "ampliación de datos"),
    ),
    "early stopping": CourseTerm(
        "The training ends where the error on dev no longer falls, and the best epoch is kept. It lowers variance, "
        "but mixes two tasks, that of the cost and that of overfitting.",
        "Otros métodos de regularización, p. 10",
        ("training.early_stopping", "training.early_stopping.patience", "overtraining", "orthogonalization"),
        ("train", "spec.yaml", "training.early_stopping.patience=8"),
        ("early stop", "parada temprana", "detención temprana", "parada anticipada"),
    ),
    "orthogonalization": CourseTerm(
        "One knob for one task: first the cost is brought down, by the optimizer or a larger network, and then "
        "overfitting is met, by regularization. Early stopping turns both at once.",
        "Otros métodos de regularización, p. 10",
        ("optimizer", "regularization", "training.early_stopping"),
        DIAGNOSE,
        ("ortogonalización", "orthogonalisation"),
    ),
    "normalizing inputs": CourseTerm(
        "Each feature is given mean 0 and variance 1, by the numbers of train for all parts. The cost then has "
        "about the same slope in all directions, so that steps may be longer.",
        GRADIENTS,
        ("data.normalize", "standard", "minmax"),
        ("train", "spec.yaml", "data.normalize=standard"),
        (
            "input normalization",
            "feature scaling",
            "normalized inputs",
            "normalización de entradas",
            "normalizar entradas",
            "normalización de los datos",
            "normalización de features",
            "normalización de resultados",
            "estandarización",
        ),
    ),
    "initialization": CourseTerm(
        "The weights that a training begins with: random, so that no two units of a layer are alike, and with a "
        "variance of 1/n, or of 2/n for ReLU. Zeros leave all units of a layer the same for ever.",
        GRADIENTS,
        ("initializer", "he", "xavier", "lecun", "zeros", "symmetric_units"),
        ("train", "spec.yaml", "initializer=he"),
        (
            "weight initialization",
            "random initialization",
            "symmetry breaking",
            "inicialización",
            "inicialización de pesos",
            "inicialización aleatoria",
            "ruptura de simetría",
        ),
    ),
    "backpropagation": CourseTerm(
        "The gradient of the cost is computed from the output back to the first layer, each by the one behind it. "
        "dlx gradcheck compares it with differences of the cost.",
        "Gradient Checking: técnica para verificar la implementación de backpropagation, p. 13",
        ("gradient checking", "wrong_gradient", "vanishing gradients"),
        ("gradcheck", "spec.yaml"),
        (
            "backprop",
            "back propagation",
            "backward propagation",
            "backward pass",
            "retropropagación",
            "propagación hacia atrás",
        ),
    ),
}
