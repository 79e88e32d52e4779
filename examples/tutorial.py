"""The classic Keras tutorial on MNIST, as Keras 3 wants it.

    python examples/tutorial.py mnist.npz
    python examples/tutorial.py mnist.npz --epochs 2 --images 3000

docs/tutorial.md has each old line beside its new one.
"""

import argparse
import os
from pathlib import Path

# Before Keras is imported: without it Keras looks for TensorFlow.
os.environ.setdefault("KERAS_BACKEND", "torch")

import keras
import numpy as np
from keras import Sequential
from keras.layers import Activation, Dense, Dropout
from keras.optimizers import SGD
from keras.optimizers.schedules import InverseTimeDecay
from keras.utils import to_categorical


def main() -> None:
    options = read_options()

    with np.load(options.data, allow_pickle=False) as file:
        x_train, y_train = file["x_train"][: options.images], file["y_train"][: options.images]
        x_test, y_test = file["x_test"], file["y_test"]
    x_train = x_train.reshape(-1, 784).astype("float32")
    x_test = x_test.reshape(-1, 784).astype("float32")
    y_train_one_hot = to_categorical(y_train, 10)
    y_test_one_hot = to_categorical(y_test, 10)

    keras.utils.set_random_seed(options.seed)
    model = Sequential()
    model.add(keras.Input((784,)))
    model.add(Dense(500, kernel_initializer="glorot_uniform"))
    model.add(Activation("tanh"))
    model.add(Dropout(0.5))
    model.add(Dense(500, kernel_initializer="glorot_uniform"))
    model.add(Activation("tanh"))
    model.add(Dropout(0.5))
    model.add(Dense(10, kernel_initializer="glorot_uniform"))
    model.add(Activation("softmax"))

    rate = InverseTimeDecay(0.01, decay_steps=1, decay_rate=1e-6)
    sgd = SGD(learning_rate=rate, momentum=0.9, nesterov=True)
    model.compile(loss="categorical_crossentropy", optimizer=sgd, metrics=["accuracy"])

    history = model.fit(
        x_train,
        y_train_one_hot,
        batch_size=200,
        epochs=options.epochs,
        shuffle=True,
        validation_split=0.3,
        verbose=2,
    )
    print("validation accuracy of each epoch:", history.history["val_accuracy"])

    loss, accuracy = model.evaluate(x_test, y_test_one_hot, batch_size=200, verbose=0)
    print(f"test loss {loss:.4f}, accuracy {accuracy:.4f}")

    digits = np.argmax(model.predict(x_test, batch_size=200, verbose=0), axis=1)
    right = np.equal(digits, y_test)
    print(f"{np.sum(right)} of {len(right)} test images are read right")


def read_options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("data", help="as `shuzi data fetch --out mnist.npz` writes it")
    parser.add_argument("--epochs", type=int, default=100)
    parser.add_argument("--images", type=int, help="train on the first so many only")
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    if not Path(options.data).is_file():
        parser.error(f"{options.data}: there is no such file. shuzi data fetch --out mnist.npz")
    return options


if __name__ == "__main__":
    main()
