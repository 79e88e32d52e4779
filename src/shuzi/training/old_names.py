"""The words of old Keras tutorials, and what became of them."""

from shuzi.errors import way

_SET = {
    "nb_epoch": "epochs",
    "output_dim": "hidden",
    "nb_units": "hidden",
    "p": "dropout",
    "nb_filter": "convolutions",
    "nb_filters": "convolutions",
}
_ALWAYS = "leave it out: the loss is the categorical cross-entropy, the measure the accuracy"
_INSTEAD = {
    "class_mode": f"Keras 1's, gone since; {_ALWAYS}",
    "show_accuracy": f"Keras 1's, gone since; {_ALWAYS}",
    "loss": f"not to be chosen; {_ALWAYS}",
    "metrics": f"not to be chosen; {_ALWAYS}",
    "init": "Keras 1's name of kernel_initializer; leave it out: weights start glorot-uniform",
    "kernel_initializer": "not to be chosen; weights start glorot-uniform, as Keras's do",
    "input_dim": "not to be chosen; images are 28 x 28",
    "input_shape": "not to be chosen; images are 28 x 28",
    "validation_data": f"an option of its own: {way('validation')}",
    "callbacks": f"Keras's; {way('set', 'patience=5')} stops early, "
    f"{way('set', 'keep=best')} keeps the best epoch",
    "restore_best_weights": f"Keras's; here {way('set', 'keep=best')}",
    "verbose": f"an option of its own: {way('verbose')}",
    "seed": f"an option of its own: {way('seed')}",
}


def what_became_of(name: str, value: object) -> str | None:
    """What to write instead of a word of an old tutorial; None if it is not one."""
    if name in _SET:
        return f"Keras 1's name; now it is {way('set', f'{_SET[name]}={value}')}"
    return _INSTEAD.get(name)
