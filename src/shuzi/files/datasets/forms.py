"""The forms of data that can be read, for people."""

FORMS = (
    "an .npz, or an .npy of images alone: images and labels under any usual names",
    "MNIST's, EMNIST's or QMNIST's IDX files, plain or .gz: their folder, one of them, or the "
    "folder that torchvision downloaded them into",
    "a CSV as Kaggle's (label,pixel0,...), with or without a head, plain or .gz; or a folder with "
    "train.csv and test.csv",
    "a folder with a folder of pictures for each digit, 0 to 9; or train and test with such",
    "a folder with labels.csv (file,digits), as `shuzi review export --to dataset` writes",
    "Parquet with image and label, as on Hugging Face: a file, or their folder",
    "a .mat of MATLAB",
)


def what_can_be_read() -> str:
    """FORMS as lines, for a remedy."""
    return "\n".join(["What can be read:", *(f"- {form}" for form in FORMS)])
