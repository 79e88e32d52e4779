"""Recipes are what the tutorial says, and refuse what cannot be."""

import dataclasses

import numpy as np
import pytest

from shuzi.errors import RecipeError
from shuzi.training.recipes import NUMBER, PAGE, RECIPES, TUTORIAL, Recipe, find_recipe, knobs


def test_the_tutorial_is_the_tutorial():
    recipe = RECIPES["tutorial"]
    assert (recipe.hidden, recipe.activation, recipe.dropout) == ((500, 500), "tanh", 0.5)
    assert (recipe.lr, recipe.decay, recipe.momentum, recipe.nesterov) == (0.01, 1e-6, 0.9, True)
    assert (recipe.batch_size, recipe.epochs, recipe.shuffle) == (200, 100, True)
    assert (recipe.validation_split, recipe.scale) == (0.3, 1.0)


def test_tutorial_scaled_differs_in_the_pixels_only():
    changed = dataclasses.replace(RECIPES["tutorial-scaled"], name="tutorial", scale=1.0)
    assert changed == RECIPES["tutorial"]
    assert RECIPES["tutorial-scaled"].scale == 255


def test_a_recipe_is_frozen_and_keyword_only():
    with pytest.raises(dataclasses.FrozenInstanceError):
        RECIPES["tutorial"].lr = 1.0
    with pytest.raises(TypeError):
        Recipe("mine")


def test_settings_are_parsed():
    settings = ["epochs=10", "hidden=256,256", "activation=relu", "nesterov=false", "lr=1e-3"]
    recipe = Recipe().with_settings(settings)
    assert (recipe.epochs, recipe.hidden, recipe.activation) == (10, (256, 256), "relu")
    assert (recipe.nesterov, recipe.lr) == (False, 0.001)


def test_every_knob_of_the_tutorial_can_be_set():
    assert set(knobs()) >= {
        *("hidden", "activation", "dropout", "lr", "decay", "momentum", "nesterov"),
        *("batch_size", "epochs", "shuffle", "validation_split", "scale"),
    }


@pytest.mark.parametrize(
    "setting",
    [
        *("epochs=0", "epochs=1.5", "epochs=many", "hidden=", "hidden=0", "hidden=5,x"),
        *("activation=swish", "dropout=1", "dropout=-0.1", "dropout=nan", "lr=inf", "lr=-1"),
        *("momentum=1", "nesterov=maybe", "batch_size=0", "validation_split=1", "scale=0"),
        *("convolutions=4x16", "convolutions=5x16,3x0", "convolutions=5x16/3", "mean=half"),
        *("shuffle=2", "network=transformer", "optimiser=adagrad", "augment=more", "marks=-1"),
        *("ema=1", "strength=-1", "taught=2", "schedule=up", "warmup=1", "patience=-1"),
        *("keep=first", "class_weight=1,2", "class_weight=0,0,0,0,0,0,0,0,0,-1"),
    ],
)
def test_an_impossible_value_is_named_with_what_is_allowed(setting):
    name, _, value = setting.partition("=")
    with pytest.raises(RecipeError) as caught:
        Recipe().with_settings([setting])
    message = caught.value.message
    assert message.startswith(f"{name}: ")
    assert value.split(",")[-1] in message
    assert knobs()[name][1] in message


def test_an_unknown_field_lists_the_fields():
    with pytest.raises(RecipeError, match=r"Unknown field 'speed'; .*batch_size"):
        Recipe().with_settings(["speed=9"])


def test_a_setting_without_a_value_is_refused():
    with pytest.raises(RecipeError, match="must be field=value"):
        Recipe().with_settings(["epochs"])


def test_an_unknown_recipe_lists_the_recipes():
    with pytest.raises(RecipeError, match="tutorial-scaled"):
        find_recipe("best")


@pytest.mark.parametrize("values", [{"hidden": [500.0]}, {"epochs": True}, {"lr": "0.1"}])
def test_a_value_of_another_type_is_refused(values):
    with pytest.raises(RecipeError):
        Recipe(**values)


def test_calibrating_needs_images_that_are_held_out():
    with pytest.raises(RecipeError, match="validation_split"):
        Recipe(calibrate=True, validation_split=0.0)


def test_marks_are_an_eleventh_outcome():
    assert Recipe().outcomes == 10
    assert Recipe(marks=1).outcomes == 11


def test_a_recipe_comes_back_from_json():
    recipe = RECIPES["tutorial-scaled"]
    assert Recipe.from_dict(recipe.to_dict()) == recipe
    with pytest.raises(RecipeError, match="Unknown field speed"):
        Recipe.from_dict({"speed": 1})


def test_settings_may_be_a_dict():
    settings = {"epochs": 10, "hidden": (256, 256), "lr": 1, "shuffle": False, "activation": "relu"}
    written = ["epochs=10", "hidden=256,256", "lr=1", "shuffle=false", "activation=relu"]
    assert TUTORIAL.with_settings(settings) == TUTORIAL.with_settings(written)
    assert TUTORIAL.with_settings({"hidden": [64]}).hidden == (64,)
    assert TUTORIAL.with_settings({"hidden": "64,32", "epochs": np.int64(3)}).hidden == (64, 32)


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"epoch": 3}, "Unknown field 'epoch'"),
        ({3: 3}, "Unknown field '3'"),
        ({"epochs": 0}, "epochs: 0 is not allowed"),
        ({"epochs": True}, "epochs: True is not allowed"),
        ({"shuffle": 1}, "shuffle: 1 is not allowed"),
        ({"hidden": 256}, "hidden: 256 is not allowed"),
        ({"lr": None}, "lr: None is not allowed"),
        ({"lr": float("nan")}, "lr: nan is not allowed"),
        ("epochs=3", "neither a dict nor a list"),
        (3, "neither a dict nor a list"),
        ([3], "must be field=value"),
    ],
)
def test_wrong_settings_are_named(settings, said):
    with pytest.raises(RecipeError, match=said):
        TUTORIAL.with_settings(settings)


def test_keras_names_are_known():
    recipe = TUTORIAL.with_settings(["learning_rate=0.1", "units=256,64", "rate=0.2"])
    assert (recipe.lr, recipe.hidden, recipe.dropout) == (0.1, (256, 64), 0.2)
    adam = TUTORIAL.with_settings(["optimizer=Adam"])
    assert (adam.optimiser, adam.lr, adam.decay) == ("adam", 0.001, 0.0)
    assert TUTORIAL.with_settings({"optimizer": "rmsprop", "learning_rate": 0.5}).lr == 0.5


@pytest.mark.parametrize(
    ("wrong", "meant"),
    [("epoch", "epochs"), ("learnrate", "learning_rate"), ("batchsize", "batch_size")],
)
def test_a_wrong_name_gets_the_nearest_one(wrong, meant):
    with pytest.raises(RecipeError, match=f"{wrong}'; did you mean {meant}\\?"):
        TUTORIAL.with_settings([f"{wrong}=1"])


def test_a_wrong_recipe_gets_the_nearest_one():
    with pytest.raises(RecipeError, match=r"did you mean tutorial\?"):
        find_recipe("tutorail")


def test_a_decay_of_weights_is_none_of_the_learning_rate():
    assert RECIPES["fast"].with_settings(["optimizer=sgd"]).decay == 0
    assert TUTORIAL.with_settings(["optimizer=adamw", "weight_decay=0.01"]).decay == 0.01
    with pytest.raises(RecipeError, match="adam does not decay the weights"):
        TUTORIAL.with_settings(["optimizer=adam", "weight_decay=0.01"])


def test_class_weights_may_be_those_of_keras():
    assert TUTORIAL.with_settings({"class_weight": {0: 2, 9: 0.5}}).class_weight == (
        "2,1.0,1.0,1.0,1.0,1.0,1.0,1.0,1.0,0.5"
    )


def test_adamws_decay_is_no_schedule():
    with pytest.raises(RecipeError, match="schedule"):
        RECIPES["fast"].with_settings(["schedule=decay"])


def test_only_fields_that_decide_something_apply():
    tutorial = set(TUTORIAL.applying())
    assert tutorial == {
        *("network", "hidden", "activation", "dropout", "scale", "optimiser", "lr", "schedule"),
        *("decay", "momentum", "nesterov", "batch_size", "epochs", "shuffle", "validation_split"),
    }
    adam = TUTORIAL.with_settings(["optimizer=adam", "schedule=cosine", "patience=3"]).applying()
    assert set(adam) == tutorial - {"momentum", "nesterov", "decay"} | {"patience"}
    assert {"convolutions", "strength", "augment"} <= set(RECIPES["fast"].applying())
    assert "hidden" not in RECIPES["fast"].applying()
    assert TUTORIAL.applying()["schedule"] == "decay"
    assert "hidden" not in TUTORIAL.applying(own_network=False)
    assert set(PAGE.applying()) == {
        *("network", "lr", "decay", "ema", "crops", "batch_size", "epochs"),
    }
    assert {"strings", "parts"} < set(NUMBER.applying())


@pytest.mark.parametrize(
    ("setting", "said"),
    [
        ("learning_rte=1", "did you mean learning_rate?"),
        ("nb_epoch=1", "epochs=1"),
        ("optimizer=adma", "did you mean adam?"),
        ("activation=rleu", "did you mean relu?"),
        ("class_mode=categorical", "the loss is the categorical cross-entropy"),
        ("init=uniform", "glorot-uniform"),
    ],
)
def test_a_wrong_name_gets_the_right_one(setting, said):
    with pytest.raises(RecipeError) as caught:
        TUTORIAL.with_settings([setting])
    assert said in caught.value.message


def test_the_crops_of_a_page_recipe_come_in_the_portions_that_are_said():
    portion = int(knobs()["crops"][0].split()[-4])
    assert dataclasses.replace(PAGE, crops=portion).crops == portion
    with pytest.raises(RecipeError, match="multiple"):
        dataclasses.replace(PAGE, crops=portion + portion // 2)
