"""The two convolutional networks that most people meet first, after their descriptions.

Each is built, trained and tested as its authors say: keras-io's "Simple MNIST convnet" on Keras 3,
and the example "Basic MNIST Example" of the PyTorch project.
"""

import os
import time

os.environ.setdefault("KERAS_BACKEND", "torch")

import torch
from torch import nn
from torch.nn import functional


def convnet(*first):
    """keras-io's network, after the layers `first`."""
    import keras
    from keras import layers

    return keras.Sequential(
        [
            layers.Input((28, 28, 1)),
            *first,
            layers.Conv2D(32, 3, activation="relu"),
            layers.MaxPooling2D(2),
            layers.Conv2D(64, 3, activation="relu"),
            layers.MaxPooling2D(2),
            layers.Flatten(),
            layers.Dropout(0.5),
            layers.Dense(10, activation="softmax"),
        ]
    )


def keras_convnet(dataset, seed, epochs=15):
    """34,826 weights; Adam, batches of 128, a tenth of the images held out; published 99.22 %.

    Returns:
        The network as a module, the seconds of training, the share of right test answers.
    """
    import keras

    keras.utils.set_random_seed(seed)
    model = convnet()
    model.compile(loss="sparse_categorical_crossentropy", optimizer="adam", metrics=["accuracy"])
    images = dataset.train_images[..., None].astype("float32") / 255
    start = time.perf_counter()
    model.fit(
        images,
        dataset.train_labels,
        batch_size=128,
        epochs=epochs,
        validation_split=0.1,
        verbose=0,
    )
    seconds = time.perf_counter() - start
    tests = dataset.test_images[..., None].astype("float32") / 255
    return model, seconds, float(model.evaluate(tests, dataset.test_labels, verbose=0)[1])


def pytorch_example(dataset, seed, epochs=14):
    """1.2 million weights; Adadelta, rate 1 times 0.7 an epoch, batches of 64; published 99.185 %.

    Returns:
        As `keras_convnet`.
    """
    torch.manual_seed(seed)
    network = nn.Sequential(
        nn.Conv2d(1, 32, 3),
        nn.ReLU(),
        nn.Conv2d(32, 64, 3),
        nn.ReLU(),
        nn.MaxPool2d(2),
        nn.Dropout(0.25),
        nn.Flatten(),
        nn.Linear(9216, 128),
        nn.ReLU(),
        nn.Dropout(0.5),
        nn.Linear(128, 10),
    )
    optimiser = torch.optim.Adadelta(network.parameters(), lr=1.0)
    rates = torch.optim.lr_scheduler.StepLR(optimiser, step_size=1, gamma=0.7)
    images, labels = _tensors(dataset.train_images, dataset.train_labels)
    start = time.perf_counter()
    for _ in range(epochs):
        for chosen in torch.randperm(len(images)).split(64):
            optimiser.zero_grad()
            functional.cross_entropy(network(images[chosen]), labels[chosen]).backward()
            optimiser.step()
        rates.step()
    seconds = time.perf_counter() - start
    network.eval()
    tests, truth = _tensors(dataset.test_images, dataset.test_labels)
    with torch.inference_mode():
        guesses = torch.cat([network(part).argmax(1) for part in tests.split(1000)])
    return network, seconds, float((guesses == truth).double().mean())


def _tensors(images, labels):
    # The mean and deviation of MNIST's pixels, as the example has them.
    pixels = (torch.from_numpy(images)[:, None] / 255 - 0.1307) / 0.3081
    return pixels, torch.from_numpy(labels).long()
