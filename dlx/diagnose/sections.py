"""Sections: where the course notes, which are in Spanish, speak of the topic that a finding or a remedy cites."""

from __future__ import annotations

SECTIONS = {
    "Activation functions": ("Configurando la optimización de problemas", 11),
    "Basic recipe": ("Bias/Variance", 5),
    "Batch norm": ("Normalización Batch", 28),
    "Bias and variance": ("Bias/Variance", 5),
    "Data augmentation": ("Data Augmentation", 10),
    "Dropout": ("Dropout regularización", 9),
    "Dropout, batch norm at test time": ("Dropout regularización", 9),
    "Early stopping": ("Otros métodos de regularización", 10),
    "Exploding gradients": ("Configurando la optimización de problemas", 11),
    "Gradient checking": ("Gradient Checking: técnica para verificar la implementación de backpropagation", 13),
    "L2 regularization": ("¿Qué forma toma la regularización para una red neuronal?", 8),
    "Learning rate": ("Tuning process", 26),
    "Learning rate decay": ("Decaimiento del ritmo de aprendizaje (α)", 22),
    "Mini-batch gradient descent": ("Mini-batch gradiente descendiente", 15),
    "Mismatched distributions": ("Mismatched train/test distribution", 4),
    "Momentum": ("Gradiente descendente con momentum", 20),
    "Momentum, RMSProp, Adam": ("Algoritmo de optimización de Adam (Adaptive moment estimation)", 21),
    "Normalizing inputs": ("Configurando la optimización de problemas", 11),
    "Regularization": ("Regularización", 7),
    "The problem of local optima": ("Óptimos locales en redes neuronales", 24),
    "Train, dev and test sets": ("Train/dev/tests sets", 4),
    "Vanishing gradients": ("Configurando la optimización de problemas", 11),
    "Weight initialization": ("Configurando la optimización de problemas", 11),
}


def place_in_notes(topic: str) -> str:
    """Such as `Mini-batch gradiente descendiente, p. 15`; a topic of a plugin stands for itself."""
    if topic not in SECTIONS:
        return topic
    heading, page = SECTIONS[topic]
    return f"{heading}, p. {page}"
