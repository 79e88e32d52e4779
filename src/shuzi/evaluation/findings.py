"""What was found where a training does not learn, in words: English and Chinese.

A finding is a dict that run.json can hold: its `kind`, and what was measured.
"""

import re
from collections.abc import Sequence
from typing import Any, Literal

Language = Literal["en", "zh"]
Finding = dict[str, Any]

_SENTENCES: dict[str, dict[Language, str]] = {
    "chance": {
        "en": "The {part} accuracy, {accuracy:.4f} (95 % interval {low:.4f} to {high:.4f} of {n} "
        "images), is no better than always giving the commonest digit ({share:.4f}).",
        "zh": "{part_zh}准确率 {accuracy:.4f}（{n} 张图片，95% 置信区间 {low:.4f} 至 {high:.4f}），"
        "并不比永远回答最常见的那个数字（{share:.4f}）更好。",
    },
    "flat": {
        "en": "The loss hardly falls: {first:.4g} in epoch 1, {last:.4g} in epoch {epoch}; that of "
        "guessing is {guessing:.4g}.",
        "zh": "损失几乎没有下降：第 1 轮 {first:.4g}，第 {epoch} 轮 {last:.4g}；"
        "随机猜测的损失是 {guessing:.4g}。",
    },
    "high": {
        "en": "The loss is still near that of guessing, {guessing:.4g}, or above it: {first:.4g} "
        "in epoch 1, {last:.4g} in epoch {epoch}; {accuracy:.1%} are right.",
        "zh": "损失仍然接近或高于随机猜测的 {guessing:.4g}：第 1 轮 {first:.4g}，"
        "第 {epoch} 轮 {last:.4g}；准确率 {accuracy:.1%}。",
    },
    "diverged": {
        "en": "The loss became {value} in step {step} of epoch {epoch}; it was {first:.4g} in the "
        "epoch's first step and {last:.4g} in the last one that gave a number.",
        "zh": "第 {epoch} 轮第 {step} 步，损失变成了 {value}；这一轮第一步的损失是 {first:.4g}，"
        "最后一个有效值是 {last:.4g}。",
    },
    "one label": {
        "en": "all {n} training images have the same label, {label}",
        "zh": "全部 {n} 张训练图片的标签都是 {label}",
    },
    "shuffled": {
        "en": "the labels are shuffled or of other images: shuzi's own digit model, which is sure "
        "of the images, agrees with {share:.0%} of {n} labels",
        "zh": "标签被打乱了，或者不属于这些图片：shuzi 自带的数字模型认得这些图片，"
        "但 {n} 个标签中只有 {share:.0%} 与它一致",
    },
    "saturated": {
        "en": "hidden units are saturated, where {activation} is flat and passes back no gradient: "
        "{share:.1%} of layer {layer}'s outputs for {n} training images; {remedy}",
        "zh": "隐藏单元饱和，{activation} 在那里是平的，梯度传不回去："
        "用 {n} 张训练图片测得，第 {layer} 层有 {share:.1%} 的输出饱和；{remedy_zh}",
    },
    "dead": {
        "en": "hidden units are dead, 0 for each of {n} training images: {share:.1%} of layer "
        "{layer}'s units; lower the learning rate (lr is {lr:g}), and begin again",
        "zh": "隐藏单元“死亡”，对 {n} 张训练图片的输出全是 0："
        "第 {layer} 层有 {share:.1%} 的单元如此；请降低学习率（现在 lr={lr:g}），重新训练",
    },
    "rate high": {
        "en": "the learning rate is too high: the loss, {loss:.4g}, is above that of guessing, "
        "{guessing:.4g}, and the weights are {moved:.3g} times as far from where they began as "
        "they were large; lower it (lr is {lr:g})",
        "zh": "学习率太高：损失 {loss:.4g} 高于随机猜测的 {guessing:.4g}，"
        "权重偏离初始值的距离是初始大小的 {moved:.3g} 倍；请降低学习率（现在 lr={lr:g}）",
    },
    "rate low": {
        "en": "the learning rate is too low: in {steps} steps the weights moved by {moved:.2g} of "
        "their size; raise it (lr is {lr:g})",
        "zh": "学习率太低：{steps} 步之后，权重只移动了自身大小的 {moved:.2g}；"
        "请提高学习率（现在 lr={lr:g}）",
    },
    "few steps": {
        "en": "{steps} steps are too few, or the learning rate is wrong (lr is {lr:g}): the "
        "weights moved by {moved:.1%} of their size; train for more epochs, then try other rates",
        "zh": "{steps} 步太少，或者学习率不合适（现在 lr={lr:g}）："
        "权重移动了自身大小的 {moved:.1%}；先多训练几轮，再换学习率",
    },
}
_SYMPTOMS = {"chance", "flat", "high", "diverged"}
_PARTS = {"validation": "验证", "training": "训练"}
_REMEDIES = {
    "scale": ("scale the pixels (scale=255)", "请缩放像素（scale=255）"),
    "rate": ("lower the learning rate (lr is {lr:g})", "请降低学习率（现在 lr={lr:g}）"),
}


def sentences(findings: Sequence[Finding], language: Language) -> tuple[list[str], list[str]]:
    """What is seen, and what is likely the cause of it.

    Raises:
        KeyError, ValueError, TypeError: a finding is none of those that are known.
    """
    seen = [_say(finding, language) for finding in findings if finding["kind"] in _SYMPTOMS]
    causes = [_say(finding, language) for finding in findings if finding["kind"] not in _SYMPTOMS]
    return seen, causes


def to_text(findings: Sequence[Finding]) -> str:
    """For a terminal."""
    seen, causes = sentences(findings, "en")
    likely = ["Likely: " + ";\n  ".join(causes) + "."] if causes else []
    return "\n  ".join(seen + likely)


def _say(finding: Finding, language: Language) -> str:
    values = dict(finding)
    if "part" in values:
        values["part_zh"] = _PARTS[values["part"]]
    if "remedy" in values:
        english, chinese = _REMEDIES[values["remedy"]]
        values |= {"remedy": english.format(**values), "remedy_zh": chinese.format(**values)}
    said = _SENTENCES[finding["kind"]][language].format(**values)
    # English with a space before the sign, as everywhere in shuzi; Chinese has none.
    return re.sub(r"(?<=\d)%", " %", said) if language == "en" else said
