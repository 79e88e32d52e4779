"""Every error that shuzi raises on purpose.

    ShuziError                 exit  HTTP
    ├── UsageError                2   422   an option or value that cannot be
    │   └── RecipeError           2   422   a recipe, a field or its value
    ├── DataError                 3   422   a dataset that cannot be used
    │   └── DownloadError         4   502   no mirror gave the dataset
    ├── ImageError                5   422   a picture that cannot be read
    │   ├── NotAPictureError      5   415   a file that is no picture and no PDF
    │   └── TooLargeError         5   413   a picture beyond a limit
    ├── ModelError                6   422   a model file that cannot be used
    ├── RunError                  7   422   a run folder that cannot be used
    ├── OutputError               8   507   a result that cannot be written
    ├── DivergedError             9   500   training that stopped making sense
    ├── MissingExtraError        10   501   a part of shuzi that is not installed
    ├── StoreError               11   503   a review database that cannot be used
    └── Interrupted             130   503   training stopped by Ctrl-C; it can be resumed

Exit code 1 is a defect in shuzi; 130 is also any other command stopped by Ctrl-C.
"""

from typing import ClassVar


class ShuziError(Exception):
    """What went wrong and what to do about it.

    Args:
        message: what is wrong, naming the file or the value.
        remedy: what the user can do; the class has a general one.
    """

    exit_code: ClassVar[int] = 1
    http_status: ClassVar[int] = 500
    remedy: str = "Run the command again with --debug and report what it prints."

    def __init__(self, message: str, remedy: str | None = None) -> None:
        super().__init__(message)
        if remedy is not None:
            self.remedy = remedy

    @property
    def message(self) -> str:
        return str(self.args[0])

    def __str__(self) -> str:
        return f"{self.message}\n{self.remedy}"


class UsageError(ShuziError):
    exit_code = 2
    http_status = 422
    remedy = "Run the command with --help to see what it takes."


class RecipeError(UsageError):
    remedy = "`shuzi recipes` lists the recipes, their fields and what is allowed."


class DataError(ShuziError):
    exit_code = 3
    http_status = 422
    remedy = (
        "--data takes an .npz with x_train, y_train, x_test, y_test, "
        "or a folder with the four IDX files of MNIST."
    )


class DownloadError(DataError):
    exit_code = 4
    http_status = 502
    remedy = (
        "Set HTTPS_PROXY if you are behind a proxy, or download mnist.npz in a browser "
        "and give it with --data mnist.npz."
    )


class ImageError(ShuziError):
    exit_code = 5
    http_status = 422
    remedy = "Give a PNG, JPEG, WebP, BMP, GIF, TIFF, AVIF or HEIC picture, or a PDF."


class NotAPictureError(ImageError):
    http_status = 415


class TooLargeError(ImageError):
    http_status = 413
    remedy = "Make the picture smaller, or split the file."


class ModelError(ShuziError):
    exit_code = 6
    http_status = 422
    remedy = "Give a model.onnx that shuzi wrote, or leave the model out for the shipped one."


class RunError(ShuziError):
    exit_code = 7
    http_status = 422
    remedy = "Give a folder that `shuzi train` wrote; it holds run.json and model.onnx."


class OutputError(ShuziError):
    exit_code = 8
    http_status = 507
    remedy = "Check that the folder exists, may be written and has free space."


class DivergedError(ShuziError):
    exit_code = 9
    remedy = "Lower the learning rate (--set lr=...), or scale the pixels (--set scale=255)."


class MissingExtraError(ShuziError):
    exit_code = 10
    http_status = 501
    remedy = "Install it with pip."


class StoreError(ShuziError):
    exit_code = 11
    http_status = 503
    remedy = "Give a file for SQLite, or a URL such as postgresql://user@host/database."


class Interrupted(ShuziError):  # noqa: N818 - nothing went wrong
    exit_code = 130
    http_status = 503
    remedy = "Go on with shuzi train --resume RUN."
