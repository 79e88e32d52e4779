"""The training loop."""

import dataclasses

import numpy as np
import pytest
import torch

from shuzi.errors import DataError, DivergedError, UsageError
from shuzi.training.device import choose_device
from shuzi.training.loop import Trainer, split_dataset
from shuzi.training.recipes import RECIPES, Recipe

RECIPE = Recipe(hidden=(40,), batch_size=64, epochs=3, scale=255.0)
DIGIT = dataclasses.replace(RECIPES["digit"], drawn=60, marks=40)


def trainer(dataset, recipe=RECIPE, seed=0, precision="fp32"):
    device = choose_device(precision)
    return Trainer(recipe, seed, device, *split_dataset(dataset, recipe, device.torch))


def trained(dataset, epochs=2, **options):
    made = trainer(dataset, **options)
    for _ in range(epochs):
        made.run_epoch(lambda seen: None)
    return made


def same(a, b):
    return all(torch.equal(a.state[name], b.state[name]) for name in a.state)


def test_validation_is_the_last_share_before_shuffling(digits):
    train, validation = split_dataset(digits, RECIPE, torch.device("cpu"))
    assert (len(train), len(validation)) == (1050, 450)
    np.testing.assert_array_equal(validation.labels, digits.train_labels[1050:])


def in_order(dataset):
    order = np.argsort(dataset.train_labels, kind="stable")
    images, labels = dataset.train_images[order], dataset.train_labels[order]
    return dataclasses.replace(dataset, train_images=images, train_labels=labels)


def test_of_images_in_the_order_of_their_digits_each_digit_is_trained_on_and_held_out(digits):
    train, validation = split_dataset(in_order(digits), RECIPE, torch.device("cpu"))
    assert (len(train), len(validation)) == (1050, 450)
    shares = validation.labels.bincount() / (train.labels.bincount() + validation.labels.bincount())
    assert shares.sub(0.3).abs().max() < 0.01


def test_held_out_images_of_one_digit_cannot_calibrate(digits):
    fives = digits.train_labels == 5
    images, labels = digits.train_images[fives], digits.train_labels[fives]
    only = dataclasses.replace(digits, train_images=images, train_labels=labels)
    recipe = dataclasses.replace(RECIPE, calibrate=True)
    with pytest.raises(DataError, match="one digit only"):
        split_dataset(only, recipe, torch.device("cpu"))


def test_what_the_recipe_draws_comes_to_the_training_part(digits):
    train, validation = split_dataset(digits, DIGIT, torch.device("cpu"))
    assert (len(train), len(validation)) == (1350 + 60 + 40, 150)
    np.testing.assert_array_equal(train.labels[1350:1410], np.arange(60) % 10)
    assert (train.labels[1410:] == 10).all()


def test_what_is_not_a_digit_is_trained_on_as_such(digits):
    more = dataclasses.replace(digits, not_digits=digits.test_images[:7])
    train, _ = split_dataset(more, DIGIT, torch.device("cpu"))
    np.testing.assert_array_equal(train.images[-7:], digits.test_images[:7])
    assert (train.labels[-47:] == 10).all()
    assert more.fingerprint.keys() - digits.fingerprint.keys() == {"not_digits"}


def test_what_calibrates_is_worn_and_has_marks_that_were_never_learned(digits):
    made = trainer(digits, dataclasses.replace(DIGIT, validation_split=0.2))
    part, again = made.calibration_part(), made.calibration_part()
    n = len(made.validation)
    assert torch.equal(part.labels[:n], made.validation.labels)
    assert part.labels[n:].unique().tolist() == [10]
    assert not torch.equal(part.images[:n], made.validation.images)
    assert torch.equal(part.images, again.images)
    learned = {image.numpy().tobytes() for image in made.train.images}
    assert not any(image.numpy().tobytes() in learned for image in part.images[n:])


def test_without_marks_nothing_is_refused(digits):
    more = dataclasses.replace(digits, not_digits=digits.test_images[:7])
    train, _ = split_dataset(more, RECIPE, torch.device("cpu"))
    assert train.labels.max() == 9


def test_the_tutorials_split_is_42000_and_18000(mnist):
    train, validation = split_dataset(mnist, Recipe(), torch.device("cpu"))
    assert (len(train), len(validation)) == (42000, 18000)


@pytest.fixture
def two_threads():
    threads = torch.get_num_threads()
    torch.set_num_threads(2)
    yield
    torch.set_num_threads(threads)


@pytest.mark.parametrize("precision", ["fp32", "bf16"])
@pytest.mark.parametrize("recipe", [RECIPE, DIGIT], ids=lambda recipe: recipe.name)
def test_the_same_seed_gives_the_same_weights_bit_for_bit(digits, precision, recipe, two_threads):
    if recipe is DIGIT and precision == "bf16" != choose_device().precision:
        pytest.skip("convolutions in emulated bf16 take a minute")
    few = dataclasses.replace(
        digits, train_images=digits.train_images[:300], train_labels=digits.train_labels[:300]
    )
    options = {"epochs": 1, "recipe": recipe, "precision": precision}
    assert same(trained(few, **options), trained(few, **options))


def test_another_seed_gives_other_weights(digits):
    assert not same(trained(digits, seed=1), trained(digits, seed=2))


@pytest.mark.parametrize("precision", ["fp32", "bf16"])
def test_training_learns(digits, precision):
    history = trained(digits, epochs=8, precision=precision).history
    assert history[-1].val_accuracy > 0.85
    assert history[-1].val_loss < history[0].val_loss


def test_the_other_optimiser_learns_too(digits):
    recipe = dataclasses.replace(RECIPE, optimiser="adamw", epochs=8)
    assert trained(digits, epochs=8, recipe=recipe).history[-1].val_accuracy > 0.85


def test_the_average_is_validated_and_what_is_trained_stays(digits):
    plain = trained(digits)
    averaged = trained(digits, recipe=dataclasses.replace(RECIPE, ema=0.9))
    assert all(torch.equal(t, averaged.state[name]) for name, t in plain.state.items())
    assert averaged.trained is not averaged.network
    logits = averaged.trained(averaged.validation.images)
    expected = torch.nn.functional.cross_entropy(logits, averaged.validation.labels).item()
    assert averaged.history[-1].val_loss == pytest.approx(expected, rel=1e-5)
    assert averaged.history[-1].val_loss != plain.history[-1].val_loss


def test_the_loss_is_the_mean_over_the_images(digits):
    recipe = dataclasses.replace(RECIPE, dropout=0.0, lr=0.0, validation_split=0.0)
    made = trainer(digits, recipe=recipe)
    epoch = made.run_epoch(lambda seen: None)
    logits = made.network(made.train.images)
    expected = torch.nn.functional.cross_entropy(logits, made.train.labels).item()
    assert epoch.loss == pytest.approx(expected, rel=1e-4)
    assert epoch.val_loss is None


def test_every_image_is_seen_once_an_epoch(digits):
    seen = []
    trainer(digits).run_epoch(seen.append)
    assert seen[-1] == 1050
    assert len(seen) == 17


def test_without_shuffling_every_epoch_has_the_same_order(digits):
    recipe = dataclasses.replace(RECIPE, shuffle=False)
    batches = [batch.labels for batch in trainer(digits, recipe=recipe)._batches()]
    np.testing.assert_array_equal(torch.cat(batches), digits.train_labels[:1050])


def test_a_loss_that_is_no_number_stops_with_the_reason(digits):
    recipe = dataclasses.replace(RECIPE, activation="linear", lr=100.0, scale=1.0)
    with pytest.raises(DivergedError, match=r"The loss became (nan|inf) in epoch"):
        trained(digits, epochs=5, recipe=recipe)


def test_a_split_that_leaves_nothing_is_refused(digits):
    recipe = dataclasses.replace(RECIPE, validation_split=0.9999)
    with pytest.raises(DataError, match="validation_split"):
        split_dataset(digits, recipe, torch.device("cpu"))


def test_an_unknown_precision_is_refused():
    with pytest.raises(UsageError, match="fp16"):
        choose_device("fp16")
