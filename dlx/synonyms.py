"""Synonyms: what other tools call what dlx has, so that a wrong word is answered with the right one."""

from __future__ import annotations

from collections.abc import Iterable

JOINTS = dict.fromkeys(map(ord, "_- "))


def plainly(name: str) -> str:
    """A name without capitals, and without what joins its words.

    >>> plainly("Leaky-ReLU") == plainly("leaky_relu") == "leakyrelu"
    True
    """
    return name.lower().translate(JOINTS)


def as_spelt(word: str, names: Iterable[str]) -> str:
    """The name that a word is but for capitals and joints, where only one is; else the word.

    >>> as_spelt("Leaky ReLU", ["relu", "leaky_relu"]), as_spelt("swish", ["relu"])
    ('leaky_relu', 'swish')
    """
    listed = list(names)
    alike = {name for name in listed if plainly(name) == plainly(word)}
    return alike.pop() if word not in listed and len(alike) == 1 else word


# The names here, by what PyTorch, Keras, scikit-learn, Hydra and textbooks call them, all of a row. A word may stand in
# several rows: those names count that are allowed where it was written.
_ROWS: tuple[tuple[str, str], ...] = (
    # keys
    ("architecture", "model network net mlp"),
    ("hidden", "layers hidden_layers hidden_layer_sizes hidden_sizes hidden_size hidden_units hidden_dims hidden_dim"),
    ("hidden", "units neurons n_hidden num_hidden num_layers n_layers dense width widths net_arch sizes layer_sizes"),
    ("activation", "act act_fn activation_fn activation_function hidden_activation nonlinearity"),
    ("batch_norm", "bn use_bn use_batch_norm batch_normalization batchnorm1d"),
    ("layer_norm", "ln use_layer_norm layer_normalization"),
    ("bias", "use_bias fit_intercept"),
    ("initializer", "init initialization weight_init kernel_initializer w_init weights_init"),
    ("keep_prob", "dropout dropout_rate dropout_prob p_drop drop_rate keep_probability p_keep"),
    ("l2", "weight_decay wd lambd lambda reg l2_reg l2_penalty ridge l2_regularization kernel_regularizer penalty"),
    ("l1", "l1_reg l1_penalty lasso l1_regularization"),
    ("regularization", "regularizer regularisation reg"),
    ("weight_decay", "wd decoupled_weight_decay"),
    ("optimizer", "optim optimiser solver algorithm opt"),
    ("learning_rate", "lr alpha eta rate step_size stepsize learning_rate_init base_lr max_lr initial_lr init_lr eta0"),
    ("beta", "rho momentum_coefficient decay_factor"),
    ("beta1", "betas beta_1"),
    ("beta2", "beta_2"),
    ("epsilon", "eps"),
    ("clip_norm", "grad_clip gradient_clip clip_grad_norm max_grad_norm gradient_clip_val global_clipnorm clipping"),
    ("clip_value", "clip_grad_value max_grad_value"),
    ("schedule", "scheduler lr_scheduler lr_schedule lr_decay decay learning_rate_schedule learning_rate_decay"),
    ("decay_rate", "gamma decay"),
    ("epochs", "epoch max_epochs n_epochs num_epochs num_train_epochs max_iter n_iter iterations nb_epoch ep"),
    ("batch_size", "batch bs minibatch minibatch_size mini_batch_size batchsize mini_batch train_batch_size"),
    ("batch_size", "per_device_train_batch_size"),
    ("early_stopping", "early_stop patience es"),
    ("patience", "n_iter_no_change"),
    ("min_delta", "tol"),
    ("evaluate_every", "eval_every eval_steps eval_interval log_interval validation_freq check_val_every_n_epoch"),
    ("threads", "num_threads n_threads"),
    ("seed", "random_state random_seed rng"),
    ("dtype", "precision float_type"),
    ("loss", "criterion loss_fn loss_function cost cost_function objective_function"),
    ("metrics", "metric scoring"),
    ("name", "experiment experiment_name run_name"),
    ("source", "dataset datasets file path csv data_path filename"),
    ("path", "file filename file_name file_path filepath csv data_path"),
    ("split", "validation_split test_size train_size val_size test_split val_split"),
    ("normalize", "normalization normalisation scaler scaling standardization preprocessing preprocess scale"),
    ("normalize_targets", "target_scaling scale_targets normalize_y"),
    ("augment", "augmentation augmentations transforms transform data_augmentation"),
    ("class_weight", "class_weights pos_weight"),
    ("sample_weight", "sample_weights weights"),
    ("folds", "cv k_fold kfold n_splits n_folds cross_validation"),
    ("dev", "validation valid val val_set dev_set"),
    ("target", "label labels y target_column label_column output outcome"),
    ("use", "features columns usecols feature_columns"),
    ("ignore", "drop drop_columns exclude"),
    ("delimiter", "sep separator"),
    ("quote", "quotechar quote_char"),
    ("missing", "na_values nan"),
    ("impute", "imputer fillna fill_na"),
    ("categorical", "categories cat_features categorical_features"),
    ("m", "n_samples num_samples samples"),
    ("extends", "defaults inherit include"),
    ("plugins", "plugin imports custom_objects"),
    ("task", "problem problem_type"),
    ("shuffle", "shuffle_seed"),
    # optimizers and schedules
    ("gradient_descent", "sgd gd vanilla_sgd stochastic_gradient_descent"),
    ("momentum", "sgd_momentum sgdm heavy_ball"),
    ("nesterov", "nag nesterov_momentum accelerated_gradient"),
    ("adam", "adamax nadam amsgrad radam"),
    ("adamw", "weight_decay"),
    ("rmsprop", "rms"),
    ("adagrad", "adadelta"),
    ("constant", "none fixed"),
    ("exponential", "exponential_decay exponential_lr"),
    ("staircase", "step step_lr multi_step_lr multistep piecewise"),
    ("cosine", "cosine_annealing cosine_decay cosine_annealing_lr one_cycle"),
    ("inverse_time", "inverse_time_decay invscaling time_based"),
    ("inverse_sqrt", "inverse_square_root noam"),
    ("manual", "piecewise_constant piecewise_constant_decay"),
    # initializers
    ("he", "kaiming kaiming_normal kaiming_uniform he_normal he_uniform"),
    ("xavier", "glorot glorot_uniform glorot_normal xavier_normal xavier_uniform"),
    ("lecun", "lecun_normal lecun_uniform"),
    ("normal", "random gaussian random_normal truncated_normal uniform random_uniform"),
    ("zeros", "zero constant"),
    # activations
    ("identity", "linear none"),
    ("sigmoid", "logistic sigm expit"),
    ("tanh", "hyperbolic_tangent"),
    ("leaky_relu", "alpha lrelu prelu"),
    ("elu", "selu celu"),
    ("swish", "silu hardswish mish"),
    ("relu", "rectifier relu6 rectified_linear"),
    # losses
    ("softmax", "cross_entropy categorical_cross_entropy sparse_categorical_cross_entropy cross_entropy_loss nll"),
    ("softmax", "nll_loss multinomial"),
    ("logistic", "cross_entropy bce bce_loss bce_with_logits bce_with_logits_loss binary_cross_entropy sigmoid"),
    ("logistic", "log_loss"),
    ("logistic_per_label", "multilabel_soft_margin_loss"),
    ("squared_error", "mse mse_loss l2_loss mean_squared_error squared least_squares quadratic"),
    ("absolute", "mae mae_loss l1_loss mean_absolute_error absolute_error l1"),
    ("huber", "smooth_l1 smooth_l1_loss huber_loss"),
    ("poisson", "poisson_loss poisson_nll_loss"),
    # metrics
    ("balanced_error", "balanced_accuracy"),
    ("dev_error", "val_error val_accuracy val_acc dev_accuracy validation_error"),
    ("dev_cost", "val_loss dev_loss validation_loss"),
    ("train_error", "train_accuracy train_acc"),
    ("train_cost", "train_loss loss"),
    ("roc_auc", "auc auroc roc_auc_score"),
    ("average_precision", "ap pr_auc auprc"),
    ("log_loss", "cross_entropy nll"),
    ("brier", "brier_score"),
    ("f1", "f_score f1_score fscore f_measure"),
    ("recall", "sensitivity tpr true_positive_rate"),
    ("precision", "ppv"),
    ("r2", "r2_score r_squared coefficient_of_determination"),
    ("rmse", "root_mean_squared_error"),
    ("mae", "mean_absolute_error"),
    # the rest
    ("standard", "z_score standardize standard_scaler zscore"),
    ("minmax", "min_max_scaler min_max"),
    ("robust", "robust_scaler"),
    ("none", "no off false null"),
    ("multiclass", "classification classifier multi_class"),
    ("binary", "binary_classification"),
    ("regression", "regressor"),
    ("digits", "load_digits optdigits"),
    ("circles", "make_circles"),
    ("moons", "make_moons"),
    ("blobs", "make_blobs"),
    ("spirals", "spiral"),
    ("file", "csv parquet npz npy table tabular"),
    ("flip", "random_horizontal_flip horizontal_flip random_flip"),
    ("rotate", "random_rotation rotation random_rotate"),
    ("shift", "translate random_translation random_crop"),
    ("noise", "gaussian_noise jitter"),
    ("float32", "fp32 single float"),
    ("float64", "fp64 double"),
    ("full", "all batch"),
    ("most_frequent", "mode"),
    ("coarse_to_fine", "coarse"),
    ("random", "random_search"),
    ("grid", "grid_search"),
    ("tpe", "optuna bayesian hyperopt bayes"),
    ("log_uniform", "loguniform log log_scale"),
    ("trials", "n_trials num_trials num_samples n_iter"),
    ("space", "param_grid params param_distributions parameters search_space config"),
    ("objective", "metric monitor scoring"),
    ("choice", "categorical values options"),
    ("seeds", "repeats repetitions replicates"),
    ("expect", "claims assertions"),
    ("variants", "experiments configs"),
    ("sweep", "grid multirun"),
    # arguments of Python
    ("replicates", "seeds repeats repetitions n_seeds"),
    ("most", "limit n top head tail last max_results"),
    ("out", "path file filename output output_dir directory folder run_directory"),
    ("reference", "path directory"),
    ("to", "format fmt"),
    ("on_record", "callback callbacks hooks"),
    ("workers", "n_jobs jobs processes num_workers n_workers"),
    ("progress", "verbose verbosity show_progress progress_bar"),
    # formats of exports
    ("pytorch", "torch pt"),
    ("keras", "tf tensorflow h5"),
)
SYNONYMS: dict[str, tuple[str, ...]] = {}
for _name, _words in _ROWS:
    for _word in _words.split():
        SYNONYMS[plainly(_word)] = (*SYNONYMS.get(plainly(_word), ()), _name)

# What else has to be said of a word, where its name alone would mislead.
_DATASET = "only toy data come with dlx; of a file: data.source={name: file, path: DATA.csv, target: COLUMN}"
NOTES: dict[str, str] = {
    **dict.fromkeys(
        ("dropout", "dropoutrate", "dropoutprob", "pdrop", "droprate"), "it is the share that stays: 1 − dropout"
    ),
    **dict.fromkeys(("layers", "hiddenlayers", "nlayers", "numlayers"), "a list with the units of each: [64, 32]"),
    "momentum": "momentum is an optimizer: optimizer={name: momentum, beta: 0.9}",
    "nesterov": "nesterov is an optimizer: optimizer={name: nesterov, beta: 0.9}",
    **dict.fromkeys(
        ("validationsplit", "testsize", "trainsize", "valsize", "testsplit", "valsplit"),
        "it is {train: 0.8, dev: 0.1, test: 0.1}",
    ),
    **dict.fromkeys(("iris", "wine", "breastcancer", "diabetes", "titanic", "boston", "californiahousing"), _DATASET),
    **dict.fromkeys(("mnist", "fashionmnist", "cifar10", "cifar100", "imagenet", "adult", "openml"), _DATASET),
    **dict.fromkeys(("gpu", "gpus", "device", "cuda", "accelerator"), "dlx trains on the processor alone"),
    **dict.fromkeys(("lbfgs", "bfgs", "newton"), "all optimizers here are of first order"),
    **dict.fromkeys(
        ("inputsize", "inputdim", "outputsize", "outputdim", "numclasses", "nclasses", "inputshape"),
        "input and output follow from the data",
    ),
    **dict.fromkeys(("acc", "accuracy", "accuracyscore"), "the error is always measured, and accuracy is 1 − error"),
    "softmax": "softmax is of the output, and follows from the labels or stands under loss",
    "maxpool": "networks here are fully connected",
    "conv2d": "networks here are fully connected",
}
