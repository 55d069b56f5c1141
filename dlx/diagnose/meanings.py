"""What each finding means, in a sentence: what is wrong, and what it does to a network."""

from __future__ import annotations

MEANINGS = {
    "augmentation_too_strong": "The images of train are changed so much that the network does not fit them, while it "
    "could fit the images as they are.",
    "bad_beta": "An average over too few or too many gradients: momentum, RMSProp or Adam then follow noise, or "
    "gradients of long ago.",
    "batch_norm_small_batch": "Batch norm takes mean and variance of so few examples that they say little of the rest.",
    "batch_size_small": "Mini-batches are so small that a step costs more time than it brings.",
    "batch_too_large": "One batch holds so many examples that there are few steps in an epoch.",
    "cannot_overfit_a_batch": "The network cannot learn a handful of examples by heart, which any sound one can.",
    "class_imbalance": "Some class has far fewer examples than others, so that a small error says little of it.",
    "classes_as_numbers": "The labels are a few whole numbers and are learned as amounts, though they look like "
    "names of classes.",
    "constant_labels": "All labels of train are the same: there is nothing to learn.",
    "dead_units": "Units give 0 for every example: no gradient goes through them, and they never change again.",
    "decay_too_fast": "The learning rate fell so fast that training stood still before it was done.",
    "diverged": "A cost, gradient or parameter stopped being finite.",
    "dropout_too_strong": "So many units are dropped that the network does not fit train.",
    "duplicates_across_parts": "The same examples are in train and in dev or test, whose errors then measure memory.",
    "early_stopping_never_fired": "Early stopping was waiting when the last epoch came: the dev error may yet fall.",
    "infinite_start": "The first cost is not finite, before any step: the weights or the inputs are far too large.",
    "exploding_gradient": "The gradient grows from layer to layer on its way back: the first layers take steps "
    "that are too large.",
    "exploding_signal": "The values grow from layer to layer on their way through the network.",
    "few_examples": "Train has so few examples for each class, or each input, that a network learns them by heart.",
    "few_examples_of_a_class": "A class has so few examples in train that the network knows them and errs on new ones.",
    "frozen_gap": "The network's error in evaluation is not that in training, because of dropout or batch norm.",
    "full_batch_fits": "There are so few examples that gradient descent on all of them is as fast as mini-batches, and "
    "steadier.",
    "initial_cost": "The first cost is far above that of a network which knows nothing: its weights are too large.",
    "inputs_not_normalized": "Inputs are on scales that differ much: the cost is a long valley, in which steps zigzag.",
    "label_noise": "Some labels of train contradict what all similar examples say.",
    "labels_coded_otherwise": "The labels of one part have other codes for the classes than those of train.",
    "labels_shifted": "The labels stand a few rows beside the inputs that they belong to.",
    "labels_unrelated": "No simple model learns anything of these labels from these inputs.",
    "learning_rate_too_high": "Steps are so long that the cost jumps, or stays where shorter ones would lower it.",
    "learning_rate_too_low": "Steps are so short that the cost is still falling steadily, and slowly.",
    "missing_as_numbers": "A number such as -999 stands for missing values, and is taken for a measurement.",
    "near_copies_across_parts": "Almost the same examples are in train and in dev or test, as of images that were "
    "changed before the split.",
    "no_activation": "Hidden layers have no bend: together they are one linear function.",
    "no_better_than_constant": "The network is no better than always giving the same answer.",
    "no_regularization": "Nothing holds a large network back from learning few examples by heart.",
    "one_class_weighs_all": "The weights of the examples leave only one class to learn.",
    "oscillation": "The cost goes up and down from epoch to epoch in place of falling.",
    "other_rule_in_a_part": "In one part the labels follow from the inputs by another rule than in train.",
    "outliers_in_targets": "A few targets lie so far off that their squared residuals are most of the cost.",
    "overtraining": "The dev error grew again while that of train went on to fall: training went on for too long.",
    "parts_differ": "The inputs of a part come from another distribution than those of train.",
    "penalty_too_strong": "The penalty on the weights is so strong that the network does not fit train.",
    "plateau": "The cost stood still for a while, where the gradient is almost 0.",
    "rare_class_missed": "Most examples of a rare class are taken for another, which a small error hides.",
    "saturated_units": "Units are at the ends of sigmoid or tanh, where the slope is almost 0 and nothing is learned.",
    "stopped_too_soon": "Early stopping ended the training while the dev error was still about to fall.",
    "symmetric_units": "Units of a layer have the same weights, get the same gradients, and stay copies of each other.",
    "target_leak": "One feature tells the label almost by itself, as one that is known only after the label.",
    "targets_not_normalized": "The targets of a regression are far from 0, or of another size than 1: the first steps "
    "go into that alone.",
    "too_few_epochs": "The cost was still falling when training ended.",
    "too_few_units": "The network is too small for its examples: it does not fit train, however long it is trained.",
    "vanishing_gradient": "The gradient shrinks from layer to layer on its way back: first layers hardly learn.",
    "vanishing_signal": "The values shrink from layer to layer, until all examples look alike.",
    "wrong_gradient": "Backprop disagrees with differences of the cost: some operation's gradient is wrong.",
}
